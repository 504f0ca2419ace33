// The desk's telephone without Twilio: the stand-in places the call, and what is heard
// is written and spoken. reports/static/reports/desk/twilio-line.js has the same words.

import { sound } from "./telephone-sound.js";

const PAUSE_MS = 400;
// The stand-in hangs up after 20 seconds of silence (standin/phone/switchboard.py).
const MOST_FAILURES = 40;

// Read anew each time: whoever logs in again has another one.
const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
const heard = document.getElementById("desk-heard");
const lines = document.getElementById("desk-lines");

async function ask(url, fields, options = {}) {
  const answer = await fetch(url, {
    method: fields ? "POST" : "GET",
    headers: fields ? { "X-CSRFToken": csrf() } : {},
    body: fields ? new URLSearchParams(fields) : undefined,
    ...options,
  });
  if (!answer.ok) throw new Error(answer.status === 401 ? "token" : "network");
  return answer.json();
}

function write(text, kind = "") {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = text;
  lines.append(line);
  lines.scrollTop = lines.scrollHeight;
}

class Leg {
  constructor(calls, state, { accepted, ended, trouble }) {
    this.url = new URL(`../../calls/${state.call}/`, calls).href;
    this.sid = state.call;
    this.isUp = true;
    this.since = 0;
    this.changes = 0;
    this.accepted = accepted;
    this.ended = ended;
    this.trouble = trouble;
    this.follow();
  }

  async follow() {
    let failures = 0;
    while (this.isUp) {
      try {
        const query = new URLSearchParams({
          since: this.since,
          changes: this.changes,
          wait: document.hidden ? 2 : 0,
        });
        this.take(await ask(`${this.url}?${query}`));
        if (failures) this.trouble("back");
        failures = 0;
      } catch {
        failures += 1;
        this.trouble("network");
        if (failures > MOST_FAILURES) this.end();
      }
      await new Promise((done) => window.setTimeout(done, PAUSE_MS));
    }
  }

  take(state) {
    for (const one of state.news) {
      if (one.number <= this.since) continue;
      this.since = one.number;
      if (["Say", "Apology", "Voice"].includes(one.verb)) {
        write(one.text);
        sound.speak(one.text, one.language || document.documentElement.lang);
      } else if (one.verb === "say") {
        write(one.text, "mine");
      }
    }
    this.changes = state.changes;
    if (state.doing === "talking" && this.doing !== "talking") this.accepted();
    this.doing = state.doing;
    if (state.doing === "over") this.end();
  }

  end() {
    if (!this.isUp) return;
    this.isUp = false;
    sound.quiet({ finish: true });
    this.ended(this);
  }

  async act(what, fields, options) {
    try {
      this.take(await ask(`${this.url}${what}/`, fields, options));
    } catch {
      this.trouble("network");
    }
  }

  press(digits) {
    for (const key of digits) sound.tone(key);
    this.act("press", { digits });
  }

  say(text) {
    this.act("say", { text });
  }

  // Nobody hears what is typed while one is muted.
  mute(isMuted) {
    this.isMuted = isMuted;
  }

  hangUp() {
    this.act("hang-up", {}, { keepalive: true });
  }
}

// Opens the line with a token; `ask` gives another when it has expired.
export async function open({ token, ask: askForToken, trouble, data }) {
  let current = token;
  let leg = null;
  const calls = new URL(data.calls, location.href);
  const place = (params) => ask(calls, { token: current, ...params });
  sound.wake();
  heard.hidden = false;
  document.getElementById("desk-say").addEventListener("submit", (event) => {
    event.preventDefault();
    const field = event.target.elements.text;
    if (leg?.isUp && !leg.isMuted && field.value) leg.say(field.value);
    field.value = "";
  });
  return {
    async connect(params, on) {
      const state = await place(params).catch(async (error) => {
        if (error.message !== "token") throw error;
        current = await askForToken();
        return place(params);
      });
      lines.replaceChildren();
      leg = new Leg(calls, state, { trouble, ...on });
      return leg;
    },
    close() {
      if (leg?.isUp) leg.hangUp();
      heard.hidden = true;
    },
  };
}
