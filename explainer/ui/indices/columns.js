/* One pooling and the unpooling that mirrors it: three maps below each other, and the window of the followed pixel. */

import { formatNumber } from "../../player/numerals.js";
import { html } from "../../stage/dom.js";
import { paint, windowAt } from "./maps.js";

const WHAT = ["before pooling", "unpooled", "transposed convolutions"];

/** The column of a level (0 is the finest), to be drawn by `drawColumn`. */
export function column(pooling, level) {
  const { height, width, channel, channels } = pooling;
  const title = html("b", { class: "ix-title" }, `pooling ${level + 1}`, html("span", {}, `${height} × ${width}`));
  const tiles = WHAT.map((what, row) => tile(`${what}, pooling ${level + 1}`, row < 2));
  const notes = [`before pooling`, `unpooled`, ``];
  tiles[0].note.textContent = `channel ${channel} of ${channels}`;
  const node = html("div", { class: "ix-column" }, title, ...tiles.map(({ cell }) => cell));
  return { node, tiles, level, notes };
}

function tile(what, numbered) {
  const canvas = html("canvas", { class: "ix-tile", role: "img", "aria-label": what });
  const box = html("i", { class: "ix-window", "aria-hidden": "true" });
  const frame = html("div", { class: "ix-frame" }, canvas, box);
  const note = html("span", { class: "ix-note" });
  const four = html("div", { class: "ix-four" }, ...Array.from({ length: 4 }, () => html("span", {})));
  const side = html("div", { class: "ix-side" }, numbered ? four : "", note);
  return { cell: html("div", { class: "ix-cell" }, frame, side), frame, canvas, box, note, four };
}

/** Draw a column for the pixel that is followed; returns which corner was kept and where it was put back. */
export function drawColumn({ tiles, level }, pooling, rise, at, theme) {
  const { height, width, before, kept } = pooling;
  const [row, col] = at.map((place) => place >> (level + 1));
  const cell = row * (width / 2) + col;
  const [down, unpooled, grown] = tiles;
  repaint(down, before, height, width, theme, theme.input);
  repaint(unpooled, rise.unpooled, height, width, theme, theme.output);
  repaint(grown, rise.grown, height, width, theme, theme.output);
  for (const { box } of tiles) {
    box.style.left = `${((2 * col) / width) * 100}%`;
    box.style.top = `${((2 * row) / height) * 100}%`;
    box.style.width = `${(2 / width) * 100}%`;
    box.style.height = `${(2 / height) * 100}%`;
  }
  fill(down.four, windowAt(before, width, row, col), kept[cell]);
  fill(unpooled.four, windowAt(rise.unpooled, width, row, col), rise.put[cell]);
  grown.note.textContent = `channel ${rise.channel}`;
  return [kept[cell], rise.put[cell]];
}

function repaint(one, values, height, width, theme, color) {
  if (one.values === values && one.color === color) return;
  Object.assign(one, { values, color });
  paint(one.canvas, values, height, width, theme.background, color);
}

function fill(four, values, lit) {
  [...four.children].forEach((span, corner) => {
    span.textContent = formatNumber(values[corner], 2);
    span.classList.toggle("lit", lit === 4 || lit === corner);
  });
}
