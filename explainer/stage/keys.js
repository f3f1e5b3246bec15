/* The keys of the player. */

import { canEdit, openEditor } from "./editing.js";
import { toggleFull } from "./filling.js";
import { changeSpeed, goByHand, reveal, setOrder, setPredict, toggle } from "./playing.js";
import { moveCursor, setFocus } from "./pointing.js";

export function onKey(stage, event) {
  event.stopPropagation(); // Streamlit acts on r, c and Escape wherever they are pressed
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest(".editor")) return;
  if (target === stage.controls.speed && key !== "Escape") return;
  if (target === stage.controls.slider && /^(Arrow|Home|End|Page)/.test(key)) return;
  if ((key === " " || key === "Enter") && target.closest("button, summary")) return;
  if (stage.cursor && /^(Arrow|Home|End)/.test(key)) {
    moveCursor(stage, key);
    event.preventDefault();
    return;
  }
  if (runKey(stage, key)) event.preventDefault();
}

/** The keys of the player; true when the key meant something. */
function runKey(stage, key) {
  const actions = {
    " ": () => toggle(stage),
    k: () => toggle(stage),
    ArrowRight: () => goByHand(stage, stage.step + 1),
    ArrowLeft: () => goByHand(stage, stage.step - 1),
    Home: () => goByHand(stage, 0, false),
    End: () => goByHand(stage, stage.lastStep, false),
    "+": () => changeSpeed(stage, 1),
    "=": () => changeSpeed(stage, 1),
    "-": () => changeSpeed(stage, -1),
    f: () => toggleFull(stage),
    o: () => nextOrder(stage),
    p: () => setPredict(stage, !stage.predict),
    v: () => reveal(stage),
    Escape: () => escape(stage),
    Enter: () => enter(stage),
  };
  const action = actions[key.length === 1 ? key.toLowerCase() : key];
  if (action) action();
  return Boolean(action);
}

function nextOrder(stage) {
  const ids = stage.scene.orders.map((order) => order.id);
  setOrder(stage, ids[(ids.indexOf(stage.order) + 1) % ids.length]);
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
  else if (stage.root.classList.contains("filling")) toggleFull(stage);
}
