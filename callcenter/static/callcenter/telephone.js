// A telephone: places a call at the stand-in for Twilio, shows, speaks and steers it.
// Everything it knows of the call comes from the server; it asks for news twice a second.

import {
  fill,
  last,
  line,
  named,
  note,
  noted,
  part,
  pressed,
  queueNamed,
  shown,
  texts,
} from "./telephone-lines.js";
import { KEYS, sound } from "./telephone-sound.js";

const phone = part("telephone");
const csrf = document.querySelector("#dial [name=csrfmiddlewaretoken]").value;

const PAUSE_MS = 400;
const MOST_FAILURES = 5;
// While a page is in the background its timers are slowed down, its requests are not.
const BACKGROUND_WAIT_SECONDS = 2;

let call = null;

// Asking the server

class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, fields, options = {}) {
  const isQuestion = fields === null;
  const response = await fetch(phone.dataset.calls + path, {
    method: isQuestion ? "GET" : "POST",
    headers: isQuestion ? {} : { "X-CSRFToken": csrf },
    body: isQuestion ? undefined : new URLSearchParams(fields),
    ...options,
  });
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson ? await response.json() : {};
  if (!response.ok) {
    throw new Refused(answer.error || texts.trouble, response.status);
  }
  Object.assign(shown, answer.shown);
  return answer;
}

function tell(problem) {
  part("problem").textContent = problem;
  part("problem").hidden = !problem;
}

// The call

async function place(fields) {
  tell("");
  sound.wake();
  part("call").disabled = true;
  try {
    const state = await ask("", fields);
    begin(state);
  } catch (error) {
    tell(error instanceof Refused ? error.message : texts.trouble);
  } finally {
    part("call").disabled = false;
  }
}

function begin(state) {
  call = { sid: state.call, since: 0, changes: -1, keys: "", isSending: false };
  part("lines").replaceChildren();
  part("nothing-heard").hidden = true;
  part("pressed").textContent = "";
  last("", "");
  part("no-call").hidden = true;
  part("facts").hidden = false;
  part("from").textContent = named(state.from);
  part("to").textContent = named(state.to);
  part("sid").textContent = state.call;
  if (part("history")) {
    const address = new URL(part("history").href);
    address.searchParams.set("q", state.call);
    part("history").href = address.href;
  }
  showUp(true);
  part("keypad").focus();
  take(state);
  follow(call);
}

async function follow(followed) {
  let failures = 0;
  let hasWaited = false;
  while (call === followed) {
    try {
      const query = new URLSearchParams({
        since: followed.since,
        changes: Math.max(followed.changes, 0),
        wait: document.hidden ? BACKGROUND_WAIT_SECONDS : 0,
      });
      const asked = performance.now();
      const state = await ask(`${followed.sid}/?${query}`, null);
      hasWaited = performance.now() - asked > PAUSE_MS;
      failures = 0;
      if (call === followed) take(state);
    } catch (error) {
      failures += 1;
      if (error.status === 404 || failures > MOST_FAILURES) {
        if (call === followed) lose(error);
        return;
      }
    }
    // A hidden page waits at the server, unless too many do; its own pauses get long.
    if (!document.hidden || failures || !hasWaited) await pause(PAUSE_MS);
  }
}

function take(state) {
  for (const one of state.news) {
    if (one.number > call.since) {
      call.since = one.number;
      hear(one, state.with);
    }
  }
  // Answers overtake each other; the state that was later stands.
  if (state.changes >= call.changes) {
    call.changes = state.changes;
    show(state);
  }
  if (state.doing === "over") end(texts.ended[state.hung_up_by] || texts.ended.system);
}

function show(state) {
  const isTalking = state.doing === "talking";
  if (state.doing !== call.doing && (isTalking || call.doing === "queued")) {
    sound.quiet();
  }
  call.doing = phone.dataset.doing = state.doing;
  call.state = state;
  call.shownAt = performance.now();
  write("state", texts.doing[state.doing] || state.doing);
  write("who", named(isTalking ? state.with : state.to));
  write("detail", detail(state));
  part("say").hidden = !isTalking;
  tick();
}

function detail(state) {
  if (state.doing === "talking") return texts.talking_since;
  if (state.queue && state.position) {
    const queue = queueNamed(state.queue);
    return fill(texts.position, { queue, position: state.position });
  }
  return "";
}

function end(reason) {
  note(reason, new Date());
  write("detail", reason);
  call = null;
  delete phone.dataset.doing;
  sound.quiet({ finish: true });
  part("say").hidden = true;
  showUp(false);
  part("call").focus();
}

function lose(error) {
  write("state", texts.doing.over);
  tell(error instanceof Refused ? error.message : texts.trouble);
  end(texts.lost);
}

function showUp(isUp) {
  part("dial").hidden = isUp;
  part("hang-up").hidden = !isUp;
  part("numbers").disabled = isUp;
}

async function hangUp(options = {}) {
  if (!call) return;
  const { sid } = call;
  try {
    const state = await ask(`${sid}/hang-up/`, {}, options);
    if (call?.sid === sid) take(state);
  } catch (error) {
    if (call?.sid === sid) lose(error);
  }
}

// Keys are sent one after the other: sent at once they would overtake each other.
async function press(key) {
  sound.tone(key);
  const button = part("keypad").querySelector(`[data-key="${key}"]`);
  button.classList.add("is-down");
  setTimeout(() => button.classList.remove("is-down"), 150);
  if (!call) return;
  sound.silence();
  part("pressed").textContent = (part("pressed").textContent + key).slice(-20);
  call.keys += key;
  if (call.isSending) return;
  const pressing = call;
  pressing.isSending = true;
  try {
    while (pressing.keys) {
      const digits = pressing.keys.slice(0, 32);
      pressing.keys = pressing.keys.slice(32);
      await ask(`${pressing.sid}/press/`, { digits });
    }
  } catch (error) {
    if (call === pressing) tell(error.message);
  } finally {
    pressing.isSending = false;
  }
}

async function say(text) {
  if (!call) return;
  try {
    await ask(`${call.sid}/say/`, { text });
  } catch (error) {
    tell(error.message);
  }
}

// What is heard

function hear(one, other) {
  const playing = call;
  const at = new Date(one.at);
  switch (one.verb) {
    case "Say":
    case "Apology":
      line(at, "said", one.text, one.language);
      last(one.text, one.language);
      speak(one);
      break;
    case "Voice":
      line(at, "said", one.text, one.language, named(other));
      last(one.text, one.language);
      speak(one);
      break;
    case "say":
      line(at, "mine", one.text, one.language, texts.you);
      break;
    case "press":
      pressed(at, one.text);
      break;
    case "Play":
      note(fill(texts.music, { file: one.text.split(/[?#]/)[0].split("/").pop() }), at);
      sound.play(one.text, phone.dataset.site, () => isHeld(playing));
      break;
    case "Ring":
      note(texts.rings, at);
      break;
    case "note":
      noted(one.text, at, other);
      break;
  }
}

function speak(one) {
  const isSpoken = sound.speak(one.text, one.language || document.documentElement.lang);
  part("no-voice").hidden = isSpoken || sound.isMuted;
}

// Whether music that was begun for a call may still be heard.
function isHeld(held) {
  return call === held && call.doing !== "talking";
}

// Writing what stands there already would be read out again.
function write(id, text) {
  if (part(id).textContent !== text) part(id).textContent = text;
}

function tick() {
  if (!call?.state) return;
  const { state, shownAt } = call;
  const passed = (performance.now() - shownAt) / 1000;
  const since = state.doing === "talking" ? state.talk_seconds : state.seconds;
  write("time", clock(Math.floor(since + passed)));
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// What people do

part("dial").addEventListener("submit", (event) => {
  event.preventDefault();
  place(new FormData(event.target));
});

part("hang-up").addEventListener("click", () => {
  sound.quiet();
  hangUp();
});

part("say").addEventListener("submit", (event) => {
  event.preventDefault();
  say(part("sentence").value);
  part("sentence").value = "";
});

part("keypad").addEventListener("click", (event) => {
  const button = event.target.closest("[data-key]");
  if (button) press(button.dataset.key);
});

for (const id of ["mute", "keyboard"]) {
  part(id).addEventListener("click", (event) => {
    const isOn = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(isOn));
    if (id === "mute") sound.mute(isOn);
  });
}

document.addEventListener("keydown", (event) => {
  const isOn = part("keyboard").getAttribute("aria-pressed") === "true";
  const isTyping = event.target.closest("input:not([type=checkbox]), select, textarea");
  const isCombined = event.ctrlKey || event.metaKey || event.altKey;
  if (isOn && call && !isTyping && !isCombined && KEYS.includes(event.key)) {
    event.preventDefault();
    press(event.key);
  }
});

// A page that goes away puts the receiver down; if it cannot, the server does.
window.addEventListener("pagehide", () => {
  sound.quiet();
  hangUp({ keepalive: true });
});

// Before a call the display says whom it would ring.
function choose() {
  if (!call) write("who", named(part("line").value));
}

part("line").addEventListener("change", choose);
choose();

// Some browsers read the list of their voices only when asked.
window.speechSynthesis?.getVoices();
setInterval(tick, 250);
