/* The room a panel needs at a given cell size. */

export const RULER = 15;
const SIGN = 30;
export const GAP = 18;
export const CHANNEL_GAP = 12;
export const HEADING = 128; // headings wider than this wrap
export const FOOT = 92;
export const GLYPH = 0.62; // width of a digit in ems, on the generous side: fonts differ

/** How the channels of a panel are placed: beside each other, at most four in a row. */
export function spread(panel) {
  const across = Math.min(panel.channels, panel.channels === 4 && panel.rows * panel.cols <= 4 ? 2 : 4);
  return { across, down: Math.ceil(panel.channels / across) };
}

export const colsOf = (panel) => panel.cols * spread(panel).across;
export const rowsOf = (panel) => panel.rows * spread(panel).down;

/** The room a panel needs: its sign, ruler and cells, or its heading where that is wider. */
export function panelWidth(panel, cell) {
  const grid = RULER + 6 + colsOf(panel) * widthOf(panel, cell) + (spread(panel).across - 1) * CHANNEL_GAP;
  const foot = panel.legend ? Math.min(FOOT, 22 + 6.4 * (panel.ghost_title || "padding").length) : 0;
  const words = Math.max(8.2 * (panel.title || panel.id).length, 6.6 * (panel.note || "").length, foot);
  return (panel.sign ? SIGN : 0) + Math.max(grid, Math.min(HEADING, words));
}

/** A cell is as wide as high, but sums of letters get the room they need and a standing vector never thins to a hair. */
export function widthOf(panel, cell) {
  const letters = Math.max(0, ...(panel.labels || []).map((label) => label.length));
  if (letters > 3) return Math.max(cell, Math.ceil(letters * 8.4 + 10));
  if (panel.longest > 2 && cell >= 11) return Math.max(cell, Math.ceil(panel.longest * 6.3 + 5));
  return panel.cols === 1 && cell < 10 ? 12 : cell;
}

export function laneWidth(lane, cell) {
  return lane.panels.reduce((sum, panel) => sum + panelWidth(panel, cell) + GAP, -GAP);
}

/** The largest cell, in whole pixels, with which the panels stand in one row; 0 where none is large enough. */
export function largestCell(panels, width, largest, least) {
  for (let cell = Math.floor(largest); cell >= least; cell -= 1) if (laneWidth({ panels }, cell) <= width) return cell;
  return 0;
}
