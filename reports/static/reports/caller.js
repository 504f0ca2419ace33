// The page of a caller who is being rung back: shows the result once it is there. What
// somebody has begun to write stays. The page works without it.

const SECONDS_BETWEEN_LOOKS = 4;

const note = document.querySelector("[data-ringing]");

function isBeingWritten() {
  return [...document.querySelectorAll("#content-main :is(textarea, select, input[type=text])")].some(
    (field) => field.value,
  );
}

async function look() {
  const answer = await fetch(window.location.href, {
    headers: { Accept: "text/html" },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (page.querySelector("[data-ringing]")) {
    return;
  }
  clearInterval(looking);
  if (!isBeingWritten()) {
    window.location.reload();
    return;
  }
  const words = note.querySelector("p");
  const link = document.createElement("a");
  words.textContent = note.dataset.news;
  link.className = "btn";
  link.href = window.location.href;
  link.textContent = note.dataset.show;
  note.append(link);
}

const looking = note
  ? setInterval(() => {
      if (!document.hidden) {
        look();
      }
    }, SECONDS_BETWEEN_LOOKS * 1000)
  : 0;
