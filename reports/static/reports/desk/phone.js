// The one call that the desk can have: with a line by Twilio, or by the stand-in.

import { post } from "./server.js";
import { problemOfMicrophone } from "./twilio-line.js";

const data = document.getElementById("desk").dataset;

let line = null;
let up = null;
let tellEnded = () => {};
let tellTrouble = () => {};
let wasWanted = false;
// Whether the token of the line could not be renewed.
let isStale = false;

export function begin({ ended, trouble }) {
  tellEnded = ended;
  tellTrouble = (key, code) => {
    if (key === "token") isStale = true;
    trouble(key, code);
  };
}

const askForToken = async () => (await post("token/", {})).token;

// Opens the line, unless it is open. Raises an error whose message is a key of the texts.
export async function open() {
  const isOfTwilio = data.line === "twilio";
  if (isOfTwilio) {
    const problem = await problemOfMicrophone();
    if (problem) throw new Error(problem);
  }
  if (isStale) close();
  if (line) return;
  isStale = false;
  const module = await import(isOfTwilio ? data.twilioLine : data.standInLine);
  const token = await askForToken();
  line = await module.open({ token, ask: askForToken, trouble: tellTrouble, data });
  tellTrouble("back");
}

export async function call(params, { isOutgoing = false, accepted = () => {} } = {}) {
  wasWanted = false;
  const begun = await line.connect(params, {
    accepted,
    ended(leg) {
      if (up?.leg !== leg) return;
      up = null;
      tellEnded({ wasWanted, isOutgoing });
    },
  });
  up = { leg: begun, isOutgoing };
  tellTrouble("back");
}

export const leg = () => up?.leg ?? null;

// "outgoing", "queue" (a line for callers out of queues), or empty.
export function doing() {
  if (!up) return "";
  return up.isOutgoing ? "outgoing" : "queue";
}

export function press(keys) {
  up?.leg.press(keys);
}

export function mute(isMuted) {
  up?.leg.mute(isMuted);
}

export function hangUp() {
  wasWanted = true;
  up?.leg.hangUp();
}

// Hangs up, and waits until the line is free for another call.
export async function hungUp() {
  hangUp();
  for (let tries = 0; up && tries < 40; tries += 1) {
    await new Promise((done) => window.setTimeout(done, 100));
  }
}

export function close() {
  hangUp();
  line?.close();
  line = null;
}
