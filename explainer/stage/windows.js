/* A matrix too large for the screen: which part of it is seen, and a small map of the whole with the window's frame. */

import { colorAt } from "./colors.js";
import { html } from "./dom.js";
import { paintPanel } from "./drawing.js";

const WIDEST = 120;
const HIGHEST = 150;
const LARGEST = 4; // pixels of the map for an entry
const NARROWEST = 28;
const WINDOW_KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

/** Is only a part of this matrix in sight? */
export const isPart = ({ panel, window }) =>
  Boolean(panel.matrix && window && (window.rows < panel.rows || window.cols < panel.cols));

/** Move the window of a large matrix, and those of the vectors at its sides, to where the step is. */
export function followStep(stage, paint = true) {
  const { current } = stage;
  const lit = stage.lookup.lit(current.lead, current.steps[stage.step]);
  for (const view of stage.views.values()) {
    const { panel, window } = view;
    if (!panel.matrix || !window) continue;
    const at = current.steps[stage.step];
    const rows = lit.cells.get(panel.id).map((cell) => Math.floor(cell / panel.cols));
    const cols = lit.cells.get(panel.id).map((cell) => cell % panel.cols);
    if (panel.matrix.rows === current.by) rows.push(at);
    if (panel.matrix.cols === current.by) cols.push(at);
    const row = shifted(window.row, window.rows, panel.rows, rows);
    const col = shifted(window.col, window.cols, panel.cols, cols);
    moveWindow(stage, view, row, col, paint);
  }
}

/** The smallest shift of a window that brings the wanted places into it, the first of them at least. */
function shifted(start, size, count, wanted) {
  if (!wanted.length) return start;
  const [first, last] = [Math.min(...wanted), Math.max(...wanted)];
  let to = start;
  if (last >= to + size) to = last - size + 1;
  if (first < to) to = first;
  return Math.max(0, Math.min(to, count - size));
}

/** Show another part; true if it is another one. */
function moveWindow(stage, view, row, col, paint = true) {
  const { panel, window } = view;
  if (row === window.row && col === window.col) return false;
  const moved = [...stage.views.values()].filter((one) => one === view || one.panel.beside?.panel === panel.id);
  for (const one of moved) {
    if (one === view || one.panel.beside.side === "right") one.window.row = row;
    if (one === view || one.panel.beside.side === "above") one.window.col = col;
    if (paint) paintPanel(one);
  }
  placeFrame(view);
  return true;
}

/** The small map: drag its frame, click where it shall go, or move it with the arrow keys. */
export function buildOverview(view) {
  const { panel, stage } = view;
  const scale = Math.min(WIDEST / panel.cols, HIGHEST / panel.rows, LARGEST);
  const [width, height] = [panel.cols, panel.rows].map((count) => Math.max(NARROWEST, Math.round(count * scale)));
  const canvas = html("canvas", { "aria-hidden": "true" });
  const frame = html("div", { class: "glass" });
  const map = html("div", { class: "map", tabindex: 0, role: "application" }, canvas, frame);
  const words = html("span", { class: "note" });
  for (const one of [map, canvas]) Object.assign(one.style, { width: `${width}px`, height: `${height}px` });
  view.overview = { canvas, frame, map, words, width, height };
  const go = (row, col) => {
    const inside = (at, count, size) => Math.max(0, Math.min(count - size, Math.round(at)));
    const { rows, cols } = view.window;
    if (moveWindow(stage, view, inside(row, panel.rows, rows), inside(col, panel.cols, cols))) stage.refresh();
  };
  const point = (event) => {
    const box = map.getBoundingClientRect();
    const at = (from, side, count, size) => (from / side) * count - size / 2;
    go(
      at(event.clientY - box.top, box.height, panel.rows, view.window.rows),
      at(event.clientX - box.left, box.width, panel.cols, view.window.cols),
    );
  };
  map.onpointerdown = (event) => {
    map.setPointerCapture(event.pointerId);
    point(event);
  };
  map.onpointermove = (event) => event.buttons && point(event);
  map.onkeydown = (event) => {
    const move = WINDOW_KEYS[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation(); // the player would step
    const { row, col, rows, cols } = view.window;
    go(row + move[0] * Math.ceil(rows / 2), col + move[1] * Math.ceil(cols / 2));
  };
  return html("div", { class: "overview" }, map, words);
}

/** Draw the maps of all matrices of which only a part is seen, in the present palette. */
export function paintOverviews(stage) {
  for (const view of stage.views.values()) if (view.overview) paintOverview(view, stage);
}

function paintOverview(view, stage) {
  const { panel } = view;
  const { canvas, width, height } = view.overview;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  Object.assign(canvas, { width: width * ratio, height: height * ratio });
  const pen = canvas.getContext("2d");
  const scale = stage.palette.scales[panel.role] || stage.palette.scales.plain;
  const [wide, high] = [canvas.width / panel.cols, canvas.height / panel.rows];
  pen.fillStyle = stage.palette.blank;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const [cell, tie] of panel.entries) {
    const [row, col] = [Math.floor(cell / panel.cols), cell % panel.cols];
    pen.fillStyle = colorAt(scale, stage.lookup.weight[tie] < 0 ? -1 : 1); // at full strength: dots are small
    pen.fillRect(Math.floor(col * wide), Math.floor(row * high), Math.max(1, wide), Math.max(1, high));
  }
  placeFrame(view);
}

function placeFrame(view) {
  if (!view.overview) return;
  const { panel, window: part } = view;
  const { frame, map, words, width, height } = view.overview;
  const [wide, high] = [width / panel.cols, height / panel.rows];
  Object.assign(frame.style, {
    left: `${part.col * wide}px`,
    top: `${part.row * high}px`,
    width: `${part.cols * wide}px`,
    height: `${part.rows * high}px`,
  });
  const span = (from, count, all) => (count < all ? `${from}–${from + count - 1} of ${all}` : `all ${all}`);
  const rows = `rows ${span(part.row, part.rows, panel.rows)}`;
  const cols = `columns ${span(part.col, part.cols, panel.cols)}`;
  words.replaceChildren(rows, html("br"), cols);
  map.setAttribute(
    "aria-label",
    `The whole of ${panel.title || panel.id}; in sight ${rows}, ${cols}. Arrow keys move.`,
  );
}
