// The work list while it is open: what others do appears without moving a row, and new
// calls are announced. The page works without it.

const SECONDS_BETWEEN_LOOKS = 20;

const notice = document.getElementById("worklist-notice");

function say(text) {
  notice.replaceChildren();
  const box = document.createElement("div");
  const sign = document.createElement("span");
  const words = document.createElement("p");
  box.className = "note";
  sign.className = "note-sign";
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = "i";
  words.textContent = text;
  box.append(sign, words);
  notice.append(box);
  return box;
}

function rowsOf(page) {
  return new Map([...page.querySelectorAll("tbody.caller")].map((row) => [row.id, row]));
}

async function look() {
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
    const isInUse = row.contains(document.activeElement);
    if (fresh && changed(row, fresh) && !isInUse) {
      const isOpen = row.querySelector("details")?.open;
      row.replaceChildren(...fresh.childNodes);
      if (isOpen === false) {
        row.querySelector("details").open = false;
      }
    }
  }
  const counts = page.querySelectorAll(".tabs b");
  document.querySelectorAll(".tabs b").forEach((count, place) => {
    count.textContent = counts[place].textContent;
  });
  const [head, freshHead] = [document, page].map((each) => each.querySelector(".asof"));
  head.replaceChildren(...freshHead.childNodes);
  announce(page.getElementById(notice.id));
}

// Tokens differ with every answer, ages every minute; neither is news.
function changed(row, fresh) {
  const gist = (part) =>
    [...part.querySelectorAll(".badge, .who, .labelled, th span, .acts a, .acts button")]
      .map((each) => each.textContent.trim())
      .join("|");
  const ages = [row, fresh].map((part) => part.querySelector(".when .quiet"));
  ages[0].textContent = ages[1].textContent;
  return gist(row) !== gist(fresh);
}

// The newest call counts, not the rows: an older caller moves up onto the page when
// another is done with.
function announce(fresh) {
  const words = notice.dataset;
  const isNew = Number(fresh?.dataset.newest) > Number(words.newest);
  if (!isNew || notice.hasChildNodes()) {
    return;
  }
  const box = say(words.news);
  const link = document.createElement("a");
  link.className = "btn";
  link.href = window.location.href;
  link.textContent = words.show;
  box.append(link);
}

setInterval(() => {
  if (!document.hidden) {
    look();
  }
}, SECONDS_BETWEEN_LOOKS * 1000);
