// Asks the server in the name of the desk.

const MS_FOR_AN_ANSWER = 8000;

// Another one comes with every answer: whoever logs in anew needs it.
export const TOKEN = "[name=csrfmiddlewaretoken]";

// `status` is 0 where no answer came; the message is for people, or empty.
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

async function ask(path, options) {
  const answer = await fetch(new URL(path, document.baseURI), {
    cache: "no-store",
    signal: AbortSignal.timeout(MS_FOR_AN_ANSWER),
    ...options,
  }).catch(() => null);
  if (!answer) throw new Refused("", 0);
  const isJson = answer.headers.get("Content-Type")?.includes("json");
  const body = await (isJson ? answer.json() : answer.text()).catch(() => null);
  if (body === null) throw new Refused("", 0);
  if (!answer.ok || answer.redirected) {
    throw new Refused((isJson && body.error) || "", answer.status);
  }
  return body;
}

// `withDay`: also the figures of the day.
export const look = (withDay) => ask(withDay ? "now/?day" : "now/", {});

export function post(path, fields) {
  return ask(path, {
    method: "POST",
    headers: { "X-CSRFToken": document.querySelector(TOKEN).value },
    body: new URLSearchParams(fields),
    keepalive: true,
  });
}
