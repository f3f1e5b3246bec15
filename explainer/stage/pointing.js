/* Hover, pin and cursor: what a visitor does with single cells. */

import { cellPieces } from "../player/captions.js";
import { textOf } from "../player/wording.js";
import { nowOf } from "./cells.js";
import { writeLines } from "./controls.js";
import { canEdit, openEditor } from "./editing.js";
import { markCursor, markFocus } from "./marks.js";

export function lightFocus(stage) {
  const { focus } = stage;
  const panel = focus && stage.lookup.byId.get(focus.panel);
  const lit = panel && stage.lookup.lit(panel, focus.cell);
  for (const view of stage.views.values()) {
    const chosen = focus && view.panel === panel ? focus.cell : -1;
    markFocus(view, lit ? lit.cells.get(view.panel.id) : null, chosen, Boolean(stage.pin));
    markCursor(view, stage.cursor && view.panel.id === stage.cursor.panel ? stage.cursor.cell : -1);
  }
  stage.root.dataset.pinned = stage.pin ? `${stage.pin.panel}:${stage.pin.cell}` : "";
  stage.root.dataset.focus = focus ? `${focus.panel}:${focus.cell}` : "";
}

export function setFocus(stage, change) {
  const before = stage.root.dataset.focus + stage.root.dataset.pinned;
  Object.assign(stage, change);
  lightFocus(stage);
  if (stage.root.dataset.focus + stage.root.dataset.pinned !== before) writeLines(stage);
}

function locate(stage, event) {
  const holder = event.target.closest?.(".cells");
  const view = holder && stage.views.get(holder.dataset.panel);
  const cell = view ? view.at(event.clientX, event.clientY) : -1;
  return cell >= 0 ? { panel: view.panel.id, cell } : null;
}

export function setHover(stage, place) {
  if (place?.panel === stage.hover?.panel && place?.cell === stage.hover?.cell) return;
  setFocus(stage, { hover: place });
}

export function onPointer(stage, event) {
  if (event.pointerType === "touch") return;
  setHover(stage, locate(stage, event));
}

export function onClick(stage, event) {
  const place = locate(stage, event);
  if (!place || event.target.closest(".editor")) return;
  const again = stage.pin && stage.pin.panel === place.panel && stage.pin.cell === place.cell;
  if (again && stage.pointer === "touch" && canEdit(stage, place)) return void openEditor(stage, place);
  setFocus(stage, { pin: again ? null : place });
  sayCell(stage, place);
}

function sayCell(stage, place) {
  const panel = stage.lookup.byId.get(place.panel);
  stage.live.textContent = textOf(cellPieces(stage.lookup, panel, place.cell, nowOf(stage, panel, place.cell)));
}

export function onDoubleClick(stage, event) {
  const place = locate(stage, event);
  if (!place || !canEdit(stage, place)) return;
  event.preventDefault();
  setFocus(stage, { pin: null });
  openEditor(stage, place);
}

/** A click lights a cell but leaves the arrow keys to the player; only Tab gives them to a panel. */
export function keepFocus(stage, event) {
  if (!event.target.closest(".cells") || event.target.closest(".editor")) return;
  event.preventDefault();
  stage.root.focus({ preventScroll: true });
}

export function onPanelFocus(stage, event) {
  const view = stage.views.get(event.target.dataset?.panel);
  if (view) setCursor(stage, { panel: view.panel.id, cell: view.lastCursor || 0 });
}

export function setCursor(stage, place) {
  if (place) stage.views.get(place.panel).lastCursor = place.cell;
  setFocus(stage, { cursor: place });
  if (place) sayCell(stage, place);
}

export function moveCursor(stage, key) {
  const { panel, cell } = stage.cursor;
  const { cols, cells } = stage.lookup.byId.get(panel);
  const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols }[key];
  const to = key === "Home" ? 0 : key === "End" ? cells - 1 : cell + by;
  if (to >= 0 && to < cells) setCursor(stage, { panel, cell: to });
}
