/* The room a panel needs at a given cell size. */

import { formatNumber } from "../player/numerals.js";
import { weightText } from "../player/wording.js";

export const RULER = 15;
export const SIGN = 30;
export const GAP = 18;
export const CHANNEL_GAP = 12;
export const HEADING = 128; // headings wider than this wrap
export const FOOT = 92;
export const GLYPH = 0.6; // width of a digit in ems, on the generous side: fonts differ
export const LINE = 21; // of a heading

/** How the channels of a panel are placed: beside each other, at most four in a row. */
export function spread(panel) {
  const across = Math.min(panel.channels, panel.channels === 4 && panel.rows * panel.cols <= 4 ? 2 : 4);
  return { across, down: Math.ceil(panel.channels / across) };
}

export const colsOf = (panel) => panel.cols * spread(panel).across;
export const rowsOf = (panel) => panel.rows * spread(panel).down;

/** The most letters a cell of the panel ever shows; numbers with as few digits as one can live with. */
export function lettersOf(panel, lookup) {
  if (panel.longest === undefined) {
    const numbers = panel.matrix ? Array.from(lookup.weight) : panel.values || [];
    const texts = panel.labels || (panel.matrix && letteredMatrix(lookup)) || numbers.map((v) => formatNumber(v, 3));
    panel.longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
  }
  return panel.longest;
}

function letteredMatrix(lookup) {
  if (!lookup.weights?.labels) return null;
  return Array.from(lookup.weight, (_, tie) => weightText(lookup, tie));
}

/** How wide a cell must be for its longest text at a font size. */
export function wideEnough(panel, lookup, font) {
  return Math.ceil(lettersOf(panel, lookup) * GLYPH * font + 6);
}

/** The outer size of a panel, and its parts from top to bottom; `wide` by `cell` pixels a cell. */
export function panelSize(panel, { cell, wide, window, scale = 1 }) {
  const place = spread(panel);
  const rows = window ? window.rows : rowsOf(panel);
  const cols = window ? window.cols : colsOf(panel);
  const grid = RULER + 6 + cols * wide + (place.across - 1) * CHANNEL_GAP;
  const foot = panel.legend ? Math.min(FOOT, 22 + 6.4 * (panel.ghost_title || "padding").length) : 0;
  const title = 8.4 * scale * (panel.title || panel.id).length;
  const note = 6.8 * scale * (noteOf(panel, window) || "").length;
  const width = (panel.sign ? SIGN : 0) + Math.max(grid, Math.min(HEADING, Math.max(title, note, foot)));
  const lines = Math.ceil((title + note + 8) / Math.max(grid, HEADING));
  const channels = panel.channels > 1 ? place.down * 25 : RULER;
  return {
    width,
    head: lines * LINE * scale,
    body: channels + rows * cell + 5,
    foot: panel.legend ? 20 * scale : 0,
  };
}

/** The size in words; of a matrix too large for the screen, that only part of it is seen. */
export function noteOf(panel, window) {
  const part = window && (window.rows < panel.rows || window.cols < panel.cols);
  return part ? `${panel.note || ""} (part)` : panel.note;
}
