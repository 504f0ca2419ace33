// The operator's desk: shows what the server says, and does what the operator presses.
// What stands on the page comes from the server; only the telephone is the page's own.

import * as note from "./note.js";
import { hold, letGo } from "./one-tab.js";
import * as phone from "./phone.js";
import { look, post, Refused } from "./server.js";
import * as page from "./show.js";

const MS_BETWEEN_LOOKS = 2000;
// The figures of the day cost the server most; they are also asked for by a new state.
const LOOKS_BETWEEN_DAYS = 15;
const MS_UNTIL_LEG_IS_ENDED = 4000;
// Ends the wrap-up of a leg; ends a conversation (docs/contract.md 8.8).
const READY_KEY = "8#";
const STAR = "*";
const LOGGED_OUT = 401;
const IN_ANOTHER_BROWSER = 409;

const { texts } = page;
let isHere = false;
// Whether this page has been the desk.
let hasBegun = false;
let isLooking = false;
let looks = 0;
let acts = Promise.resolve();
let isActing = false;
// Whether the operator has signed off here.
let isOff = false;
// What follows when the conversation is over: an act, its reason.
let afterTalk = null;

function leaveAfterTalk(wish) {
  afterTalk = wish;
  page.after(wish ? wish[0] : "");
}

// What went wrong, for people: of the server's words, or a text of ours by its key.
function wordsOf(error, otherwise) {
  const text = error instanceof Refused ? error.message : texts[error.message];
  return text || otherwise;
}

// The server

async function refresh() {
  if (isLooking) return;
  isLooking = true;
  try {
    const withDay = looks % LOOKS_BETWEEN_DAYS === 0;
    looks += 1;
    take(await look(withDay));
    // A page that was away for long has been signed out.
    const isIdle = !isOff && !isActing && !phone.leg();
    if (page.state() === "signed_out" && isIdle && !page.isSwitchedOff()) await keep("signed-in");
    page.trouble("server", "");
  } catch (error) {
    if (!isStopped(error)) page.trouble("server", wordsOf(error, texts.offline));
  } finally {
    isLooking = false;
  }
}

function take(html) {
  // An answer that came after another tab took over.
  if (!isHere) return;
  hasBegun = true;
  const before = page.state();
  const shown = page.take(html);
  if (phone.doing() === "queue") page.doing("");
  note.show(shown.conversation, page.known);
  if (before !== shown.state) looks = 0;
  if (before === "talking" && shown.state !== "talking" && afterTalk) {
    const [act, reason] = afterTalk;
    leaveAfterTalk(null);
    leave(act, reason);
  }
  page.controls(phone.doing());
}

// Nothing goes on here: nobody is logged in, or another browser is the desk.
function isStopped(error) {
  if (error.status === LOGGED_OUT) page.loggedOut();
  else if (error.status !== IN_ANOTHER_BROWSER) return false;
  else {
    letGo();
    giveUp(hasBegun ? texts.taken : error.message);
  }
  return true;
}

function giveUp(text) {
  isHere = false;
  phone.close();
  page.elsewhere(text);
}

async function keep(act, fields = {}) {
  take(await post("act/", { act, ...fields }));
}

// What operators do, one after the other: two would cross. Each says what went wrong
// instead of raising; of what the page does by itself only the server's words, as nobody
// can try that again.

function tried(work, otherwise = texts.trouble) {
  acts = acts.then(async () => {
    isActing = true;
    page.busy(true);
    try {
      await work();
      page.trouble("act", "");
    } catch (error) {
      if (!phone.leg()) page.doing("");
      if (!isStopped(error)) page.trouble("act", wordsOf(error, otherwise));
    }
    isActing = false;
    page.busy(false);
    page.controls(phone.doing());
  });
  return acts;
}

function forgetTroubles() {
  page.trouble("act", "");
  page.trouble("lost", "");
}

function ready() {
  return tried(async () => {
    forgetTroubles();
    leaveAfterTalk(null);
    isOff = false;
    await note.save();
    if (phone.leg()) {
      if (page.state() === "wrap_up") phone.press(READY_KEY);
      return;
    }
    await phone.open();
    await keep("ready");
    page.doing(texts.connecting);
    await phone.call({ MiniccDesk: "1" });
    await refresh();
  });
}

// Stop taking calls: "not-ready" with a reason, or "signed-off". Not during a talk.
function leave(act, reason = "") {
  if (page.state() === "talking" || phone.doing() === "outgoing") {
    leaveAfterTalk([act, reason]);
    return Promise.resolve();
  }
  return tried(async () => {
    forgetTroubles();
    await note.save();
    const leg = phone.leg()?.sid ?? "";
    isOff = act === "signed-off";
    await keep(act, { reason, leg });
    phone.hangUp();
    if (act === "signed-off") phone.close();
  });
}

// `asked` is a number that was typed, or a row of the work list.
function ring(asked) {
  return tried(async () => {
    forgetTroubles();
    if (page.state() === "talking" || phone.doing() === "outgoing") return;
    const { number, shown } = await post("number/", asked);
    await phone.open();
    await keep("not-ready", { reason: "outgoing", leg: phone.leg()?.sid ?? "" });
    await phone.hungUp();
    page.doing(texts.ringing.replace("%s", shown));
    const accepted = () => page.doing(texts.in_call.replace("%s", shown));
    try {
      await phone.call(
        { MiniccDesk: "1", MiniccNumber: number },
        { isOutgoing: true, accepted },
      );
    } catch (error) {
      await keep("not-ready");
      throw error;
    }
  });
}

// Ends the conversation and keeps the line, for the wrap-up; else ends the line.
function hangUp() {
  if (phone.doing() === "outgoing") {
    phone.hangUp();
    return;
  }
  phone.press(STAR);
  const ended = phone.leg();
  window.setTimeout(() => {
    if (page.state() === "talking" && phone.leg() === ended) phone.hangUp();
  }, MS_UNTIL_LEG_IS_ENDED);
}

// The line has ended: because the operator wanted it, or not.
async function ended({ wasWanted, isOutgoing }) {
  page.doing("");
  page.controls(phone.doing());
  if (isOutgoing) {
    const [act, reason] = afterTalk ?? ["not-ready", ""];
    leaveAfterTalk(null);
    await tried(() => keep(act, { reason }), "");
  } else if (!wasWanted && ["ready", "talking", "wrap_up"].includes(page.state())) {
    page.trouble("lost", texts.lost);
    await tried(() => keep("not-ready", { reason: "lost" }), "");
  }
}

// The page

async function become({ take = false } = {}) {
  isHere = await hold({ take, lost: () => giveUp(texts.taken) });
  if (!isHere) {
    page.elsewhere(texts.other_tab);
    return;
  }
  page.elsewhere("");
  await tried(() => keep("signed-in", take ? { take: "1" } : {}), "");
  goOn();
  if (!take) await ringAtOnce();
}

// Whom the button of the work list was pressed for; where that cannot be rung now, the
// page goes on asking. A reload rings nobody again.
async function ringAtOnce() {
  const row = page.wishedAtOnce();
  if (!row || !isHere || phone.leg() || page.state() !== "not_ready") return;
  window.history.replaceState(null, "", window.location.pathname);
  await ring({ row });
  if (phone.leg()) page.dropWish();
}

async function goOn() {
  if (!isHere) return;
  await refresh();
  window.setTimeout(goOn, MS_BETWEEN_LOOKS);
}

note.begin(texts);
phone.begin({ ended, trouble: (key, code) => page.troubleOfLine(key, code) });
page.begin({
  ready,
  leave,
  ring,
  hangUp,
  press: (key) => phone.press(key),
  mute: (isMuted) => phone.mute(isMuted),
  takeOver: () => become({ take: true }),
});
window.addEventListener("offline", () => page.troubleOfLine("network"));
window.addEventListener("online", () => page.troubleOfLine("back"));
window.addEventListener("beforeunload", (event) => {
  const isTalking =
    phone.doing() === "outgoing" || (phone.doing() && page.state() === "talking");
  if (isTalking || note.isUnsaved()) event.preventDefault();
});
window.addEventListener("pagehide", () => {
  note.save();
  phone.close();
  // So that another browser need not wait until this one has been silent for long.
  if (isHere) post("gone/", {}).catch(() => {});
});
become();
