// What a telephone writes: the lines of what is heard, said and pressed on a call.

export const part = (id) => document.getElementById(id);
const read = (id) => JSON.parse(part(id).textContent);

export const texts = read("texts");
const names = read("names");
const queues = read("queues");
// Numbers of nobody in particular, as people write them.
export const shown = {};

export function noted(text, at, other) {
  const error = /^error (\d+)$/.exec(text);
  if (error) note(fill(texts.error, { code: error[1] }), at);
  else if (text === "connected" && !other) note(texts.talking_since, at);
  else if (text in texts.notes) note(fill(texts.notes[text], { name: named(other) }), at);
}

export function line(at, kind, text, language = "", by = "") {
  const item = document.createElement("li");
  const time = document.createElement("time");
  time.dateTime = at.toISOString();
  time.textContent = at.toLocaleTimeString(document.documentElement.lang, {
    hour12: false,
  });
  const said = document.createElement("p");
  said.className = kind;
  if (language) said.lang = language;
  if (by) {
    const speaker = document.createElement("span");
    speaker.className = "by";
    speaker.lang = document.documentElement.lang;
    speaker.textContent = fill(texts.by, { name: by });
    said.append(speaker, " ");
  }
  said.append(text);
  item.append(time, said);
  part("lines").append(item);
  part("heard").scrollTop = part("heard").scrollHeight;
  return said;
}

export function last(text, language) {
  part("last").textContent = text;
  part("last").lang = language;
}

export function note(text, at) {
  line(at, "fact", text);
}

// Keys pressed one after the other stand on one line.
export function pressed(at, digits) {
  const newest = part("lines").lastElementChild?.querySelector(".keys");
  const keys = newest ?? line(at, "fact", "").appendChild(document.createElement("span"));
  if (!newest) {
    const [before, after] = texts.pressed.split("{keys}");
    keys.className = "keys";
    keys.before(before);
    keys.after(after);
  }
  for (const digit of digits) {
    const key = document.createElement("kbd");
    key.textContent = digit;
    keys.append(key, " ");
  }
}

export function named(number) {
  const known = names[number];
  if (known) return `${known.name} ${known.shown}`;
  return number === "anonymous" ? texts.withheld : (shown[number] ?? number);
}

export function queueNamed(code) {
  return queues[code] ?? code;
}

export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}
