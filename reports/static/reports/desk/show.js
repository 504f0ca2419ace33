// What the desk's page shows: the parts that the server sends, states, times, troubles.

import { Refused, TOKEN } from "./server.js";

const part = (id) => document.getElementById(id);

export const texts = JSON.parse(part("desk-texts").textContent);

const desk = part("desk");
let acts;
let shown = { state: "", conversation: "" };
// The codes, the code and the note of the conversation, as the server knows them.
export let known = null;
// How far the clock of this machine is from the server's.
let offset = 0;
// Whether the page knows what is shown: not when it is logged out or no desk.
let isCurrent = true;
const troubles = new Map();
// The parts as they came: what is unfolded, and the times, stay while nothing changes.
const parts = new Map();

export const state = () => shown.state;
// Whether an administrator has switched the operator off.
export const isSwitchedOff = () => Boolean(shown.notice);

// Puts the parts of an answer in place of those that differ; returns what it is about.
export function take(html) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const fresh = answer.getElementById("desk-now");
  // The answer of something between the server and us, say.
  if (!fresh) throw new Refused("", 0);
  document.querySelector(TOKEN).value = fresh.querySelector(TOKEN).value;
  for (const piece of fresh.querySelectorAll("[data-part]")) {
    const here = desk.querySelector(`[data-part="${piece.dataset.part}"]`);
    const isInUse = here.contains(document.activeElement);
    const html = piece.innerHTML;
    if (parts.get(piece.dataset.part) !== html && !isInUse) {
      parts.set(piece.dataset.part, html);
      here.replaceChildren(...piece.childNodes);
    }
  }
  known = {
    codes: [...fresh.querySelector("template").content.children],
    code: fresh.dataset.code,
    note: fresh.dataset.note,
  };
  return read(fresh.dataset);
}

function read(data) {
  offset = Number(data.at) - Date.now();
  const before = shown;
  shown = { ...data };
  isCurrent = true;
  trouble("off", shown.notice);
  showState();
  if (shown.conversation && shown.conversation !== before.conversation) {
    const number = desk.querySelector(".desk-caller h1")?.textContent ?? "";
    part("desk-alert").textContent = texts.new_caller.replace("%s", number);
  } else if (shown.state !== before.state) {
    part("desk-said").textContent = shown.label;
  }
  return shown;
}

function showState() {
  for (const button of document.querySelectorAll("[data-state-of]")) {
    const states = button.dataset.stateOf.split(" ");
    const isOn = states.includes(shown.state);
    button.setAttribute("aria-pressed", String(isOn));
    button.classList.toggle("is-on", isOn);
    const time = button.querySelector(".time");
    time.dataset.since = isOn ? shown.since : "";
    if (button.id === "desk-busy") {
      button.hidden = !isOn;
      button.querySelector(".word").textContent = isOn ? shown.label : "";
    }
    if (button.id === "desk-away") {
      button.querySelector(".why").textContent =
        isOn && shown.reason ? `· ${shown.reason} ·` : "";
    }
  }
  tick();
}

export function controls(kind) {
  const isUp = kind === "outgoing" || (kind === "queue" && shown.state === "talking");
  part("desk-controls").hidden = !isUp;
  desk.querySelector(".desk-caller").hidden = kind === "outgoing";
  // In a conversation from a queue this key hangs up (Dial's hangupOnStar).
  part("desk-keys").querySelector("[data-key='*']").hidden = kind !== "outgoing";
  part("desk-ring").inert = isUp;
  if (!isUp) {
    keypad(false);
    part("desk-mute").setAttribute("aria-pressed", "false");
  }
}

// What the telephone does that the server does not know yet.
export function doing(text) {
  part("desk-doing").textContent = text;
  part("desk-doing").hidden = !text;
}

// That an act follows when the conversation is over.
export function after(act) {
  const word = part("desk-after");
  word.hidden = !act;
  word.textContent = act ? word.dataset[act === "signed-off" ? "off" : "away"] : "";
}

// The bar is not inert meanwhile: whoever uses the keyboard would lose the place.
export function busy(isBusy) {
  part("desk-bar").setAttribute("aria-busy", String(isBusy));
}

// One line for each place where something is wrong; an empty text takes it away.
export function trouble(place, text) {
  if (text) troubles.set(place, text);
  else troubles.delete(place);
  const lines = [...troubles.values()].map((one) => {
    const line = document.createElement("p");
    line.textContent = one;
    if (one === texts.logged_out) {
      line.append(" ", part("desk-log-in").content.cloneNode(true));
    }
    return line;
  });
  const box = part("desk-trouble");
  const words = [...troubles.values()].join("\n");
  if (box.dataset.words !== words) {
    box.dataset.words = words;
    box.querySelector(".words").replaceChildren(...lines);
  }
  box.hidden = !lines.length;
}

export function troubleOfLine(key, code = "") {
  if (key === "back") trouble("line", "");
  else trouble("line", texts[key].replace("%s", code));
}

// Nothing is known until somebody has logged in again: the times stand still.
export function loggedOut() {
  isCurrent = false;
  tick();
  trouble("act", "");
  trouble("server", texts.logged_out);
}

// The desk is in another tab or browser; empty: it is here.
export function elsewhere(text) {
  if (text) {
    shown = { ...shown, state: "", since: "" };
    isCurrent = false;
    showState();
  }
  part("desk-elsewhere").hidden = !text;
  part("desk-elsewhere").querySelector("p").textContent = text;
  part("desk-work").inert = Boolean(text);
  part("desk-bar").toggleAttribute("inert", Boolean(text));
  part("desk-wish")?.toggleAttribute("inert", Boolean(text));
}

// The row of the work list that is to be rung as soon as the desk is here; or nothing.
export function wishedAtOnce() {
  const wish = part("desk-wish");
  const isAtOnce = wish && "atOnce" in wish.dataset;
  return isAtOnce ? wish.querySelector("[data-ring]").dataset.ring : "";
}

export function dropWish() {
  part("desk-wish")?.remove();
}

// Times

function tick() {
  const now = Date.now() + offset;
  for (const time of document.querySelectorAll(".time[data-since]")) {
    const since = Number(time.dataset.since);
    const text = since && isCurrent ? clock(Math.max(0, Math.floor((now - since) / 1000))) : "";
    if (time.textContent !== text) time.textContent = text;
  }
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

// What people press

export function begin(given) {
  acts = given;
  read(part("desk-now").dataset);
  part("desk-ready").addEventListener("click", () => acts.ready());
  desk.ownerDocument.addEventListener("click", (event) => {
    const chosen = event.target.closest("[data-leave]");
    if (!chosen) return;
    part("desk-reasons").hidePopover();
    acts.leave(chosen.dataset.leave, chosen.dataset.reason);
  });
  part("desk-hang-up").addEventListener("click", () => acts.hangUp());
  part("desk-mute").addEventListener("click", mute);
  part("desk-keypad").addEventListener("click", () => keypad(part("desk-keys").hidden));
  part("desk-keys").addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (key) acts.press(key.dataset.key);
  });
  part("desk-ring").addEventListener("submit", (event) => {
    event.preventDefault();
    acts.ring({ number: event.target.number.value.trim() });
  });
  desk.addEventListener("click", (event) => {
    const caller = event.target.closest("[data-ring]");
    if (!caller) return;
    dropWish();
    acts.ring({ row: caller.dataset.ring });
  });
  part("desk-here").addEventListener("click", () => acts.takeOver());
  document.addEventListener("keydown", shortcut);
  window.setInterval(tick, 500);
}

function keypad(isOpen) {
  part("desk-keys").hidden = !isOpen;
  part("desk-keypad").setAttribute("aria-expanded", String(isOpen));
}

function mute() {
  const button = part("desk-mute");
  const isMuted = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(isMuted));
  acts.mute(isMuted);
  part("desk-said").textContent = isMuted ? texts.muted : texts.unmuted;
}

// Single letters act outside of fields only, and can be switched off.
function shortcut(event) {
  const isWriting = event.target.closest?.("input, select, textarea");
  const isCombined = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  if (isWriting || isCombined || !part("desk-shortcuts").checked) return;
  const button = { m: "desk-mute", k: "desk-keypad" }[event.key.toLowerCase()];
  if (button && !part("desk-controls").hidden) part(button).click();
}
