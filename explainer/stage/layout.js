/* Cell sizes from the room at hand, so that digits stay readable and panels of a lane line up. */

import { GAP, colsOf, laneWidth, largestCell, panelWidth, rowsOf } from "./measures.js";

const DIGITS = 11; // pixels; in smaller cells a digit cannot be read

/** Choose a cell size per panel, and whether tall matrices stand beside the other lanes. */
export function layout(lookup, width, limits) {
  const lanes = groupLanes(lookup.panels);
  const grids = lanes.filter((lane) => !lane.tall);
  const tall = lanes.filter((lane) => lane.tall);
  const below = arrange(grids, tall, width, width, { ...limits, tall: limits.tall + 50 });
  let best = below;
  if (tall.length && grids.length && width >= 680) {
    const side = Math.max(...tall.map((lane) => laneWidth(lane, tallCell(lane, width * 0.5, limits)))) + GAP;
    const beside = side <= width * 0.55 && arrange(grids, tall, width - side, side, limits);
    if (beside && preferBeside(beside, below)) best = { ...beside, aside: true };
  }
  return { lanes, aside: Boolean(best.aside), sizes: best.sizes };
}

/** Beside saves height; below lets grids and matrices grow. Grids that wrap, and matrices without digits, are worst. */
function preferBeside(beside, below) {
  if (beside.matrixCell < DIGITS && below.matrixCell >= DIGITS) return false;
  if (beside.wraps !== below.wraps) return beside.wraps < below.wraps;
  const height = below.gridHeight + below.tallHeight;
  return height > 520 || beside.cell >= 0.75 * below.cell;
}

/** Sizes for both kinds of lanes at given widths, and what they would cost. */
function arrange(grids, tall, width, tallWidth, limits) {
  const { cell, wraps, sizes } = sizeGrids(grids, width, limits);
  let matrixCell = Infinity;
  for (const lane of tall) {
    const own = tallCell(lane, tallWidth, limits);
    matrixCell = Math.min(matrixCell, own);
    for (const panel of lane.panels) sizes.set(panel.id, { cell: own, ruler: own >= 15 });
  }
  const heights = (lanes) =>
    lanes.reduce(
      (sum, lane) => sum + 60 + Math.max(...lane.panels.map((panel) => rowsOf(panel) * sizes.get(panel.id).cell)),
      0,
    );
  return { cell, wraps, sizes, matrixCell, gridHeight: heights(grids), tallHeight: heights(tall) };
}

function groupLanes(panels) {
  const numbers = [...new Set(panels.map((panel) => panel.lane))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const members = panels.filter((panel) => panel.lane === number);
    return { number, panels: members, tall: members.some((panel) => panel.matrix) };
  });
}

/** A lane with a matrix shares one cell size, so that a row of the matrix meets its pixel of the standing vector. */
function tallCell(lane, width, limits) {
  const rows = Math.max(...lane.panels.map(rowsOf));
  const high = limits.tall / rows;
  const painted = lane.panels.some((panel) => panel.painted);
  if (!painted) return largestCell(lane.panels, width, Math.min(limits.matrix, Math.max(high, 9)), 9) || 9;
  const cols = lane.panels.reduce((sum, panel) => sum + colsOf(panel), 0);
  const whole = high >= 3 && largestCell(lane.panels, width, Math.min(limits.matrix, high), 3);
  return whole || Math.max(0.2, Math.min(3, 700 / rows, (width - 120) / cols));
}

/** All other lanes share one cell size; only panels too large for numbers get their own. */
function sizeGrids(lanes, width, limits) {
  const numbered = (lane) => lane.panels.filter((panel) => !panel.painted);
  const rows = lanes.reduce((sum, lane) => sum + Math.max(0, ...numbered(lane).map(rowsOf)), 0) || 1;
  const crowded = lanes.some((lane) => lane.panels.some((panel) => panel.painted));
  let cell = Math.max(
    limits.min,
    Math.min(crowded ? 36 : limits.cell, (limits.height - 60 * (lanes.length - 1) * limits.strict) / rows),
  );
  let wraps = 0;
  for (const lane of lanes) {
    const room = lane.panels.length > numbered(lane).length ? width * 0.5 : width;
    const together = largestCell(numbered(lane), room, cell, limits.wrapBelow);
    if (!together) wraps += 1;
    const alone = Math.min(
      ...numbered(lane).map((panel) => largestCell([panel], width, limits.wrapped, limits.min) || limits.min),
    );
    cell = Math.min(cell, together || alone);
  }
  const sizes = new Map();
  for (const lane of lanes) sizePainted(lane, width, Math.floor(cell), limits, sizes);
  return { cell, wraps, sizes };
}

function sizePainted(lane, width, cell, limits, sizes) {
  const painted = lane.panels.filter((panel) => panel.painted);
  const taken = lane.panels.reduce((sum, panel) => sum + GAP + panelWidth(panel, panel.painted ? 0 : cell), 0);
  const cols = painted.reduce((sum, panel) => sum + colsOf(panel), 0);
  for (const panel of lane.panels) {
    const beside = (width - taken) / cols;
    const fit = Math.min(beside >= 3 ? beside : (width - 60) / colsOf(panel), limits.height / rowsOf(panel), cell);
    const own = panel.painted ? Math.max(0.5, fit >= 3 ? Math.floor(fit) : fit) : cell;
    sizes.set(panel.id, { cell: own, ruler: !panel.painted && own >= 20 });
  }
}
