// What a telephone sounds like: the machine's own voices, key tones, music of our server.

export const KEYS = "123456789*0#";
// The two tones of each key, in Hz: of its row and of its column.
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const TONE_SECONDS = 0.12;
const TONE_GAIN = 0.06;
const MUSIC_GAIN = 0.4;

export const sound = {
  isMuted: false,
  context: null,
  music: null,
  files: new Map(),

  // Browsers let a page sound only after something was clicked.
  wake() {
    this.context ??= window.AudioContext ? new AudioContext() : null;
    this.context?.resume();
  },

  // Whether there is a voice; one that is not of this machine would send the text away.
  speak(text, language) {
    this.stopMusic();
    const wanted = language.slice(0, 2);
    const voice = window.speechSynthesis
      ?.getVoices()
      .find((one) => one.localService && one.lang.slice(0, 2) === wanted);
    if (voice && !this.isMuted) {
      const utterance = new SpeechSynthesisUtterance(text);
      utterance.voice = voice;
      utterance.lang = voice.lang;
      speechSynthesis.speak(utterance);
    }
    return Boolean(voice);
  },

  tone(key) {
    if (this.isMuted || !this.context) return;
    const place = KEYS.indexOf(key);
    const gain = this.loudness(TONE_GAIN);
    for (const hertz of [ROWS[Math.floor(place / 3)], COLUMNS[place % 3]]) {
      const oscillator = this.context.createOscillator();
      oscillator.frequency.value = hertz;
      oscillator.connect(gain);
      oscillator.start();
      oscillator.stop(this.context.currentTime + TONE_SECONDS);
    }
  },

  // Files of our own server only, under whichever name this page has it.
  async play(address, site, isWanted) {
    const url = new URL(address, location.href);
    const isOurs = address.startsWith(`${site}/`) || url.origin === location.origin;
    if (this.isMuted || !this.context || !isOurs) return;
    try {
      const buffer = await this.file(url.pathname + url.search);
      if (this.isMuted || !isWanted()) return;
      this.stopMusic();
      this.music = this.context.createBufferSource();
      this.music.buffer = buffer;
      this.music.connect(this.loudness(MUSIC_GAIN));
      this.music.start();
    } catch {
      // A file that cannot be played is silence; its line stands in the list.
    }
  },

  file(place) {
    if (!this.files.has(place)) {
      const loading = fetch(place)
        .then((response) => response.arrayBuffer())
        .then((bytes) => this.context.decodeAudioData(bytes));
      this.files.set(place, loading);
    }
    return this.files.get(place);
  },

  loudness(value) {
    const gain = this.context.createGain();
    gain.gain.value = value;
    gain.connect(this.context.destination);
    return gain;
  },

  stopMusic() {
    this.music?.stop();
    this.music = null;
  },

  silence() {
    window.speechSynthesis?.cancel();
  },

  // A last word is still spoken when the center has hung up.
  quiet({ finish = false } = {}) {
    this.stopMusic();
    if (!finish) this.silence();
  },

  mute(isMuted) {
    this.isMuted = isMuted;
    if (isMuted) this.quiet();
  },
};
