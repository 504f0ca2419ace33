// The wall screen: its figures every second, and a plain word when they do not come.

const MS_BETWEEN_LOOKS = 1000;
const MS_UNTIL_STALE = 15000;
const MS_FOR_AN_ANSWER = 5000;

const figures = document.getElementById("wall-figures");
const age = document.getElementById("wall-age");
const address = new URL("figures/", window.location.href.replace(/[?#].*/, ""));

let fetchedAt = Date.now();

async function look() {
  const answer = await fetch(address, {
    cache: "no-store",
    signal: AbortSignal.timeout(MS_FOR_AN_ANSWER),
  }).catch(() => null);
  if (answer?.status === 404) {
    // Switched off or expired: the page says so in words.
    window.location.reload();
    return;
  }
  if (answer?.ok) {
    const text = await answer.text().catch(() => null);
    if (text !== null) {
      const page = new DOMParser().parseFromString(text, "text/html");
      figures.replaceChildren(...page.body.childNodes);
      fetchedAt = Date.now();
    }
  }
}

function sayAge() {
  const ms = Date.now() - fetchedAt;
  const isStale = ms > MS_UNTIL_STALE;
  document.body.classList.toggle("is-stale", isStale);
  const said = isStale ? age.dataset.stale : age.dataset.fresh;
  age.querySelector(".said").textContent = said.replace("%s", Math.round(ms / 1000));
}

// One look after the other: a slow server is not asked again meanwhile.
async function goOn() {
  await look();
  window.setTimeout(goOn, MS_BETWEEN_LOOKS);
}

window.setInterval(sayAge, MS_BETWEEN_LOOKS);
sayAge();
goOn();
