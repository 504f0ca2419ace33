// The wall screen: its figures every second, and a plain word when they do not come.

const MS_BETWEEN_LOOKS = 1000;
const MS_UNTIL_STALE = 15000;
const MS_FOR_AN_ANSWER = 5000;

const figures = document.getElementById("wall-figures");
const age = document.getElementById("wall-age");
const address = new URL("figures/", window.location.href.replace(/[?#].*/, ""));

const looks = looksOf(document);

let fetchedAt = Date.now();

// The addresses of the style sheet and of this script, which change with their text.
function looksOf(page) {
  const { sheet, script } = page.getElementById("wall-looks")?.dataset ?? {};
  return `${sheet} ${script}`;
}

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
      if (looksOf(page) !== looks) {
        // MiniCC has been updated.
        window.location.reload();
        return;
      }
      figures.replaceChildren(...page.body.childNodes);
      fetchedAt = Date.now();
    }
  }
}

function sayAge() {
  // The clock of the screen may have been set back.
  const ms = Math.max(0, Date.now() - fetchedAt);
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
