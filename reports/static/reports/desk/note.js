// The wrap-up code and the note of a conversation, saved by themselves while one writes.

import { post, Refused } from "./server.js";

const MS_AFTER_THE_LAST_KEY = 1500;
const MS_BEFORE_THE_NEXT_TRY = 5000;

const form = document.getElementById("desk-note");
const said = document.getElementById("desk-note-said");

let texts;
// Of whichever conversation it is: what was written and is not saved yet.
const unsaved = new Map();
let timer = null;
let current = "";
let isSaving = false;

export function begin(given) {
  texts = given;
  form.addEventListener("input", changed);
  form.addEventListener("submit", (event) => event.preventDefault());
}

function changed() {
  unsaved.set(current, { code: form.code.value, note: form.note.value });
  said.textContent = texts.unsaved;
  window.clearTimeout(timer);
  timer = window.setTimeout(save, MS_AFTER_THE_LAST_KEY);
}

// The form of another conversation, with what the server knows of it.
export function show(conversation, known) {
  if (conversation === current) return;
  current = conversation;
  form.hidden = !conversation;
  form.code.replaceChildren(...(known?.codes ?? []));
  const own = unsaved.get(conversation);
  form.code.value = own?.code ?? known?.code ?? "";
  form.note.value = own?.note ?? known?.note ?? "";
  said.textContent = own ? texts.unsaved : "";
}

export const isUnsaved = () => unsaved.size > 0;

export async function save() {
  window.clearTimeout(timer);
  if (isSaving) return;
  isSaving = true;
  for (const [conversation, noted] of unsaved) await saveOne(conversation, noted);
  isSaving = false;
  // What was refused, or written meanwhile.
  window.clearTimeout(timer);
  if (unsaved.size) timer = window.setTimeout(save, MS_BEFORE_THE_NEXT_TRY);
}

async function saveOne(conversation, noted) {
  const say = (text) => {
    if (conversation === current) said.textContent = text;
  };
  say(texts.saving);
  try {
    const answer = await post("wrap-up/", { conversation, ...noted });
    const isNewest = unsaved.get(conversation) === noted;
    if (isNewest) unsaved.delete(conversation);
    say(isNewest ? texts.saved.replace("%s", answer.at) : texts.unsaved);
  } catch (error) {
    // That somebody is logged out the page says by itself.
    const why = error instanceof Refused && error.status !== 401 ? error.message : "";
    say(why || texts.unsaved);
  }
}
