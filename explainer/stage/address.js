/* The page's address says where the stage is, so that a link reopens it; no server has a part in it.
 *
 * A step replaces the entry in the history, a deliberate change (reading order, what is shown) makes a new one, and
 * Back and Forward move the stage and the page's settings. Whoever else writes to the address leaves these parameters alone or gets them back:
 * the stage writes again after every change of its scene.
 */

import { obey } from "./classroom.js";

const REST_MS = 400; // the address is written once the visitor has rested this long

/** Where the address says the stage is: step counted from 0, order and view by name; what it does not say is missing. */
function readAddress(stage) {
  const asked = new URLSearchParams(window.location.search);
  const told = (name) => asked.get(`${stage.address}_${name}`);
  const found = { order: told("order") || undefined, view: told("view") || undefined };
  const step = told("step");
  return step && /^\d{1,5}$/.test(step) ? { ...found, step: Number(step) - 1 } : found;
}

/** What the link asks to show, if the scene has it. */
export function linkedView(stage, scene) {
  const { view } = stage.address ? readAddress(stage) : {};
  return (scene.views || []).some(({ id }) => id === view) ? view : null;
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

/** What the address says beyond the places of stages: the page's settings. */
function settingsNow() {
  const all = [...new URLSearchParams(window.location.search)];
  return JSON.stringify([
    window.location.pathname,
    all.filter(([name]) => !/^lesson$|_(step|order|view)$/.test(name)).sort(),
  ]);
}

/** Remember with which settings this scene is shown. Where they have changed, that is one entry in the history.
 *
 * Called at rest: a change of one setting may write to the address more than once, over the entry or as a new one.
 */
export function noteSettings(stage) {
  const [now, entry] = [settingsNow(), window.navigation?.currentEntry?.key];
  const { settings, href } = stage;
  if (settings !== undefined && samePage(settings, now) && now !== settings && entry && entry === stage.entry) {
    const url = window.location.href; // whoever changed the settings wrote over the entry: give it back its address
    window.history.replaceState(window.history.state, "", href);
    window.history.pushState(window.history.state, "", url);
  }
  remember(stage);
}

function remember(stage) {
  stage.settings = settingsNow();
  stage.href = window.location.href;
  stage.entry = window.navigation?.currentEntry?.key;
}

const samePage = (a, b) => JSON.parse(a)[0] === JSON.parse(b)[0];

/** Back or Forward: move the stage; where the settings are others too, the page opens anew as its address says. */
export function onHistory(stage) {
  if (!stage.address || !stage.scene || stage.settings === undefined) return;
  const [before, now] = [stage.settings, settingsNow()];
  if (before === now) {
    remember(stage);
    obey(stage, readAddress(stage));
  } else if (samePage(before, now)) window.location.reload();
}

function writeAddress(stage, entry) {
  noteSettings(stage);
  const url = new URL(window.location.href);
  const set = (name, value) => url.searchParams.set(`${stage.address}_${name}`, value);
  set("step", stage.step + 1);
  set("order", stage.order);
  if (stage.asked) set("view", stage.asked);
  if (url.href === window.location.href) return;
  if (entry) window.history.pushState({}, "", url);
  else window.history.replaceState(window.history.state, "", url);
  remember(stage);
}
