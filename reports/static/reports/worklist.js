// The work list while it is open: ringing back claims first, and what others do appears
// without moving a row. The page works without it.

const SECONDS_BETWEEN_LOOKS = 20;

const notice = document.getElementById("worklist-notice");

function say(text, isBad) {
  notice.replaceChildren();
  const box = document.createElement("div");
  const sign = document.createElement("span");
  const words = document.createElement("p");
  box.className = isBad ? "note note-bad" : "note";
  sign.className = "note-sign";
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = isBad ? "‼" : "i";
  words.textContent = text;
  box.append(sign, words);
  notice.append(box);
  return box;
}

function wire(part) {
  for (const link of part.querySelectorAll("a.ring")) {
    link.hidden = false;
    link.parentElement.querySelector("button[value=ring]").hidden = true;
    link.addEventListener("click", ring);
  }
}

async function ring(event) {
  event.preventDefault();
  const link = event.currentTarget;
  const form = new FormData(link.closest("form"));
  form.set("act", "ring");
  const answer = await fetch(link.closest("form").action, {
    method: "POST",
    body: form,
    headers: { Accept: "application/json" },
  }).catch(() => null);
  if (answer?.ok) {
    window.location.href = link.href;
  } else if (answer?.status === 409) {
    say((await answer.json()).refused, true);
  } else {
    // Logged out, or not connected: the server's own page says so.
    link.closest("form").querySelector("button[value=ring]").click();
    return;
  }
  const id = link.closest("tbody").id;
  await look(id);
  document.getElementById(id).querySelector(".acts :is(a, button)")?.focus();
}

function rowsOf(page) {
  return new Map([...page.querySelectorAll("tbody.caller")].map((row) => [row.id, row]));
}

async function look(acted) {
  const answer = await fetch(window.location.href, {
    headers: { Accept: "text/html" },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = rowsOf(page);
  for (const [id, row] of rowsOf(document)) {
    const fresh = now.get(id);
    row.classList.toggle("is-gone", !fresh);
    for (const button of row.querySelectorAll(".acts :is(a, button)")) {
      button.toggleAttribute("inert", !fresh);
    }
    const isInUse = row.contains(document.activeElement) && id !== acted;
    if (fresh && changed(row, fresh) && !isInUse) {
      const isOpen = row.querySelector("details")?.open;
      row.replaceChildren(...fresh.childNodes);
      if (isOpen === false) {
        row.querySelector("details").open = false;
      }
      wire(row);
    }
    now.delete(id);
  }
  const counts = page.querySelectorAll(".tabs b");
  document.querySelectorAll(".tabs b").forEach((count, place) => {
    count.textContent = counts[place].textContent;
  });
  announce(now.size);
}

// Tokens differ with every answer, ages every minute; neither is news.
function changed(row, fresh) {
  const gist = (part) =>
    [...part.querySelectorAll(".badge, .who, .labelled, .times, .acts a, .acts button")]
      .map((each) => each.textContent.trim())
      .join("|");
  const ages = [row, fresh].map((part) => part.querySelector(".when .quiet"));
  ages[0].textContent = ages[1].textContent;
  return gist(row) !== gist(fresh);
}

function announce(newCallers) {
  const words = notice.dataset;
  if (!newCallers || words.said === String(newCallers)) {
    return;
  }
  words.said = String(newCallers);
  const box = say(words.news.replace("{count}", newCallers), false);
  const link = document.createElement("a");
  link.className = "btn";
  link.href = window.location.href;
  link.textContent = words.show;
  box.append(link);
}

wire(document);
setInterval(() => {
  if (!document.hidden) {
    look();
  }
}, SECONDS_BETWEEN_LOOKS * 1000);
