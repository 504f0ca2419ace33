// One tab of the browser is the desk: two would take two callers at once.

const NAME = "minicc-desk";

let free = () => {};

// Resolves when this tab is the desk. `lost` is called when another tab has become it.
export function hold({ take = false, lost }) {
  if (!navigator.locks) return Promise.resolve(true);
  return new Promise((settled) => {
    const options = take ? { steal: true } : { ifAvailable: true };
    navigator.locks
      .request(NAME, options, (lock) => {
        settled(Boolean(lock));
        return lock ? new Promise((done) => (free = done)) : undefined;
      })
      .catch(lost);
  });
}

// Another browser is the desk: no tab of this one is.
export function letGo() {
  free();
}
