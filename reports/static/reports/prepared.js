// A file that is being written: how far it is, until it is there. The page works without.

const SECONDS_BETWEEN_LOOKS = 2;

async function look() {
  const answer = await fetch(window.location.href, {
    headers: { Accept: "text/html" },
  }).catch(() => null);
  if (!answer?.ok || answer.redirected) {
    return true;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("progress");
  if (!fresh) {
    return true;
  }
  if (!("open" in fresh.dataset)) {
    // The buttons below it are others now.
    window.location.reload();
    return false;
  }
  const shown = document.getElementById("progress");
  const bars = [shown, fresh].map((each) => each.querySelector("progress"));
  const texts = [shown, fresh].map((each) => each.querySelector("#rows"));
  if (shown.children.length === fresh.children.length && bars.every(Boolean) && texts.every(Boolean)) {
    // In place, so that nothing is read out again.
    bars[0].value = bars[1].value;
    texts[0].textContent = texts[1].textContent;
  } else if (shown.innerHTML !== fresh.innerHTML && !shown.contains(document.activeElement)) {
    shown.replaceChildren(...fresh.childNodes);
  }
  return true;
}

async function watch() {
  if (document.hidden || (await look())) {
    setTimeout(watch, SECONDS_BETWEEN_LOOKS * 1000);
  }
}

setTimeout(watch, SECONDS_BETWEEN_LOOKS * 1000);
