/* Cell sizes from the room at hand: the largest cells with which everything in view stands inside it.
 *
 * Panels of a lane stand in a row. A matrix and its two vectors are one block: the input lies above the columns it
 * multiplies, the output stands beside the rows that make it. What is too large even in small cells is seen through a
 * window (a matrix) or painted without numbers (a map).
 */

import { GAP, RULER, colsOf, panelSize, rowsOf, wideEnough } from "./measures.js";

const BETWEEN = 10; // lanes
const LEAST_MATRIX = 190; // pixels: a few rows under the vector and the headings
const SMALL = 11; // pixels of a cell where three readings are compared: better small than not all in sight
const OVERVIEW = 150; // the map beside a matrix of which only a part is seen

/** What stands where: lanes of blocks, whether lanes stand beside each other, and the size of every panel. */
export function layout(panels, lookup, room) {
  const lanes = groupLanes(panels);
  const plans = [];
  for (const beside of lanes.length > 1 && room.width >= 680 ? [false, true] : [false]) {
    const found = room.flow ? flowing(lanes, lookup, room) : fitting(lanes, lookup, room, beside);
    plans.push({ lanes, beside, ...found });
  }
  return plans.reduce((best, plan) => (plan.score > best.score ? plan : best));
}

/** The panels of each lane, those at the sides of a matrix put with it. */
function groupLanes(panels) {
  const numbers = [...new Set(panels.map((panel) => panel.lane))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const members = panels.filter((panel) => panel.lane === number);
    const holders = members.filter((panel) => !members.some((other) => other.id === panel.beside?.panel));
    return holders.map((panel) => ({
      panel,
      above: members.find((other) => other.beside?.panel === panel.id && other.beside.side === "above"),
      right: members.find((other) => other.beside?.panel === panel.id && other.beside.side === "right"),
    }));
  });
}

/** The largest cells that fit, with room for digits of the wanted size if that is to be had. */
function fitting(lanes, lookup, room, beside) {
  for (const font of [room.font, room.font * 0.72, 0]) {
    const least = font && lanes.length > 2 ? Math.min(SMALL, room.least) : room.least;
    for (let cell = room.cell; cell >= least; cell -= 1) {
      const sizes = sizesOf(lanes, lookup, room, cell, font);
      if (!fits(lanes, sizes, room, beside)) continue;
      if (lanes.length > 1) growPictures(lanes, lookup, room, beside, { sizes, cell, font });
      return { sizes, cell, font, score: (font ? 1000 * font : 0) + cell };
    }
  }
  const least = sizesOf(lanes, lookup, room, room.least, room.font);
  const height = beside ? room.height : matrixHeight(lanes, least, room);
  const sizes = sizesOf(lanes, lookup, { ...room, height }, room.least, room.font, beside ? lanes.length : 1);
  return { sizes, cell: 0, font: 0, score: beside ? -2 : -1 };
}

/** A tall matrix beside pictures makes its own cells small, not theirs: they take what room is left. */
function growPictures(lanes, lookup, room, beside, { sizes, cell, font }) {
  const pictures = lanes.filter((lane) => !lane.some(({ panel }) => panel.matrix));
  for (let larger = cell + 1; larger <= room.cell; larger += 1) {
    const grown = new Map([...sizes, ...sizesOf(pictures, lookup, room, larger, font && room.font)]);
    if (!fits(lanes, grown, room, beside)) return;
    for (const [id, size] of grown) sizes.set(id, size);
  }
}

/** Below each other, matrices share the height that the other lanes leave. */
function matrixHeight(lanes, sizes, room) {
  const [large, others] = [true, false].map((is) =>
    lanes.filter((lane) => lane.some(({ panel }) => panel.matrix) === is),
  );
  const taken = others.reduce((sum, lane) => sum + laneSize(lane, sizes).height + BETWEEN, 0);
  return Math.max(LEAST_MATRIX, (room.height - taken) / Math.max(1, large.length) - BETWEEN);
}

/** On a narrow page blocks stand below each other; the figure is as high as it needs to be. */
function flowing(lanes, lookup, room) {
  const sizes = new Map();
  for (let cell = room.cell; cell >= room.least; cell -= 1) {
    const tried = sizesOf(lanes, lookup, room, cell, room.font, 1);
    if (lanes.flat().every((block) => blockSize(block, tried).width <= room.width))
      return { sizes: tried, cell, font: room.font, score: cell };
    if (cell === room.least) for (const [id, size] of tried) sizes.set(id, size);
  }
  return { sizes, cell: 0, font: 0, score: 0 };
}

/** A size for every panel; with `share` given, what is too large for its share of the room gets a window or paint. */
function sizesOf(lanes, lookup, room, cell, font, share = 0) {
  const sizes = new Map();
  for (const lane of lanes) {
    for (const block of lane) {
      const set = (panel, wide, window) =>
        panel && sizes.set(panel.id, { cell, wide, window, scale: room.scale, ruler: cell >= 15 && !panel.painted });
      const need = (panel) => (panel ? Math.max(cell, font ? wideEnough(panel, lookup, font) : cell) : 0);
      const { panel, above, right } = block;
      const wide = Math.max(need(panel), need(above));
      const window = share && panel.matrix ? windowOf(block, room, share, cell, wide, need(right)) : undefined;
      set(panel, wide, window);
      set(above, wide, window && { ...window, row: 0, rows: 1 });
      set(right, need(right), window && { ...window, col: 0, cols: 1 });
      if (!panel.matrix && (panel.painted || (share && tooLarge(panel, sizes.get(panel.id), room))))
        sizes.set(panel.id, painted(panel, lane, room));
    }
  }
  return sizes;
}

const tooLarge = (panel, size, room) => panelSize(panel, size).width > room.width;

/** How much of a matrix is seen: as many rows and columns as its share of the room holds. */
function windowOf(block, room, share, cell, wide, wideRight) {
  const { panel, above, right } = block;
  const empty = { cell, wide, window: { rows: 0, cols: 2 }, scale: room.scale };
  const sizes = new Map([[panel.id, empty]]);
  if (above) sizes.set(above.id, { ...empty, window: { rows: 1, cols: 2 } });
  if (right) sizes.set(right.id, { ...empty, wide: wideRight, window: { rows: 0, cols: 1 } });
  const { body, foot } = blockSize(block, sizes);
  const side = right ? panelSize(right, sizes.get(right.id)).width : 0;
  const colsIn = (width) => Math.max(2, Math.floor((width / share - side - RULER - 24) / wide));
  const rows = Math.max(2, Math.floor((room.height - body - foot) / cell));
  const whole = rows >= panel.rows && colsIn(room.width) >= panel.cols;
  const cols = colsIn(whole || room.flow ? room.width : room.width - share * OVERVIEW);
  return { row: 0, col: 0, rows: Math.min(rows, panel.rows), cols: Math.min(cols, panel.cols) };
}

/** Too many cells for numbers: a picture, as large as its lane allows. */
function painted(panel, lane, room) {
  const maps = lane.filter((block) => !block.panel.matrix && colsOf(block.panel) > 8);
  const cols = maps.reduce((sum, block) => sum + colsOf(block.panel), 0);
  const others = (lane.length - maps.length) * 170 + maps.length * (GAP + 60);
  const fit = Math.min((room.width - others) / cols, (room.height - 60) / rowsOf(panel));
  const alone = Math.min((room.width - 60) / colsOf(panel), (room.height - 60) / rowsOf(panel));
  const own = Math.max(0.5, fit >= 2 ? fit : alone);
  const cell = own >= 3 ? Math.floor(own) : own;
  return { cell, wide: cell, ruler: false, scale: room.scale };
}

/** The outer size of a block, and its parts from top to bottom. */
function blockSize({ panel, above, right }, sizes) {
  const own = panelSize(panel, sizes.get(panel.id));
  if (!above && !right) return own;
  const top = above ? panelSize(above, sizes.get(above.id)) : { width: 0, head: -4, body: 0 };
  const side = right ? panelSize(right, sizes.get(right.id)) : { width: -6, head: 0 };
  const head = top.head + top.body + 4 + Math.max(own.head, side.head);
  const legend = [panel, above, right].some((part) => part?.legend);
  const width = Math.max(own.width, top.width) + side.width + 6;
  return { width, head: 0, body: head + own.body, foot: legend ? 20 : 0 };
}

/** Do the lanes, below or beside each other, stand inside the room? */
function fits(lanes, sizes, room, beside) {
  const boxes = lanes.map((lane) => laneSize(lane, sizes));
  const sum = (name, gap) => boxes.reduce((total, box) => total + box[name] + gap, -gap);
  const most = (name) => Math.max(...boxes.map((box) => box[name]));
  const [width, height] = beside ? [sum("width", 2 * GAP), most("height")] : [most("width"), sum("height", BETWEEN)];
  return width <= room.width && height <= room.height;
}

/** Headings of a lane get one height, and so do its feet. */
function laneSize(lane, sizes) {
  const blocks = lane.map((block) => blockSize(block, sizes));
  const most = (name) => Math.max(...blocks.map((block) => block[name]));
  const width = blocks.reduce((sum, one) => sum + one.width + GAP, -GAP);
  return { width, height: most("head") + most("body") + most("foot") };
}
