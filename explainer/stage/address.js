/* The page's address says where the stage is, so that a link reopens it; no server has a part in it.
 *
 * A step replaces the entry in the history, a deliberate change (reading order, what is shown) makes a new one, and
 * Back and Forward move the stage. Whoever else writes to the address leaves these parameters alone or gets them back:
 * the stage writes again after every change of its scene.
 */

const REST_MS = 400; // the address is written once the visitor has rested this long

/** Where the address says the stage is: step counted from 0, order and view by name; what it does not say is missing. */
export function readAddress(stage) {
  const asked = new URLSearchParams(window.location.search);
  const told = (name) => asked.get(`${stage.address}_${name}`);
  const found = { order: told("order") || undefined, view: told("view") || undefined };
  const step = told("step");
  return step && /^\d{1,5}$/.test(step) ? { ...found, step: Number(step) - 1 } : found;
}

/** Let the address follow: at once and with an entry in the history, or when the visitor has come to rest. */
export function tellAddress(stage, deliberate = false) {
  if (!stage.address) return;
  clearTimeout(stage.timers.address);
  if (deliberate) writeAddress(stage, true);
  else
    stage.timers.address = setTimeout(() => {
      if (!stage.playing) writeAddress(stage, false);
    }, REST_MS);
}

function writeAddress(stage, entry) {
  const url = new URL(window.location.href);
  const set = (name, value) => url.searchParams.set(`${stage.address}_${name}`, value);
  set("step", stage.step + 1);
  set("order", stage.order);
  if (stage.asked) set("view", stage.asked);
  if (url.href === window.location.href) return;
  if (entry) window.history.pushState({}, "", url);
  else window.history.replaceState(window.history.state, "", url);
}
