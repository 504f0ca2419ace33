// Recordings: why one cannot be played, in words; and in lists a player in place of a link.

const PLAYER = "div.sound";

// The player does not tell what the server answered, so it is asked once more.
async function explain(audio) {
  const said = audio.closest(PLAYER)?.querySelector(".sound-problem");
  if (!said) {
    return;
  }
  const answer = await fetch(audio.src, { headers: { Range: "bytes=0-0" } }).catch(() => null);
  const isSentence = answer && !answer.ok && answer.headers.get("Content-Type")?.startsWith("text/plain");
  said.textContent = isSentence ? await answer.text() : audio.dataset.problem;
  said.hidden = false;
}

function place(link) {
  const player = document.createElement("div");
  player.className = "sound";
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.src = link.href;
  audio.setAttribute("aria-label", link.getAttribute("aria-label"));
  audio.dataset.problem = link.dataset.problem;
  const said = document.createElement("p");
  said.className = "sound-problem";
  said.setAttribute("role", "alert");
  said.hidden = true;
  player.append(audio, said);
  link.replaceWith(player);
  audio.focus();
  audio.play().catch(() => {});
}

// Neither of these events rises to the document: they are caught on their way down.
document.addEventListener(
  "error",
  (event) => {
    if (event.target instanceof HTMLAudioElement) {
      explain(event.target);
    }
  },
  true,
);
document.addEventListener(
  "playing",
  (event) => {
    const said = event.target.closest?.(PLAYER)?.querySelector(".sound-problem");
    if (said) {
      said.hidden = true;
    }
  },
  true,
);
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.play");
  const isPlain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (link && isPlain) {
    event.preventDefault();
    place(link);
  }
});
