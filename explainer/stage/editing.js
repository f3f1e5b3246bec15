/* Typing a value into a cell. */

import { cellName } from "../player/wording.js";
import { html } from "./dom.js";
import { pause } from "./playing.js";

const ANSWER_MS = 3000; // so soon the page has drawn what was typed, or says why not

/** A panel's numbers, with what was typed into it and is not drawn yet. */
function latest(stage, panel) {
  const { edited } = stage;
  return edited?.panel === panel && performance.now() < edited.until ? edited.values : panel.values;
}

export function canEdit(stage, place) {
  const panel = stage.lookup.byId.get(place.panel);
  return Boolean(
    panel.editable &&
    !stage.locks?.edit &&
    stage.setStateValue &&
    panel.values &&
    !panel.isGhost(place.cell) &&
    !panel.inserted.has(place.cell),
  );
}

/** Put a number field over a cell, with what was `typed` there before the figure was drawn anew; Enter keeps it, Escape
 * drops it. */
export function openEditor(stage, place, typed) {
  stage.closeEditor?.();
  pause(stage);
  const view = stage.views.get(place.panel);
  const { panel } = view;
  const before = latest(stage, panel)[place.cell];
  const box = view.box(place.cell);
  const field = html("input", {
    type: "number",
    step: "any",
    class: "editor",
    value: before,
    "aria-label": `New value of ${cellName(panel, place.cell)}`,
  });
  const width = Math.max(box.width + 12, 58);
  Object.assign(field.style, {
    left: `${Math.max(0, Math.min(box.x - (width - box.width) / 2, view.width - width))}px`,
    top: `${box.y - 2}px`,
    width: `${width}px`,
    height: `${box.height + 4}px`,
  });
  let open = true;
  const close = (keep) => {
    if (!open) return;
    open = false;
    stage.closeEditor = null;
    const value = field.value.trim() === "" ? NaN : Number(field.value);
    field.remove();
    if (keep && Number.isFinite(value) && value !== before) commitEdit(stage, panel, place.cell, value);
  };
  stage.closeEditor = () => {
    const found = { place, typed: field.value };
    close(false);
    return found;
  };
  field.onkeydown = (event) => {
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    close(event.key === "Enter");
    stage.root.focus({ preventScroll: true });
  };
  field.onblur = () => close(true); // the "done" key of a phone sends no Enter
  view.cells.append(field);
  field.focus();
  field.select();
  if (typed !== undefined && typed !== field.value) field.value = typed; // nothing is marked then, and typing goes on
}

function commitEdit(stage, panel, cell, value) {
  const values = latest(stage, panel).slice();
  values[cell] = value;
  stage.edited = { panel, values, until: performance.now() + ANSWER_MS };
  stage.edits = (stage.edits || 0) + 1; // makes the same edit made twice two events
  stage.setStateValue("edit", { panel: panel.id, values, count: stage.edits });
}
