/* The keys of the player. They work on a fresh page without a click: of several stages the one used last, or the first
 * in sight, listens to the whole page, but leaves its fields, buttons and open dialogs alone. */

import { canEdit, openEditor } from "./editing.js";
import { isFull, leaveFull, toggleFull } from "./filling.js";
import { blackOut, showHelp } from "./overlays.js";
import { changeSpeed, goByHand, setOrder, setView, toggle } from "./playing.js";
import { moveCursor, setFocus } from "./pointing.js";
import { reveal, setPredict } from "./predicting.js";

const FIELDS = "input, select, textarea, [contenteditable], [role=dialog], [role=listbox], [role=menu]";
const OTHERS = `a, button, summary, ${FIELDS}`;
const CLICKER = /^Page(Up|Down)$/; // means nothing to a button or an answer's field: it goes on after a click there
const alive = new Set();
let lastUsed = null;

/** Listen until the returned function is called. */
export function listenToKeys(stage) {
  const onPageKey = (event) => {
    const path = event.composedPath();
    if (event.defaultPrevented || path.includes(stage.root) || chosen() !== stage) return;
    const others = CLICKER.test(event.key) ? FIELDS : OTHERS;
    if (path.some((node) => node.matches?.(others)) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key !== "Escape" && runKey(stage, event.key)) event.preventDefault();
  };
  stage.root.onkeydown = (event) => onKey(stage, event);
  stage.root.onkeyup = (event) => event.stopPropagation();
  stage.root.addEventListener("pointerdown", () => {
    lastUsed = stage;
  });
  alive.add(stage);
  document.addEventListener("keydown", onPageKey);
  return () => {
    alive.delete(stage);
    if (lastUsed === stage) lastUsed = null;
    document.removeEventListener("keydown", onPageKey);
  };
}

function chosen() {
  const inSight = (stage) => {
    const { top, bottom } = stage.root.getBoundingClientRect();
    return stage.root.isConnected && bottom > 0 && top < window.innerHeight;
  };
  if (lastUsed && inSight(lastUsed)) return lastUsed;
  const seen = [...alive].filter(inSight); // in the order in which they came, which is not that of the page
  const top = (stage) => stage.root.getBoundingClientRect().top;
  return seen.length ? seen.reduce((first, one) => (top(one) < top(first) ? one : first)) : null;
}

function onKey(stage, event) {
  event.stopPropagation(); // Streamlit acts on r, c and Escape wherever they are pressed
  lastUsed = stage;
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest(".editor, dialog")) return;
  if (target === stage.controls.answer) {
    if (leaveAnswer(stage, key)) event.preventDefault();
    return;
  }
  if (target === stage.controls.speed && key !== "Escape") return;
  if (target === stage.controls.slider && /^(Arrow|Home|End)/.test(key)) return;
  if ((key === " " || key === "Enter") && target.closest("button, summary")) return;
  if (stage.cursor && /^(Arrow|Home|End)/.test(key)) {
    moveCursor(stage, key);
    event.preventDefault();
    return;
  }
  if (runKey(stage, key)) event.preventDefault();
}

/** In an answer's field: Escape leaves it, so do a clicker and keys that no number holds; true when one was pressed. */
function leaveAnswer(stage, key) {
  const letter = /^[pv]$/i.test(key) && !stage.lookup.target.labels; // letters may be the answer
  const command = letter || CLICKER.test(key);
  if (!command && key !== "Escape") return false;
  stage.root.focus({ preventScroll: true });
  if (command) runKey(stage, key);
  return true;
}

/** The keys of the player; true when the key meant something. */
function runKey(stage, key) {
  const actions = {
    " ": () => toggle(stage),
    k: () => toggle(stage),
    ArrowRight: () => goByHand(stage, stage.step + 1),
    PageDown: () => advance(stage, 1),
    ArrowLeft: () => goByHand(stage, stage.step - 1),
    PageUp: () => advance(stage, -1),
    Home: () => goByHand(stage, 0, false),
    End: () => goByHand(stage, stage.lastStep, false),
    "+": () => changeSpeed(stage, 1),
    "=": () => changeSpeed(stage, 1),
    "-": () => changeSpeed(stage, -1),
    f: () => toggleFull(stage),
    o: () => setOrder(stage, after(stage.scene.orders, stage.order)),
    t: () => stage.scene.views && setView(stage, after(stage.scene.views, stage.view)),
    p: () => setPredict(stage, !stage.predict),
    v: () => reveal(stage),
    b: () => blackOut(stage),
    "?": () => showHelp(stage),
    Escape: () => escape(stage),
    Enter: () => enter(stage),
  };
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  if (action) action();
  return Boolean(action);
}

/** A presenter's clicker: a step, and at the end whatever comes after this stage, if anybody knows. */
function advance(stage, by) {
  const to = stage.step + by;
  if (to >= 0 && to <= stage.lastStep) goByHand(stage, to);
  else stage.root.dispatchEvent(new CustomEvent("stage-end", { detail: { by }, bubbles: true, composed: true }));
}

/** The choice that follows the present one. */
function after(items, id) {
  const at = items.findIndex((item) => item.id === id);
  return items[(at + 1) % items.length].id;
}

function enter(stage) {
  const place = stage.cursor;
  if (!place) return;
  if (canEdit(stage, place)) openEditor(stage, place);
  else
    setFocus(stage, {
      pin: stage.pin && stage.pin.cell === place.cell && stage.pin.panel === place.panel ? null : place,
    });
}

function escape(stage) {
  if (stage.pin) setFocus(stage, { pin: null });
  else if (isFull(stage)) leaveFull(stage);
}
