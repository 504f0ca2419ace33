// Asks the server in the name of the desk.

const CSRF = document.querySelector("[name=csrfmiddlewaretoken]").value;
const MS_FOR_AN_ANSWER = 8000;

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

export const look = () => ask("now/", {});

export function post(path, fields) {
  return ask(path, {
    method: "POST",
    headers: { "X-CSRFToken": CSRF },
    body: new URLSearchParams(fields),
    keepalive: true,
  });
}
