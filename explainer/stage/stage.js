/* The stage: plays a scene (see explainer/stage/scenes.py) step by step in the browser, without a server.
 *
 * One idea carries everything: a *tie* is one product, weight * value, and touches at most one cell of each panel.
 * A step, a hovered cell and a pinned cell all select ties; the cells those ties touch light up on every panel.
 *
 * Sections: numbers and colours, lookup, captions, layout, panel view, stage, editing, export, entry.
 * The numbers, the lookup and the captions have twins in Python (explainer/player); tests compare them.
 */

const SVG = "http://www.w3.org/2000/svg";
const CANVAS_ABOVE = 1500; // cells; a browser draws more numbered SVG cells than this too slowly to scrub
const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];
const STEP_MS = 900; // one step at speed 1: a fast transition, then a pause to look at it
const MOVE_MS = 220;
const TELL_AFTER_MS = 400; // the server hears of a step once the visitor has rested this long
const TERMS = 12; // longer sums are cut in the middle

// ---------------------------------------------------------------------------------------------------------------
// Numbers and colours

/** Up to `digits` significant digits, integers in full, a true minus sign and never "-0". */
export function formatNumber(value, digits = 4) {
  if (value === null || value === undefined || value === -Infinity) return "−∞";
  if (value === Infinity) return "∞";
  if (Number.isNaN(value)) return "nan";
  const size = Math.abs(value);
  if (size < 1e-9) return "0";
  const sign = value < 0 ? "−" : "";
  if (size >= 1e6 || size < 1e-4) return sign + scientific(size);
  if (Math.abs(size - Math.round(size)) < 1e-9) return sign + String(Math.round(size));
  let decimals = digits - 1;
  for (let power = 10; size >= power; power *= 10) decimals -= 1;
  for (let power = 1; size < power; power /= 10) decimals += 1;
  return sign + fixed(size, Math.max(0, decimals));
}

function fixed(size, decimals) {
  let unit = 1;
  for (let i = 0; i < decimals; i += 1) unit *= 10;
  const rounded = Math.floor(size * unit + 0.5);
  const fraction = String(rounded % unit).padStart(decimals, "0").replace(/0+$/, "");
  return String(Math.floor(rounded / unit)) + (decimals && fraction ? "." + fraction : "");
}

function scientific(size) {
  let exponent = 0;
  let mantissa = size;
  while (mantissa >= 10) { mantissa /= 10; exponent += 1; }
  while (mantissa < 1) { mantissa *= 10; exponent -= 1; }
  const sign = exponent < 0 ? "−" : "";
  return `${fixed(mantissa, 2)}e${sign}${Math.abs(exponent)}`;
}

/** A panel's magnitude limit and a value give a place from -1 to 1 on its role's scale. */
function scalePosition(value, vmax) {
  if (value === null || value === -Infinity) return -1;
  return vmax > 0 ? Math.max(-1, Math.min(1, value / vmax)) : 0;
}

export function colourAt(stops, position) {
  for (let i = 1; i < stops.length; i += 1) {
    const [left, low] = stops[i - 1];
    const [right, high] = stops[i];
    if (position <= right) {
      const share = (position - left) / (right - left);
      const mix = (from) => {
        const a = parseInt(low.slice(from, from + 2), 16);
        const b = parseInt(high.slice(from, from + 2), 16);
        return Math.floor(a + (b - a) * share + 0.5).toString(16).padStart(2, "0");
      };
      return "#" + mix(1) + mix(3) + mix(5);
    }
  }
  return stops[stops.length - 1][1];
}

/** Is the page dark? Read from Streamlit's own variable, by way of a canvas, which understands every CSS colour. */
function themeOf(root) {
  const declared = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = "#ffffff";
  if (declared) context.fillStyle = declared;
  const hex = context.fillStyle;
  const rgb = hex.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
    : (hex.match(/[\d.]+/g) || ["255", "255", "255"]).slice(0, 3).map(Number);
  return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] < 128 ? "dark" : "light";
}

// ---------------------------------------------------------------------------------------------------------------
// Lookup: which ties touch which cell, and what every cell shows after every step

/** Group the indices 0..n-1 by key: `list.slice(start[k], start[k + 1])` are those whose key is k. */
function groupBy(keys, groups) {
  const start = new Int32Array(groups + 1);
  for (const key of keys) if (key >= 0) start[key + 1] += 1;
  for (let k = 0; k < groups; k += 1) start[k + 1] += start[k];
  const list = new Int32Array(start[groups]);
  const next = start.slice(0, groups);
  for (let i = 0; i < keys.length; i += 1) if (keys[i] >= 0) list[next[keys[i]]++] = i;
  return { start, list, of: (k) => list.subarray(start[k], start[k + 1]) };
}

/** A column of ties: a list, or `i2:` and base64 of little-endian integers (explainer/stage/transport.py). */
function unpackColumn(column) {
  if (typeof column !== "string") return column;
  const [kind, data] = column.split(":");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const width = Number(kind.slice(1));
  const read = { 1: (at) => view.getInt8(at), 2: (at) => view.getInt16(at, true), 4: (at) => view.getInt32(at, true) }[width];
  return Int32Array.from({ length: bytes.length / width }, (_, i) => read(i * width));
}

export class Lookup {
  constructor(packed) {
    const ties = Object.fromEntries(Object.entries(packed.ties).map(([name, column]) => [name, unpackColumn(column)]));
    const scene = { ...packed, ties };
    this.scene = scene;
    this.count = ties[scene.target].length;
    this.panels = scene.panels.map((panel) => describePanel(panel, scene));
    this.byId = new Map(this.panels.map((panel) => [panel.id, panel]));
    this.groups = new Map();
    for (const panel of this.panels) {
      if (panel.matrix || this.groups.has(panel.column) || !scene.ties[panel.column]) continue;
      this.groups.set(panel.column, groupBy(scene.ties[panel.column], panel.cells));
    }
    this.target = this.lead(scene.target);
    this.source = this.lead(scene.source);
    this.weights = this.byId.get(scene.weights_from) || (scene.weights_from && this.lead(scene.weights_from)) || null;
    this.weight = this.readWeights();
    for (const panel of this.panels) finishPanel(panel, this);
    explainGhosts(this.panels);
    this.orders = new Map();
  }

  /** The panel that names a column's cells: the first grid that has it (indices only if nothing else does). */
  lead(column) {
    const grids = this.panels.filter((panel) => !panel.matrix && panel.column === column);
    return grids.find((panel) => panel.role !== "index") || grids[0];
  }

  readWeights() {
    const given = this.scene.ties.weight;
    if (given) return Float64Array.from(given);
    const cells = this.weights ? this.scene.ties[this.weights.column] : null;
    return Float64Array.from({ length: this.count }, (_, t) => (cells ? this.weights.values?.[cells[t]] ?? 1 : 1));
  }

  sourceCell(tie) {
    return this.scene.ties[this.scene.source][tie];
  }

  product(tie) {
    const cell = this.sourceCell(tie);
    return cell < 0 ? 0 : this.weight[tie] * (this.source.values?.[cell] ?? 0);
  }

  /** The cell of `panel` that a tie touches, or -1. */
  cellOf(panel, tie) {
    if (!panel.matrix) return this.scene.ties[panel.column][tie];
    const row = this.scene.ties[panel.matrix.rows][tie];
    const col = this.scene.ties[panel.matrix.cols][tie];
    return row < 0 || col < 0 ? -1 : row * panel.cols + col;
  }

  tiesOf(panel, cell) {
    if (!panel.matrix) return Array.from(this.groups.get(panel.column)?.of(cell) ?? []);
    const row = this.groups.get(panel.matrix.rows).of(Math.floor(cell / panel.cols));
    const cols = this.scene.ties[panel.matrix.cols];
    return Array.from(row).filter((tie) => cols[tie] === cell % panel.cols);
  }

  /** All cells to light up, panel by panel: those of the ties, and the chosen cell itself even if nothing ties it.
   *
   * A product with an inserted zero shows in the reading that inserts it (the stretched input, the flipped kernel),
   * not in the others, which never compute it.
   */
  lit(panel, cell) {
    const ties = this.tiesOf(panel, cell);
    const real = ties.filter((tie) => this.sourceCell(tie) >= 0);
    const through = panel.column === this.scene.target || this.insertsZeros(panel);
    const cells = new Map();
    for (const other of this.panels) {
      const chosen = !real.length || (through && this.insertsZeros(other)) ? ties : real;
      const found = new Set(chosen.map((tie) => this.cellOf(other, tie)).filter((at) => at >= 0));
      const own = this.ownCell(panel, cell, other);
      if (own >= 0) found.add(own);
      cells.set(other.id, Array.from(found).sort((a, b) => a - b));
    }
    return { ties: real, cells };
  }

  insertsZeros(panel) {
    const { source, target } = this.scene;
    return !panel.matrix && ![source, target, this.weights?.column].includes(panel.column);
  }

  /** The cell of `other` that is the chosen cell itself: the same column, or a row or column of the matrix. */
  ownCell(panel, cell, other) {
    if (other === panel) return cell;
    if (other.matrix) return -1;
    if (!panel.matrix) return other.column === panel.column ? cell : -1;
    if (other.column === panel.matrix.rows) return Math.floor(cell / panel.cols);
    return other.column === panel.matrix.cols ? cell % panel.cols : -1;
  }

  order(id) {
    if (!this.orders.has(id)) this.orders.set(id, buildOrder(this, this.scene.orders.find((order) => order.id === id)));
    return this.orders.get(id);
  }

  /** What a cell of a progress panel shows after a step: {value, final, ties}, or undefined while it is blank. */
  shown(order, panel, cell, step) {
    const history = order.histories.get(panel.column);
    let found;
    for (let i = history.start[cell]; i < history.start[cell + 1] && history.events[i].step <= step; i += 1) found = history.events[i];
    if (found && !found.final && (panel.role === "index" || panel.column !== this.scene.target)) return undefined;
    return found;
  }
}

function describePanel(panel, scene) {
  const [channels, rows, cols] = panel.shape;
  const ghost = new Set(panel.ghost || []);
  return {
    ...panel, column: panel.column || panel.id, channels, rows, cols, cells: channels * rows * cols,
    ghost, isGhost: (cell) => ghost.has(cell), symbol: panel.symbol || panel.id, origin: panel.origin || [0, 0],
    painted: channels * rows * cols > CANVAS_ABOVE && !panel.labels, lane: panel.lane || 0, weightsOf: scene.weights_from,
  };
}

/** What hatching means is said once, on the first panel that has it. */
function explainGhosts(panels) {
  const said = new Set();
  for (const panel of panels) {
    const title = panel.ghost_title || "padding";
    panel.legend = panel.ghost.size > 0 && !said.has(title);
    if (panel.legend) said.add(title);
  }
}

/** The facts that need the whole scene: the colour limit, the inserted zeros, the entries of a matrix. */
function finishPanel(panel, lookup) {
  const numbers = (panel.matrix ? Array.from(lookup.weight) : panel.values || []).filter((v) => v !== null && Number.isFinite(v));
  panel.vmax = numbers.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  panel.inserted = new Set();
  const narrow = !panel.matrix && !panel.painted && (panel.role === "weight" || panel.cols === 1);
  panel.longest = narrow ? Math.max(0, ...numbers.map((value) => formatNumber(value, 2).length)) : 0;
  if (panel.matrix) {
    const rows = new Set(panel.ghost_rows || []);
    const cols = new Set(panel.ghost_cols || []);
    panel.isGhost = (cell) => rows.has(Math.floor(cell / panel.cols)) || cols.has(cell % panel.cols);
    panel.entries = new Map();
    for (let tie = 0; tie < lookup.count; tie += 1) {
      const cell = lookup.cellOf(panel, tie);
      if (cell >= 0) panel.entries.set(cell, tie);
    }
  } else if (panel.role === "input" && panel.column !== lookup.scene.source && lookup.groups.has(panel.column)) {
    for (let cell = 0; cell < panel.cells; cell += 1) {
      const ties = lookup.tiesOf(panel, cell);
      if (ties.length && ties.every((tie) => lookup.sourceCell(tie) < 0)) panel.inserted.add(cell);
    }
  }
}

/** Number the steps of a reading order and record, for each column that fills up, when each cell changes. */
function buildOrder(lookup, order) {
  const lead = lookup.lead(order.by);
  const steps = [];
  const stepOf = new Int32Array(lead.cells).fill(-1);
  for (let cell = 0; cell < lead.cells; cell += 1) if (!lead.ghost.has(cell)) stepOf[cell] = steps.push(cell) - 1;
  const keys = lookup.scene.ties[order.by];
  const tieStep = Float64Array.from(keys, (cell, tie) => {
    if (cell >= 0 && stepOf[cell] >= 0) return stepOf[cell];
    const free = order.by !== lookup.scene.target && (lookup.scene.combine === "max" || lookup.product(tie) === 0);
    return free ? -1 : Infinity; // padding adds nothing, so nobody has to wait for it; cropped outputs never come
  });
  const built = { ...order, lead, steps, stepOf, tieStep, histories: new Map() };
  for (const panel of lookup.panels) {
    if (panel.progress && !panel.matrix && !built.histories.has(panel.column)) {
      built.histories.set(panel.column, buildHistory(lookup, built, panel));
    }
  }
  return built;
}

function buildHistory(lookup, order, panel) {
  const start = new Int32Array(panel.cells + 1);
  const events = [];
  const cells = [];
  for (let cell = 0; cell < panel.cells; cell += 1) {
    for (const event of cellHistory(lookup, order, panel, cell)) {
      events.push(event);
      cells.push(cell);
    }
    start[cell + 1] = events.length;
  }
  const bySteps = groupBy(events.map((event) => Math.max(-1, event.step)), order.steps.length);
  return { start, events, changed: (step) => Array.from(bySteps.of(step), (event) => cells[event]) };
}

/** The partial sums of one cell, one event per step that changes it; the last one is torch's own number. */
function cellHistory(lookup, order, panel, cell) {
  const ties = lookup.tiesOf(panel, cell).filter((tie) => lookup.sourceCell(tie) >= 0);
  const gathered = order.by === panel.column;
  if (!ties.length) {
    if (gathered) return order.stepOf[cell] < 0 ? [] : [{ step: order.stepOf[cell], value: 0, final: true, ties }];
    return [{ step: -1, value: 0, final: true, ties }];
  }
  ties.sort((a, b) => order.tieStep[a] - order.tieStep[b] || a - b);
  const max = lookup.scene.combine === "max";
  const events = [];
  let value = max ? -Infinity : 0;
  ties.forEach((tie, index) => {
    const step = order.tieStep[tie];
    const given = lookup.source.values?.[lookup.sourceCell(tie)] ?? -Infinity;
    value = max ? Math.max(value, given) : value + lookup.product(tie);
    const last = index === ties.length - 1;
    if (step === Infinity || (!last && order.tieStep[ties[index + 1]] === step)) return;
    if (step >= 0 || last) events.push({ step, value, final: last, ties: ties.slice(0, index + 1) });
  });
  return events;
}

// ---------------------------------------------------------------------------------------------------------------
// Captions: sentences with the numbers in, as [text, role] pieces so that they can be coloured

export const textOf = (pieces) => pieces.map(([text]) => text).join("");

export function cellName(panel, cell) {
  const col = cell % panel.cols;
  const row = Math.floor(cell / panel.cols) % panel.rows;
  const channel = Math.floor(cell / (panel.rows * panel.cols));
  const at = [row + panel.origin[0], col + panel.origin[1]].map((n) => String(n).replace("-", "−"));
  if (panel.matrix) return `${panel.symbol === panel.id ? panel.title || panel.id : panel.symbol}[${at.join(",")}]`;
  if (panel.flat) return `${panel.symbol}[${cell}]`;
  const place = panel.rows === 1 ? [at[1]] : panel.cols === 1 ? [at[0]] : at;
  if (panel.channels > 1) place.unshift(String(channel));
  return `${panel.symbol}[${place.join(",")}]`;
}

const named = (panel, cell) => [cellName(panel, cell), panel.role];
const guarded = (text) => (text.startsWith("−") ? `(${text})` : text);
const plural = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;
const valueText = (panel, cell) => panel.labels?.[cell] ?? formatNumber(panel.values ? panel.values[cell] : 0);

function weightText(lookup, tie) {
  const cell = lookup.weights ? lookup.scene.ties[lookup.weights.column][tie] : -1;
  return (cell >= 0 && lookup.weights.labels?.[cell]) || formatNumber(lookup.weight[tie]);
}

/** The sum of the letter terms of some ties, in the order of the ties; products with a zero have none. */
export function termsText(lookup, ties) {
  const { terms } = lookup.scene;
  return [...ties].sort((a, b) => a - b).map((tie) => terms[tie]).filter(Boolean).join(" + ") || "0";
}

function productPieces(lookup, tie) {
  return [
    [guarded(weightText(lookup, tie)), "weight"], ["·", "plain"],
    [guarded(valueText(lookup.source, lookup.sourceCell(tie))), "input"],
  ];
}

/** Join the pieces of many terms; long lists keep their head and their tail. */
function joined(terms, glue) {
  const cut = terms.length > TERMS;
  const kept = cut ? [...terms.slice(0, 6), [["…", "plain"]], ...terms.slice(-2)] : terms;
  const pieces = kept.flatMap((term, i) => (i ? [[glue, "plain"], ...term] : term));
  return cut ? [...pieces, [` (${terms.length} terms)`, "plain"]] : pieces;
}

/** How one output pixel is gathered: `out[1,2] = 3·1 + 0·2 = 3`. */
function gatherPieces(lookup, cell, hidden) {
  const { target, source } = lookup;
  const ties = lookup.tiesOf(target, cell).filter((tie) => lookup.sourceCell(tie) >= 0);
  const result = [hidden ? "?" : valueText(target, cell), "output"];
  const ghost = target.ghost.has(cell) ? [[` (${target.ghost_title || "cropped"})`, "plain"]] : [];
  const start = [named(target, cell), [" = ", "plain"]];
  if (!ties.length) return [...start, hidden ? result : ["0", "output"], [" (no input reaches this pixel)", "plain"], ...ghost];
  if (lookup.scene.combine === "max") return [...start, ...maxPieces(lookup, ties, result, hidden), ...ghost];
  const terms = joined(ties.map((tie) => productPieces(lookup, tie)), " + ");
  return [...start, ...terms, [" = ", "plain"], result, ...ghost];
}

function maxPieces(lookup, ties, result, hidden) {
  const values = ties.map((tie) => [[valueText(lookup.source, lookup.sourceCell(tie)), "input"]]);
  const winner = ties.find((tie) => lookup.weight[tie] === 1);
  const at = winner === undefined || hidden ? [] : [[", at ", "plain"], named(lookup.source, lookup.sourceCell(winner))];
  return [["max(", "plain"], ...joined(values, ", "), [") = ", "plain"], result, ...at];
}

/** The first three additions a cell takes part in: `out[0,1] += 1·2, …`. */
function additionPieces(lookup, ties) {
  const terms = ties.slice(0, 3).map((tie) => [
    named(lookup.target, lookup.scene.ties[lookup.scene.target][tie]), [" += ", "plain"], ...productPieces(lookup, tie),
  ]);
  const pieces = terms.flatMap((term, i) => (i ? [[", ", "plain"], ...term] : term));
  return ties.length > 3 ? [...pieces, [", …", "plain"]] : pieces;
}

/** What one input pixel does: `x[0,1] = 2 is multiplied by 9 weights and added to 9 output pixels: ...`. */
function scatterPieces(lookup, cell) {
  const { source } = lookup;
  const ties = reaching(lookup, source, cell);
  const start = [named(source, cell), [" = ", "plain"], [valueText(source, cell), "input"]];
  const ghost = source.ghost.has(cell) ? [[` (${source.ghost_title || "padding"})`, "plain"]] : [];
  if (!ties.length) return [...start, ...ghost, [" reaches no output pixel", "plain"]];
  if (lookup.scene.combine === "max") return [...start, ...ghost, ...contestPieces(lookup, ties)];
  const to = ` is multiplied by ${plural(ties.length, "weight")} and added to ${plural(ties.length, "output pixel")}: `;
  return [...start, ...ghost, [to, "plain"], ...additionPieces(lookup, ties)];
}

function contestPieces(lookup, ties) {
  const won = ties.filter((tie) => lookup.weight[tie] === 1);
  const head = ` is compared in ${plural(ties.length, "window")} and is the largest in ${won.length || "none"}`;
  const names = won.map((tie) => [named(lookup.target, lookup.scene.ties[lookup.scene.target][tie])]);
  return won.length ? [[head + ": ", "plain"], ...joined(names, ", ")] : [[head, "plain"]];
}

/** The ties of a cell that carry a real product: from a source pixel to a target pixel. */
function reaching(lookup, panel, cell) {
  const targets = lookup.scene.ties[lookup.scene.target];
  return lookup.tiesOf(panel, cell).filter((tie) => lookup.sourceCell(tie) >= 0 && targets[tie] >= 0);
}

function weightPieces(lookup, panel, cell) {
  const ties = reaching(lookup, panel, cell);
  const start = [named(panel, cell), [" = ", "plain"], [valueText(panel, cell), panel.role]];
  const same = panel === lookup.weights ? [] : alias(lookup, ties, lookup.weights);
  if (!ties.length) return [...start, ...same, [" is not used", "plain"]];
  const times = ties.length === 1 ? " is used once: " : ` is used ${ties.length} times: `;
  return [...start, ...same, [times, "plain"], ...additionPieces(lookup, ties)];
}

/** ` = w[2,2]` when every tie of a cell touches one and the same cell of another panel. */
function alias(lookup, ties, panel) {
  if (!panel || !ties.length) return [];
  const cells = new Set(ties.map((tie) => lookup.cellOf(panel, tie)));
  const [cell] = cells;
  return cells.size === 1 && cell >= 0 ? [[" = ", "plain"], named(panel, cell)] : [];
}

function otherPieces(lookup, panel, cell) {
  const start = [named(panel, cell), [" = ", "plain"], [valueText(panel, cell), panel.role]];
  if (panel.inserted.has(cell)) {
    const what = panel.ghost.has(cell) ? panel.ghost_title || "padding" : "an inserted zero";
    return [...start, [` (${what}): it adds nothing`, "plain"]];
  }
  const ties = reaching(lookup, panel, cell);
  if (!ties.length) return [...start, [" takes part in no product", "plain"]];
  const from = alias(lookup, ties, lookup.source === panel ? null : lookup.source);
  return [...start, ...from, [` takes part in ${plural(ties.length, "product")}: `, "plain"], ...additionPieces(lookup, ties)];
}

function matrixPieces(lookup, panel, cell) {
  const tie = panel.entries.get(cell);
  const rowPanel = lookup.lead(panel.matrix.rows);
  const colPanel = lookup.lead(panel.matrix.cols);
  const row = Math.floor(cell / panel.cols);
  const col = cell % panel.cols;
  const input = panel.matrix.rows === lookup.scene.source ? named(rowPanel, row) : named(colPanel, col);
  const output = panel.matrix.rows === lookup.scene.source ? named(colPanel, col) : named(rowPanel, row);
  const start = [named(panel, cell), [" = ", "plain"]];
  if (tie === undefined) return [...start, ["0", "weight"], [": ", "plain"], input, [" does not reach ", "plain"], output];
  const from = lookup.weights ? [[" = ", "plain"], named(lookup.weights, lookup.cellOf(lookup.weights, tie))] : [];
  return [...start, [weightText(lookup, tie), "weight"], ...from, [": ", "plain"], ...additionPieces(lookup, [tie])];
}

/** The sentence about any cell of any panel. */
export function cellPieces(lookup, panel, cell, hidden = false) {
  if (panel.matrix) return matrixPieces(lookup, panel, cell);
  if (panel.column === lookup.scene.target) return gatherPieces(lookup, cell, hidden);
  if (panel.column === lookup.scene.source) return scatterPieces(lookup, cell);
  if (panel.role === "weight") return weightPieces(lookup, panel, cell);
  return otherPieces(lookup, panel, cell);
}

export function stepPieces(lookup, orderId, step, hidden = false) {
  const order = lookup.order(orderId);
  return cellPieces(lookup, order.lead, order.steps[step], hidden);
}

// ---------------------------------------------------------------------------------------------------------------
// Layout: cell sizes from the width at hand, so that digits stay readable and panels of a lane line up

const RULER = 15;
const SIGN = 30;
const GAP = 18;
const CHANNEL_GAP = 12;
const HEADING = 128; // headings wider than this wrap
const FOOT = 92;
const DIGITS = 11; // pixels; in smaller cells a digit cannot be read
const GLYPH = 0.62; // width of a digit in ems, on the generous side: fonts differ

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
  const heights = (lanes) => lanes.reduce((sum, lane) => sum + 60 + Math.max(...lane.panels.map((panel) => rowsOf(panel) * sizes.get(panel.id).cell)), 0);
  return { cell, wraps, sizes, matrixCell, gridHeight: heights(grids), tallHeight: heights(tall) };
}

function groupLanes(panels) {
  const numbers = [...new Set(panels.map((panel) => panel.lane))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const members = panels.filter((panel) => panel.lane === number);
    return { number, panels: members, tall: members.some((panel) => panel.matrix) };
  });
}

/** How the channels of a panel are placed: beside each other, at most four in a row. */
function spread(panel) {
  const across = Math.min(panel.channels, panel.channels === 4 && panel.rows * panel.cols <= 4 ? 2 : 4);
  return { across, down: Math.ceil(panel.channels / across) };
}

const colsOf = (panel) => panel.cols * spread(panel).across;
const rowsOf = (panel) => panel.rows * spread(panel).down;

/** The room a panel needs: its sign, ruler and cells, or its heading where that is wider. */
function panelWidth(panel, cell) {
  const grid = RULER + 6 + colsOf(panel) * widthOf(panel, cell) + (spread(panel).across - 1) * CHANNEL_GAP;
  const foot = panel.legend ? Math.min(FOOT, 22 + 6.4 * (panel.ghost_title || "padding").length) : 0;
  const words = Math.max(8.2 * (panel.title || panel.id).length, 6.6 * (panel.note || "").length, foot);
  return (panel.sign ? SIGN : 0) + Math.max(grid, Math.min(HEADING, words));
}

/** A cell is as wide as high, but sums of letters get the room they need and a standing vector never thins to a hair. */
function widthOf(panel, cell) {
  const letters = Math.max(0, ...(panel.labels || []).map((label) => label.length));
  if (letters > 3) return Math.max(cell, Math.ceil(letters * 8.4 + 10));
  if (panel.longest > 2 && cell >= 11) return Math.max(cell, Math.ceil(panel.longest * 6.3 + 5));
  return panel.cols === 1 && cell < 10 ? 12 : cell;
}

function laneWidth(lane, cell) {
  return lane.panels.reduce((sum, panel) => sum + panelWidth(panel, cell) + GAP, -GAP);
}

/** The largest cell, in whole pixels, with which the panels stand in one row; 0 where none is large enough. */
function largestCell(panels, width, largest, least) {
  for (let cell = Math.floor(largest); cell >= least; cell -= 1) if (laneWidth({ panels }, cell) <= width) return cell;
  return 0;
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
  let cell = Math.max(limits.min, Math.min(crowded ? 36 : limits.cell, (limits.height - 60 * (lanes.length - 1) * limits.strict) / rows));
  let wraps = 0;
  for (const lane of lanes) {
    const room = lane.panels.length > numbered(lane).length ? width * 0.5 : width;
    const together = largestCell(numbered(lane), room, cell, limits.wrapBelow);
    if (!together) wraps += 1;
    const alone = Math.min(...numbered(lane).map((panel) => largestCell([panel], width, limits.wrapped, limits.min) || limits.min));
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

// ---------------------------------------------------------------------------------------------------------------
// Panel view: draws one panel and answers where a pointer is

function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function html(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

class PanelView {
  constructor(panel, size, stage) {
    Object.assign(this, { panel, stage, cell: size.cell, wide: widthOf(panel, size.cell), ruler: size.ruler && panel.channels === 1 ? RULER : 0 });
    this.place = spread(panel);
    this.top = this.ruler + 2;
    this.left = this.ruler + 2;
    this.channelHeading = panel.channels > 1 ? 19 : 0;
    this.gap = CHANNEL_GAP;
    this.width = Math.ceil(this.left + this.place.across * panel.cols * this.wide + (this.place.across - 1) * this.gap + 3);
    this.height = Math.ceil(this.top + this.place.down * (panel.rows * this.cell + this.channelHeading) + (this.place.down - 1) * 6 + 3);
    this.inset = this.cell >= 26 ? 1 : this.cell >= 8 ? 0.5 : 0;
    this.radius = this.cell >= 26 ? 4 : this.cell >= 14 ? 2 : 0;
    this.nodes = new Map();
    this.windows = [];
    this.chooseDigits();
    this.build();
  }

  /** The largest font and the most digits with which every number of the panel fits its cell. */
  chooseDigits() {
    const { panel } = this;
    const values = panel.matrix ? [...panel.entries.values()].map((tie) => weightText(this.stage.lookup, tie)) : panel.labels;
    const room = this.wide - 2 * this.inset - (this.cell > 30 ? 6 : 2);
    for (const digits of [4, 3, 2]) {
      const texts = values || (panel.values || []).map((v) => formatNumber(v, digits));
      const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
      this.digits = digits;
      this.font = Math.min(this.cell > 60 ? 30 : 18, this.cell * (this.cell < 24 ? 0.6 : 0.46), room / (GLYPH * longest));
      if (this.font >= 9.5 || values) break;
    }
    if (panel.labels) this.font = Math.min(24, this.cell * 0.42, 1.4 * this.font); // long sums shrink, see fitText
    this.numbered = !panel.painted && this.font >= 6.5;
    this.font = Math.round(this.font * 10) / 10;
  }

  text(value) {
    return formatNumber(value, this.digits);
  }

  origin(channel) {
    const across = channel % this.place.across;
    const down = Math.floor(channel / this.place.across);
    const x = this.left + across * (this.panel.cols * this.wide + this.gap);
    const y = this.top + down * (this.panel.rows * this.cell + this.channelHeading + 6) + this.channelHeading;
    return [x, y];
  }

  /** The square of a cell, in the panel's own pixels. */
  box(cell) {
    const { rows, cols } = this.panel;
    const [x, y] = this.origin(Math.floor(cell / (rows * cols)));
    return { x: x + (cell % cols) * this.wide, y: y + (Math.floor(cell / cols) % rows) * this.cell, width: this.wide, height: this.cell };
  }

  at(clientX, clientY) {
    const frame = this.svg.getBoundingClientRect();
    const { rows, cols, channels } = this.panel;
    for (let channel = 0; channel < channels; channel += 1) {
      const [x, y] = this.origin(channel);
      const col = Math.floor((clientX - frame.left - x) / this.wide);
      const row = Math.floor((clientY - frame.top - y) / this.cell);
      if (row >= 0 && row < rows && col >= 0 && col < cols) return (channel * rows + row) * cols + col;
    }
    return -1;
  }

  build() {
    const { panel } = this;
    this.svg = svg("svg", { width: this.width, height: this.height, viewBox: `0 0 ${this.width} ${this.height}`, "aria-hidden": "true" });
    this.base = svg("g");
    this.marks = svg("g", { fill: "none", "pointer-events": "none" });
    this.svg.append(this.base, this.marks);
    this.cells = html("div", { class: "cells", tabindex: "0", role: "application", "aria-label": this.describe(), "data-panel": panel.id, "data-digits": this.digits }, this.svg);
    if (panel.painted) {
      this.canvas = html("canvas", { "aria-hidden": "true" });
      this.cells.prepend(this.canvas);
    }
    const note = html("span", { class: "note" }, panel.note || "");
    this.heading = html("div", { class: `heading role-${panel.role}` }, html("span", { class: "title" }, panel.title || panel.id), note);
    this.heading.style.maxWidth = `${Math.max(this.width, HEADING)}px`;
    this.body = html("div", { class: "body" }, this.cells);
    const foot = panel.legend ? [html("div", { class: "foot", style: `max-width:${Math.max(this.width, FOOT)}px` }, html("span", { class: "swatch" }), panel.ghost_title || "padding")] : [];
    this.root = html("figure", { class: "panel", "data-panel": panel.id }, this.heading, this.body, ...foot);
    if (panel.sign) this.root.prepend(html("div", { class: "sign" }, panel.sign));
  }

  describe() {
    const { panel } = this;
    const keys = panel.editable ? "Enter changes a value" : "Enter pins a cell";
    return `${panel.title || panel.id}, ${panel.note || `${panel.rows} by ${panel.cols}`}. Arrow keys move between cells, ${keys}.`;
  }

  /** Draw everything anew: after a change of theme, data or size. */
  paint() {
    const { palette } = this.stage;
    this.base.replaceChildren();
    this.marks.replaceChildren();
    this.nodes.clear();
    this.windows = [];
    this.base.append(this.hatchPattern(palette));
    if (this.ruler) this.drawRulers(palette);
    if (this.panel.channels > 1) this.drawChannelNames(palette);
    if (this.canvas) this.paintCanvas();
    else this.panel.matrix ? this.drawMatrix(palette) : this.drawCells();
    this.drawFrame(palette);
    this.veil = svg("path", { fill: palette.background, "fill-rule": "evenodd", class: "veil", opacity: 0 });
    this.stepHalo = svg("path", { stroke: palette.background, "stroke-width": 5, opacity: 0.9 });
    this.stepMark = svg("path", { stroke: palette.accent, "stroke-width": this.cell >= 12 ? 2.5 : 1.5, class: "step-mark", "stroke-linejoin": "round" });
    this.windowLayer = svg("g");
    this.focusHalo = svg("path", { stroke: palette.background, "stroke-width": 5 });
    this.focusMark = svg("path", { stroke: palette.ink, "stroke-width": 2, class: "focus-mark" });
    this.pinMark = svg("path", { stroke: palette.ink, "stroke-width": 3.5, class: "pin-mark" });
    this.cursorMark = svg("path", { stroke: palette.ink, "stroke-width": 2, "stroke-dasharray": "3 2", class: "cursor-mark" });
    this.marks.append(this.veil, this.stepHalo, this.windowLayer, this.stepMark, this.focusHalo, this.focusMark, this.pinMark, this.cursorMark);
  }

  hatchPattern(palette) {
    const stripe = svg("path", { d: "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke: palette.hatch, "stroke-width": 1.1 });
    this.hatch = `hatch-${this.stage.uid}-${this.panel.id.replace(/\W/g, "")}`;
    return svg("defs", {}, svg("pattern", { id: this.hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, stripe));
  }

  drawRulers(palette) {
    const { rows, cols, origin, matrix } = this.panel;
    if (matrix && this.cell < 15) return;
    const style = { "font-size": 9.5, fill: palette.muted, class: "ruler", "text-anchor": "middle", "dominant-baseline": "central" };
    const label = (n) => String(n).replace("-", "−");
    const x = this.origin(0)[0];
    const each = Math.ceil(13 / this.cell);
    if (rows === 1 && cols === 1) return;
    for (let across = 0; across < Math.min(this.place.across, this.panel.channels); across += 1) {
      const left = this.origin(across)[0];
      if (cols > 1) for (let c = 0; c < cols; c += each) this.base.append(svg("text", { ...style, x: left + (c + 0.5) * this.wide, y: this.top - this.ruler / 2 - 1 }, label(c + origin[1])));
    }
    for (let down = 0; down < this.place.down && rows > 1; down += 1) {
      const top = this.origin(down * this.place.across)[1];
      for (let r = 0; r < rows; r += each) this.base.append(svg("text", { ...style, x: x - this.ruler / 2 - 1, y: top + (r + 0.5) * this.cell }, label(r + origin[0])));
    }
  }

  drawChannelNames(palette) {
    for (let channel = 0; channel < this.panel.channels; channel += 1) {
      const [x, y] = this.origin(channel);
      this.base.append(svg("text", { x: x + 1, y: y - 5, "font-size": 10, fill: palette.muted, class: "ruler" }, `channel ${channel}`));
    }
  }

  drawCells() {
    for (let cell = 0; cell < this.panel.cells; cell += 1) this.drawCell(cell);
  }

  drawMatrix(palette) {
    const { panel } = this;
    const box = this.outline(0, 0, panel.rows, panel.cols);
    this.base.append(svg("rect", { ...box, fill: palette.blank, stroke: palette.line }));
    for (let cell = 0; cell < panel.cells; cell += 1) if (panel.isGhost(cell) && !panel.entries.has(cell)) this.base.append(svg("rect", { ...this.inner(cell), fill: `url(#${this.hatch})`, opacity: 0.6 }));
    if (this.cell >= 11) {
      let dots = "";
      for (let cell = 0; cell < panel.cells; cell += 1) {
        const { x, y } = this.box(cell);
        if (!panel.entries.has(cell)) dots += `M${x + this.cell / 2 - 0.9},${y + this.cell / 2}a.9,.9 0 1,0 1.8,0a.9,.9 0 1,0 -1.8,0`;
      }
      this.base.append(svg("path", { d: dots, fill: palette.muted, opacity: 0.55 }));
    }
    for (const cell of panel.entries.keys()) this.drawCell(cell);
  }

  inner(cell) {
    const { x, y } = this.box(cell);
    return { x: x + this.inset, y: y + this.inset, width: this.wide - 2 * this.inset, height: this.cell - 2 * this.inset, rx: this.radius };
  }

  drawCell(cell) {
    const rect = svg("rect", { ...this.inner(cell), class: "cell" });
    const group = svg("g", {}, rect);
    const { x, y } = this.box(cell);
    if (this.panel.isGhost(cell)) group.append(svg("rect", { ...this.inner(cell), fill: `url(#${this.hatch})` }));
    let text = null;
    if (this.numbered) {
      text = svg("text", { x: x + this.wide / 2, y: y + this.cell / 2 + 0.5, "font-size": this.font, "text-anchor": "middle", "dominant-baseline": "central", class: "number" });
      group.append(text);
    }
    this.nodes.set(cell, { rect, text });
    this.base.append(group);
    this.update(cell);
  }

  /** Show a cell's present state; `how` animates the change ("arrive" or "grow"). */
  update(cell, how = null, duration = 0) {
    if (this.canvas) return this.paintPixel(cell);
    const node = this.nodes.get(cell);
    if (!node) return undefined;
    const state = this.stage.cellState(this.panel, cell, this);
    node.rect.setAttribute("fill", state.fill);
    node.rect.setAttribute("stroke", state.stroke || "none");
    node.rect.setAttribute("stroke-dasharray", state.dash ? "3 3" : "none");
    node.rect.setAttribute("data-state", state.kind);
    if (node.text) {
      if (node.text.textContent !== state.text) node.text.textContent = state.text;
      node.text.setAttribute("fill", state.ink);
      if (state.text && (this.panel.progress || this.panel.labels)) this.fitText(node.text, state.text);
      if (how && duration) arrive(node.text, how, duration);
    }
    return undefined;
  }

  /** Partial sums may be longer than the final numbers the font was chosen for. */
  fitText(node, text) {
    const fit = Math.min(this.font, (this.wide - 2 * this.inset - 4) / (GLYPH * text.length));
    node.setAttribute("font-size", Math.max(5, Math.round(fit * 10) / 10));
  }

  paintCanvas() {
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.pen = this.canvas.getContext("2d");
    this.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    const { panel } = this;
    if (panel.matrix) {
      const box = this.outline(0, 0, panel.rows, panel.cols);
      this.pen.fillStyle = colourAt(this.stage.palette.scales.weight, 0);
      this.pen.fillRect(box.x, box.y, box.width, box.height);
      for (const cell of panel.entries.keys()) this.paintPixel(cell);
    } else for (let cell = 0; cell < panel.cells; cell += 1) this.paintPixel(cell);
  }

  paintPixel(cell) {
    const state = this.stage.cellState(this.panel, cell, this);
    const { x, y } = this.box(cell);
    const side = Math.max(1, this.cell - (this.cell >= 5 ? 0.6 : 0));
    this.pen.fillStyle = state.fill;
    this.pen.fillRect(x, y, Math.max(side, this.wide - 0.6), side);
    if (!this.panel.isGhost(cell) || this.panel.matrix) return;
    this.pen.fillStyle = this.stage.palette.hatch;
    for (let i = 0; i < this.cell; i += 4) this.pen.fillRect(x + i, y + this.cell - i - 1, 1, 1);
  }

  /** The rectangle around rows r0.. and columns c0.. of the first channel. */
  outline(r0, c0, rows, cols, channel = 0) {
    const [x, y] = this.origin(channel);
    return { x: x + c0 * this.wide, y: y + r0 * this.cell, width: cols * this.wide, height: rows * this.cell };
  }

  /** A solid frame around the real cells where others are padding or cropped. */
  drawFrame(palette) {
    const { panel } = this;
    if (this.canvas) this.base.append(svg("rect", { x: this.left - 1, y: this.top - 1, width: this.width - this.left - 1, height: this.height - this.top - 1, fill: "none", stroke: palette.line }));
    if (!panel.ghost.size) return;
    for (let channel = 0; channel < panel.channels; channel += 1) {
      const offset = channel * panel.rows * panel.cols;
      const real = [];
      for (let i = 0; i < panel.rows * panel.cols; i += 1) if (!panel.ghost.has(offset + i)) real.push(offset + i);
      const box = real.length ? bounds(panel, real) : null;
      if (box) this.base.append(svg("rect", { ...this.outline(box.row, box.col, box.rows, box.cols, channel), fill: "none", stroke: palette.frame, "stroke-width": 2, rx: this.radius }));
    }
  }

  path(cells, grow = 0) {
    let d = "";
    for (const cell of cells) {
      const { x, y, width, height } = this.box(cell);
      d += `M${x - grow},${y - grow}h${width + 2 * grow}v${height + 2 * grow}h${-width - 2 * grow}z`;
    }
    return d;
  }

  /** Outline the cells of the current step: whole windows slide, scattered cells are outlined one by one. */
  markStep(cells, bands, duration) {
    const boxes = bands.map((band) => ({ ...band, thin: true }));
    const loose = [];
    for (const group of byChannel(this.panel, cells)) {
      const box = bounds(this.panel, group);
      const full = box.rows * box.cols === group.length;
      if (full) boxes.push(this.outline(box.row, box.col, box.rows, box.cols, box.channel));
      else loose.push(...group);
    }
    this.stepMark.setAttribute("d", this.path(loose));
    this.stepHalo.setAttribute("d", this.path(loose));
    this.stepCells = cells;
    this.moveWindows(boxes, duration);
  }

  moveWindows(boxes, duration) {
    while (this.windows.length > boxes.length) this.windows.pop().node.remove();
    boxes.forEach((box, i) => {
      const old = this.windows[i];
      const node = old ? old.node : this.windowLayer.appendChild(this.newWindow());
      for (const rect of node.children) {
        for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, box[name]);
      }
      node.children[1].setAttribute("stroke-width", box.thin ? 1.5 : this.cell >= 12 ? 3 : 2);
      node.children[0].setAttribute("stroke-width", box.thin ? 0 : 5.5);
      if (old && duration) slide(node, old.box, box, duration);
      this.windows[i] = { node, box };
    });
  }

  newWindow() {
    const { palette } = this.stage;
    const shape = { rx: this.radius + 1, "vector-effect": "non-scaling-stroke" };
    return svg("g", { class: "window" },
      svg("rect", { ...shape, stroke: palette.background, opacity: 0.85 }),
      svg("rect", { ...shape, stroke: palette.accent }));
  }

  /** Light up the cells tied to the hovered or pinned one and veil the rest. */
  markFocus(cells, chosen, pinned) {
    const d = cells ? this.path(cells) : "";
    this.focusHalo.setAttribute("d", d);
    this.focusMark.setAttribute("d", d);
    this.pinMark.setAttribute("d", chosen >= 0 ? this.path([chosen]) : "");
    this.pinMark.setAttribute("stroke-dasharray", pinned ? "none" : "5 3");
    this.veil.setAttribute("d", cells ? `M0,0h${this.width}v${this.height}h${-this.width}z${d}` : "");
    this.veil.setAttribute("opacity", cells ? 0.55 : 0);
    this.focusCells = cells;
  }

  markCursor(cell) {
    this.cursorMark.setAttribute("d", cell >= 0 ? this.path([cell], 1.5) : "");
  }
}

function byChannel(panel, cells) {
  const size = panel.rows * panel.cols;
  const groups = new Map();
  for (const cell of cells) {
    const channel = Math.floor(cell / size);
    if (!groups.has(channel)) groups.set(channel, []);
    groups.get(channel).push(cell);
  }
  return groups.values();
}

function bounds(panel, cells) {
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (const cell of cells) {
    const row = Math.floor(cell / panel.cols) % panel.rows;
    const col = cell % panel.cols;
    [top, left, bottom, right] = [Math.min(top, row), Math.min(left, col), Math.max(bottom, row), Math.max(right, col)];
  }
  return { row: top, col: left, rows: bottom - top + 1, cols: right - left + 1, channel: Math.floor(cells[0] / (panel.rows * panel.cols)) };
}

function arrive(node, how, duration) {
  node.style.transformBox = "fill-box";
  node.style.transformOrigin = "center";
  const from = how === "arrive" ? { opacity: 0, transform: "scale(0.5)" } : { opacity: 1, transform: "scale(1.35)" };
  node.animate([from, { opacity: 1, transform: "none" }], { duration, delay: duration * 0.5, easing: "ease-out", fill: "backwards" });
}

/** Let a window glide from its old box to its new one (the attributes hold the new one already). */
function slide(node, from, to, duration) {
  if (from.x === to.x && from.y === to.y && from.width === to.width && from.height === to.height) return;
  const sx = from.width / to.width;
  const sy = from.height / to.height;
  const start = `translate(${from.x - to.x * sx}px, ${from.y - to.y * sy}px) scale(${sx}, ${sy})`;
  for (const running of node.getAnimations()) running.cancel();
  node.animate([{ transform: start }, { transform: "none" }], { duration, easing: "cubic-bezier(.3,.7,.2,1)" });
}

// ---------------------------------------------------------------------------------------------------------------
// Stage: the player, its state and everything the visitor can do

const ICONS = {
  first: "M5 5v10M16 5l-8 5 8 5z", previous: "M14 5l-8 5 8 5z", next: "M6 5l8 5-8 5z", last: "M15 5v10M4 5l8 5-8 5z",
  play: "M6 4l10 6-10 6z", pause: "M6 4.5h2.6v11H6zM11.4 4.5H14v11h-2.6z",
  full: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4", save: "M10 3v9M6.5 9l3.5 3.5L13.5 9M4 16h12",
};
const OUTLINED = new Set(["full", "save"]);

function icon(name) {
  const style = OUTLINED.has(name)
    ? { fill: "none", stroke: "currentColor", "stroke-width": 1.8, "stroke-linecap": "round", "stroke-linejoin": "round" }
    : { fill: "currentColor", stroke: "currentColor", "stroke-width": 1.4, "stroke-linejoin": "round" };
  return svg("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" }, svg("path", { d: ICONS[name], ...style }));
}

function button(name, label, keys, content) {
  return html("button", { type: "button", class: `button ${name}`, "aria-label": label, title: keys ? `${label} (${keys})` : label }, content || icon(name));
}

let stages = 0;

class Stage {
  constructor(root) {
    this.root = root;
    this.uid = (stages += 1);
    Object.assign(this, { step: 0, speed: 1, playing: false, predict: false, revealed: false });
    Object.assign(this, { pin: null, hover: null, cursor: null, told: {}, timers: {}, views: new Map(), seen: 0 });
    this.build();
    this.listen();
  }

  // -- the parts on the page

  build() {
    this.controls = {
      first: button("first", "First step", "Home"), previous: button("previous", "Previous step", "←"),
      play: button("play", "Play", "space or k"),
      next: button("next", "Next step", "→"), last: button("last", "Last step", "End"),
      slider: html("input", { type: "range", class: "slider", min: 0, max: 0, step: 1, value: 0, "aria-label": "Step" }),
      count: html("span", { class: "count", "aria-hidden": "true" }),
      speed: html("select", { class: "speed", "aria-label": "Speed", title: "Speed (+ and −)" }, ...SPEEDS.map((s) => html("option", { value: s }, `${s}×`))),
      order: html("div", { class: "order", role: "radiogroup", "aria-label": "Reading order" }),
      predict: html("button", { type: "button", class: "button text predict", "aria-pressed": "false", title: "Hide the result of each step until you have guessed it (p)" }, "Predict"),
      reveal: html("button", { type: "button", class: "button text reveal", title: "Show the hidden result (v)", hidden: true }, "Reveal"),
      full: button("full", "Full screen", "f"), svg: button("text", "Download this picture as SVG", "", "SVG"), png: button("text", "Download this picture as PNG", "", "PNG"),
    };
    this.controls.speed.value = "1";
    const c = this.controls;
    const save = html("details", { class: "save" }, html("summary", { class: "button", "aria-label": "Download this picture", title: "Download this picture" }, icon("save")), html("div", { class: "menu" }, c.svg, c.png));
    const transport = html("div", { class: "group transport" }, c.first, c.previous, c.play, c.next, c.last);
    this.toolbar = html("div", { class: "toolbar" }, transport, html("div", { class: "group track" }, c.slider, c.count), c.order,
      html("div", { class: "group extras" }, c.speed, c.predict, c.reveal, save, c.full));
    this.stepLine = html("p", { class: "line step-line" });
    this.cellLine = html("p", { class: "line cell-line" });
    this.caption = html("div", { class: "caption", "aria-hidden": "true" }, this.stepLine, this.cellLine);
    this.live = html("div", { class: "live", "aria-live": "polite", role: "status" });
    this.under = svg("svg", { class: "overlay under", "aria-hidden": "true" });
    this.over = svg("svg", { class: "overlay over", "aria-hidden": "true" });
    this.lanes = html("div", { class: "lanes" });
    this.board = html("div", { class: "board" }, this.under, this.lanes, this.over);
    this.root.replaceChildren(this.toolbar, this.caption, this.board, this.live);
    Object.entries({ role: "group", tabindex: "0" }).forEach(([name, value]) => this.root.setAttribute(name, value));
  }

  listen() {
    const c = this.controls;
    const moves = { first: () => 0, previous: () => this.step - 1, next: () => this.step + 1, last: () => this.lastStep };
    for (const [name, to] of Object.entries(moves)) c[name].onclick = () => this.goByHand(to());
    c.play.onclick = () => this.toggle();
    c.slider.oninput = () => this.goByHand(Number(c.slider.value), false);
    c.speed.onchange = () => this.setSpeed(Number(c.speed.value));
    c.predict.onclick = () => this.setPredict(!this.predict);
    c.reveal.onclick = () => this.reveal();
    c.full.onclick = () => this.toggleFull();
    c.svg.onclick = () => this.save("svg");
    c.png.onclick = () => this.save("png");
    this.root.onkeydown = (event) => this.onKey(event);
    this.root.onkeyup = (event) => event.stopPropagation();
    this.board.onpointermove = (event) => this.onPointer(event);
    this.board.onpointerleave = () => this.setHover(null);
    this.board.onclick = (event) => this.onClick(event);
    this.board.ondblclick = (event) => this.onDoubleClick(event);
    this.board.onpointerdown = (event) => { this.pointer = event.pointerType; };
    this.board.onmousedown = (event) => this.keepFocus(event);
    this.board.addEventListener("focusin", (event) => this.onPanelFocus(event));
    this.board.addEventListener("focusout", () => this.setCursor(null));
    this.resizing = new ResizeObserver(() => this.onResize());
    this.resizing.observe(this.root);
    this.onFull = () => { this.controls.full.setAttribute("aria-pressed", String(this.isFull())); this.onResize(true); };
    this.onPrint = () => { this.printing = true; this.setTheme("light"); };
    this.onPrinted = () => { this.printing = false; this.setTheme(themeOf(this.root)); };
    document.addEventListener("fullscreenchange", this.onFull);
    window.addEventListener("beforeprint", this.onPrint);
    window.addEventListener("afterprint", this.onPrinted);
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  destroy() {
    this.pause(false);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.resizing.disconnect();
    document.removeEventListener("fullscreenchange", this.onFull);
    window.removeEventListener("beforeprint", this.onPrint);
    window.removeEventListener("afterprint", this.onPrinted);
  }

  // -- the scene and the theme

  /** Take a scene; the visitor's place survives whatever leaves the panels as they were (an edited value, say). */
  setScene(scene) {
    const json = JSON.stringify(scene);
    if (json === this.json) return;
    const shape = JSON.stringify([scene.name, scene.panels.map((panel) => [panel.id, panel.shape]), scene.orders.map((order) => order.id)]);
    const same = shape === this.shape;
    const asked = this.scene && this.scene.step === scene.step ? 0 : scene.step || 0; // an old start says nothing new
    const first = !this.scene;
    this.lookup = new Lookup(scene);
    Object.assign(this, { json, shape, scene: this.lookup.scene });
    if (!same) {
      this.pause(false);
      Object.assign(this, { order: scene.order || scene.orders[0].id, step: asked, pin: null, hover: null, cursor: null, revealed: false });
      if (first) this.told = { step: this.step, order: this.order };
      else this.tell();
    }
    this.closeEditor?.();
    this.step = Math.max(0, Math.min(this.step, this.lastStep));
    this.root.setAttribute("aria-label", `${scene.name}, step by step`);
    this.theme = this.printing ? "light" : themeOf(this.root);
    this.palette = scene.palette[this.theme];
    this.drawOrders();
    this.relayout();
  }

  setTheme(theme) {
    if (!this.scene || (theme === this.theme && this.palette === this.scene.palette[theme])) return;
    this.theme = theme;
    this.palette = this.scene.palette[theme];
    for (const view of this.views.values()) view.paint();
    this.styleRoot();
    this.refresh();
  }

  styleRoot() {
    this.root.dataset.theme = this.theme;
    const { text, accent, hatch, frame, muted, ink } = this.palette;
    for (const [role, colour] of Object.entries(text)) this.root.style.setProperty(`--stage-${role}`, colour);
    for (const [name, colour] of Object.entries({ accent, hatch, frame, muted, ink })) this.root.style.setProperty(`--stage-${name}`, colour);
  }

  drawOrders() {
    const { order } = this.controls;
    const many = this.scene.orders.length > 1;
    order.hidden = !many;
    order.replaceChildren(...this.scene.orders.map((item) => {
      const option = html("button", { type: "button", class: "button text", role: "radio", "data-order": item.id, title: `${item.hint || item.label} (o)` }, item.label);
      option.onclick = () => this.setOrder(item.id);
      return option;
    }));
  }

  get current() { return this.lookup.order(this.order); }
  get lastStep() { return this.current.steps.length - 1; }

  // -- layout

  limits() {
    const full = this.isFull();
    const narrow = this.width < 560;
    const height = full ? Math.max(320, window.innerHeight - 280) : 420;
    return { height, tall: height, strict: full ? 1 : 0, cell: full ? 96 : narrow ? 44 : 56, matrix: full ? 44 : 34, min: narrow ? 22 : 18, wrapBelow: narrow ? 26 : 18, wrapped: narrow ? 40 : 46 };
  }

  onResize(force = false) {
    const width = this.board.clientWidth;
    if (!this.scene || (!force && Math.abs(width - this.width) < 1)) return;
    this.relayout();
  }

  relayout() {
    this.width = this.board.clientWidth || 900;
    const plan = layout(this.lookup, this.width - 4, this.limits());
    this.views = new Map(this.lookup.panels.map((panel) => [panel.id, new PanelView(panel, plan.sizes.get(panel.id), this)]));
    const rows = plan.lanes.map((lane) => {
      const row = html("div", { class: lane.tall ? "lane tall" : "lane" }, ...lane.panels.map((panel) => this.views.get(panel.id).root));
      return { row, tall: lane.tall };
    });
    const pick = (tall) => rows.filter((row) => row.tall === tall).map((row) => row.row);
    this.lanes.className = plan.aside ? "lanes aside" : "lanes";
    this.lanes.replaceChildren(...(plan.aside ? [html("div", { class: "stack" }, ...pick(false)), html("div", { class: "stack" }, ...pick(true))] : rows.map((row) => row.row)));
    this.stepLine.style.minHeight = "";
    this.seen = 0;
    for (const view of this.views.values()) view.paint();
    this.alignLanes(rows.map((row) => row.row));
    this.styleRoot();
    this.measure();
    this.refresh();
  }

  /** Give the panels of a lane one heading height and one foot height, so that centred grids share a middle line. */
  alignLanes(rows) {
    for (const row of rows) {
      const rights = [...row.children].map((panel) => panel.getBoundingClientRect().left);
      const wrapped = rights.some((left, i) => i && left <= rights[i - 1]);
      const headings = [...row.querySelectorAll(".heading")];
      const tallest = Math.max(...headings.map((heading) => heading.offsetHeight));
      if (wrapped && this.width < 560) continue;
      for (const heading of headings) heading.style.minHeight = `${tallest}px`;
      const feet = [...row.children].map((panel) => panel.querySelector(".foot")?.offsetHeight || 0);
      [...row.children].forEach((panel, i) => { panel.style.paddingBottom = `${Math.max(...feet) - feet[i]}px`; });
    }
  }

  /** Where each panel's drawing lies on the board, for the lines and the flying numbers. */
  measure() {
    const frame = this.board.getBoundingClientRect();
    for (const view of this.views.values()) {
      const rect = view.svg.getBoundingClientRect();
      Object.assign(view, { x: rect.left - frame.left, y: rect.top - frame.top });
    }
    for (const overlay of [this.under, this.over]) {
      overlay.setAttribute("width", frame.width);
      overlay.setAttribute("height", frame.height);
    }
  }

  // -- what a cell looks like now

  /** The fill, ink and text of a cell at the present step. */
  cellState(panel, cell, view) {
    const { palette } = this;
    const scale = palette.scales[panel.role] || palette.scales.plain;
    if (panel.matrix) {
      const tie = panel.entries.get(cell);
      return { kind: "value", text: weightText(this.lookup, tie), ink: palette.ink, fill: colourAt(scale, scalePosition(this.lookup.weight[tie], panel.vmax)) };
    }
    const found = panel.progress ? this.lookup.shown(this.current, panel, cell, this.step) : { value: panel.values?.[cell], final: true };
    if (panel.progress && this.hides(panel, cell)) return { kind: "hidden", text: "?", ink: palette.ink, fill: palette.blank, stroke: palette.accent, dash: true };
    if (!found) return { kind: "blank", text: "", ink: palette.muted, fill: palette.blank, stroke: palette.line };
    const value = found.final && panel.values ? panel.values[cell] : found.value;
    const text = panel.labels ? (panel.progress ? termsText(this.lookup, found.ties) : panel.labels[cell]) : view.text(value);
    const position = panel.labels && !panel.values ? 0.4 : scalePosition(value, panel.vmax);
    const quiet = panel.inserted.has(cell) || (panel.isGhost(cell) && !panel.progress);
    return { kind: found.final ? "value" : "partial", text, ink: quiet ? palette.muted : palette.ink, fill: quiet ? colourAt(scale, 0) : colourAt(scale, position) };
  }

  /** Cells whose new number the visitor is asked to predict. */
  hides(panel, cell) {
    if (!this.predict || this.revealed || panel.column !== this.scene.target) return false;
    return this.hidden.has(cell);
  }

  get hidden() {
    const key = `${this.order}/${this.step}/${this.json.length}`;
    if (this.hiddenKey !== key || this.hiddenFor !== this.lookup) {
      const history = this.current.histories.get(this.scene.target);
      Object.assign(this, { hiddenKey: key, hiddenFor: this.lookup, hiddenCells: new Set(history ? history.changed(this.step) : []) });
    }
    return this.hiddenCells;
  }

  // -- moving through the steps

  goByHand(step, animate = true) {
    this.pause(false);
    this.go(step, animate);
    this.tell();
    this.announce();
  }

  /** Show a step; only the cells that differ are redrawn, so scrubbing is cheap however large the scene. */
  go(step, animate = true) {
    const to = Math.max(0, Math.min(step, this.lastStep));
    const from = this.step;
    if (to === from) return this.refreshControls();
    const asked = this.predict && !this.revealed ? new Set(this.hidden) : new Set();
    this.step = to;
    this.revealed = false;
    this.over.replaceChildren(); // numbers still in flight belong to a step that is over
    const duration = animate && Math.abs(to - from) === 1 && !this.calm.matches ? this.moveTime() : 0;
    for (const panel of this.lookup.panels) if (panel.progress && !panel.matrix) this.updateBetween(panel, from, to, asked, duration);
    this.light(duration);
    if (duration >= 90 && to > from) this.fly(duration);
    return this.refreshControls();
  }

  moveTime() {
    return this.playing ? Math.min(MOVE_MS, (STEP_MS / this.speed) * 0.4) : MOVE_MS;
  }

  updateBetween(panel, from, to, asked, duration) {
    const history = this.current.histories.get(panel.column);
    const changed = new Set(panel.column === this.scene.target ? asked : []);
    for (let step = Math.min(from, to) + 1; step <= Math.max(from, to); step += 1) for (const cell of history.changed(step)) changed.add(cell);
    if (this.predict) for (const cell of history.changed(to)) changed.add(cell);
    const view = this.views.get(panel.id);
    const fresh = new Set(to > from ? history.changed(to) : []);
    for (const cell of changed) {
      const first = fresh.has(cell) && !this.lookup.shown(this.current, panel, cell, from);
      view.update(cell, fresh.has(cell) ? (first ? "arrive" : "grow") : null, duration);
    }
  }

  repaintProgress() {
    for (const view of this.views.values()) {
      if (!view.panel.progress || view.panel.matrix) continue;
      for (let cell = 0; cell < view.panel.cells; cell += 1) view.update(cell);
    }
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.lastStep < 1) return;
    this.playing = true;
    if (this.step >= this.lastStep) this.go(0, false);
    this.nextAt = performance.now() + STEP_MS / this.speed;
    const tick = (now) => {
      if (!this.playing) return;
      if (now >= this.nextAt) {
        this.nextAt = Math.max(this.nextAt + STEP_MS / this.speed, now);
        this.go(this.step + 1);
        if (this.step >= this.lastStep) this.pause();
      }
      if (this.playing) this.frame = requestAnimationFrame(tick);
    };
    this.frame = requestAnimationFrame(tick);
    this.refreshControls();
  }

  pause(tell = true) {
    const was = this.playing;
    this.playing = false;
    cancelAnimationFrame(this.frame);
    if (!was) return;
    this.refreshControls();
    if (tell) { this.tell(); this.announce(); }
  }

  setSpeed(speed) {
    this.speed = speed;
    this.controls.speed.value = String(speed);
    this.nextAt = performance.now() + STEP_MS / speed;
  }

  changeSpeed(by) {
    const at = SPEEDS.indexOf(this.speed) + by;
    if (at >= 0 && at < SPEEDS.length) this.setSpeed(SPEEDS[at]);
  }

  setOrder(id) {
    if (id === this.order) return;
    this.pause(false);
    this.order = id;
    this.step = 0;
    this.revealed = false;
    this.refresh();
    this.tell();
    this.announce();
  }

  setPredict(on) {
    this.predict = on;
    this.revealed = false;
    this.refresh();
    this.announce();
  }

  reveal() {
    if (!this.predict || this.revealed) return;
    this.revealed = true;
    for (const view of this.views.values()) if (view.panel.progress) for (const cell of this.hidden) if (view.panel.column === this.scene.target) view.update(cell, "arrive", this.calm.matches ? 0 : MOVE_MS);
    this.refreshControls();
    this.announce();
  }

  /** Report step and order to the server once the visitor has come to rest; never while playing. */
  tell() {
    clearTimeout(this.timers.tell);
    this.timers.tell = setTimeout(() => {
      if (this.playing) return;
      for (const key of ["order", "step"]) {
        if (this.told[key] === this[key]) continue;
        this.told[key] = this[key];
        this.setStateValue?.(key, this[key]);
      }
    }, TELL_AFTER_MS);
  }

  announce() {
    this.live.textContent = this.sentence();
  }

  sentence() {
    const hidden = this.predict && !this.revealed;
    return `Step ${this.step + 1} of ${this.lastStep + 1}: ${textOf(stepPieces(this.lookup, this.order, this.step, hidden))}`;
  }

  // -- lights, lines and flying numbers

  refresh() {
    this.repaintProgress();
    this.light(0);
    this.lightFocus();
    this.refreshControls();
  }

  refreshControls() {
    const c = this.controls;
    const { step, lastStep } = this;
    c.slider.max = lastStep;
    c.slider.value = step;
    c.slider.setAttribute("aria-valuetext", this.sentence());
    c.count.textContent = `${step + 1} / ${lastStep + 1}`;
    c.first.disabled = c.previous.disabled = step === 0;
    c.next.disabled = c.last.disabled = step === lastStep;
    const label = this.playing ? "Pause" : "Play";
    if (c.play.getAttribute("aria-label") !== label) {
      c.play.replaceChildren(icon(this.playing ? "pause" : "play"));
      c.play.setAttribute("aria-label", label);
      c.play.title = `${label} (space or k)`;
    }
    c.predict.setAttribute("aria-pressed", String(this.predict));
    c.reveal.hidden = !this.predict;
    c.reveal.disabled = this.revealed;
    for (const option of c.order.children) option.setAttribute("aria-checked", String(option.dataset.order === this.order));
    Object.assign(this.root.dataset, { step, order: this.order, playing: this.playing, steps: lastStep + 1 });
    this.writeLines();
  }

  writeLines() {
    const hidden = this.predict && !this.revealed;
    write(this.stepLine, [[`Step ${this.step + 1}`, "label"], ...stepPieces(this.lookup, this.order, this.step, hidden)]);
    const focus = this.focus;
    if (!focus) write(this.cellLine, [[this.hint(), "hint"]]);
    else {
      const panel = this.lookup.byId.get(focus.panel);
      write(this.cellLine, [[this.pin ? "Pinned" : "Cell", "label"], ...cellPieces(this.lookup, panel, focus.cell, this.hides(panel, focus.cell))]);
    }
    this.cellLine.classList.toggle("pinned", Boolean(this.pin));
    const height = this.stepLine.offsetHeight;
    if (height > this.seen) this.stepLine.style.minHeight = `${(this.seen = height)}px`; // no jumping while it plays
  }

  hint() {
    if (this.width < 560) return "Tap a cell to see everything tied to it.";
    const edit = this.setStateValue && this.lookup.panels.some((panel) => panel.editable) ? " Double-click an input or weight to change it." : "";
    return `Point at a cell to see everything tied to it; click to pin it.${edit}`;
  }

  light(duration) {
    const { current } = this;
    const lit = this.lookup.lit(current.lead, current.steps[this.step]);
    this.stepTies = lit.ties;
    for (const view of this.views.values()) view.markStep(lit.cells.get(view.panel.id), this.bands(view), duration);
    this.drawLines(lit);
  }

  /** The row or column of a matrix that the current step stands for. */
  bands(view) {
    const { matrix, rows, cols } = view.panel;
    if (!matrix) return [];
    const at = this.current.steps[this.step];
    if (matrix.rows === this.current.by) return [view.outline(at, 0, 1, cols)];
    if (matrix.cols === this.current.by) return [view.outline(0, at, rows, 1)];
    return [];
  }

  /** For each panel that fills up, the panel of its lane that the numbers come from. */
  *flows() {
    for (const view of this.views.values()) {
      const { panel } = view;
      if (!panel.progress || panel.matrix || panel.column !== this.scene.target || panel.role === "index") continue;
      const lane = this.lookup.panels.filter((other) => other.lane === panel.lane);
      if (lane.some((other) => other.matrix)) continue;
      const before = lane.slice(0, lane.indexOf(panel)).filter((other) => other.role === "input");
      if (before.length) yield [this.views.get(before[before.length - 1].id), view];
    }
  }

  drawLines(lit) {
    this.under.replaceChildren();
    for (const [from, to] of this.flows()) {
      const reads = lit.cells.get(from.panel.id);
      const writes = lit.cells.get(to.panel.id);
      if (!reads.length || !writes.length || !lit.ties.length) continue;
      const [a, b] = [boardBox(from, reads), boardBox(to, writes)];
      const apart = b.x < a.x + a.width || Math.abs(from.y + from.height / 2 - to.y - to.height / 2) > 40;
      if (apart) continue; // on a narrow page the panels stand below each other and a line would cross the text
      const wedge = wedgeRight(a, b);
      this.under.append(svg("path", { d: wedge.area, fill: this.palette.accent, opacity: this.theme === "dark" ? 0.13 : 0.1 }),
        svg("path", { d: wedge.lines, stroke: this.palette.accent, "stroke-width": 1.2, fill: "none", opacity: 0.55, "stroke-dasharray": "4 3" }));
    }
  }

  /** Products fly from the pixels they are read from to the pixels they are added to. */
  fly(duration) {
    const ties = this.stepTies.filter((tie) => this.lookup.sourceCell(tie) >= 0);
    if (ties.length > 25) return;
    for (const [from, to] of this.flows()) {
      if (from.canvas || to.canvas) continue;
      for (const tie of ties) {
        const [start, end] = [this.lookup.cellOf(from.panel, tie), this.lookup.cellOf(to.panel, tie)];
        if (start >= 0 && end >= 0) this.flyOne(from, from.box(start), to, to.box(end), tie, duration);
      }
    }
  }

  flyOne(from, a, to, b, tie, duration) {
    const max = this.scene.combine === "max";
    const { terms } = this.scene;
    const product = terms ? terms[tie] || "0" : formatNumber(this.lookup.product(tie), 3);
    const text = max ? valueText(this.lookup.source, this.lookup.sourceCell(tie)) : product;
    const size = Math.min(26, to.cell * 0.62);
    const token = svg("g", { class: "token" },
      svg("rect", { x: -size / 2, y: -size / 2, width: size, height: size, rx: 5, fill: this.palette.accent }),
      svg("text", { "text-anchor": "middle", "dominant-baseline": "central", "font-size": Math.min(13, size / (0.55 * Math.max(2, text.length))), fill: this.theme === "dark" ? "#14171d" : "#ffffff", "font-weight": 600 }, text));
    const place = (view, box) => `translate(${view.x + box.x + box.width / 2}px, ${view.y + box.y + box.height / 2}px)`;
    this.over.append(token);
    const moves = [{ transform: place(from, a), opacity: 0.2 }, { opacity: 0.95, offset: 0.25 }, { transform: place(to, b), opacity: 0.6 }];
    token.animate(moves, { duration, easing: "ease-in-out" }).onfinish = () => token.remove();
  }

  // -- hover, pin and cursor

  get focus() { return this.pin || this.hover || this.cursor; }

  lightFocus() {
    const { focus } = this;
    const panel = focus && this.lookup.byId.get(focus.panel);
    const lit = panel && this.lookup.lit(panel, focus.cell);
    for (const view of this.views.values()) {
      const chosen = focus && view.panel === panel ? focus.cell : -1;
      view.markFocus(lit ? lit.cells.get(view.panel.id) : null, chosen, Boolean(this.pin));
      view.markCursor(this.cursor && view.panel.id === this.cursor.panel ? this.cursor.cell : -1);
    }
    this.root.dataset.pinned = this.pin ? `${this.pin.panel}:${this.pin.cell}` : "";
    this.root.dataset.focus = focus ? `${focus.panel}:${focus.cell}` : "";
  }

  setFocus(change) {
    const before = this.root.dataset.focus + this.root.dataset.pinned;
    Object.assign(this, change);
    this.lightFocus();
    if (this.root.dataset.focus + this.root.dataset.pinned !== before) this.writeLines();
  }

  locate(event) {
    const holder = event.target.closest?.(".cells");
    const view = holder && this.views.get(holder.dataset.panel);
    const cell = view ? view.at(event.clientX, event.clientY) : -1;
    return cell >= 0 ? { panel: view.panel.id, cell } : null;
  }

  setHover(place) {
    if (place?.panel === this.hover?.panel && place?.cell === this.hover?.cell) return;
    this.setFocus({ hover: place });
  }

  onPointer(event) {
    if (event.pointerType === "touch") return;
    this.setHover(this.locate(event));
  }

  onClick(event) {
    const place = this.locate(event);
    if (!place || event.target.closest(".editor")) return;
    const again = this.pin && this.pin.panel === place.panel && this.pin.cell === place.cell;
    if (again && this.pointer === "touch" && this.canEdit(place)) return void this.edit(place);
    this.setFocus({ pin: again ? null : place });
    this.sayCell(place);
  }

  sayCell(place) {
    const panel = this.lookup.byId.get(place.panel);
    this.live.textContent = textOf(cellPieces(this.lookup, panel, place.cell, this.hides(panel, place.cell)));
  }

  onDoubleClick(event) {
    const place = this.locate(event);
    if (!place || !this.canEdit(place)) return;
    event.preventDefault();
    this.setFocus({ pin: null });
    this.edit(place);
  }

  /** A click lights a cell but leaves the arrow keys to the player; only Tab gives them to a panel. */
  keepFocus(event) {
    if (!event.target.closest(".cells") || event.target.closest(".editor")) return;
    event.preventDefault();
    this.root.focus({ preventScroll: true });
  }

  onPanelFocus(event) {
    const view = this.views.get(event.target.dataset?.panel);
    if (view) this.setCursor({ panel: view.panel.id, cell: view.lastCursor || 0 });
  }

  setCursor(place) {
    if (place) this.views.get(place.panel).lastCursor = place.cell;
    this.setFocus({ cursor: place });
    if (place) this.sayCell(place);
  }

  moveCursor(key) {
    const { panel, cell } = this.cursor;
    const { cols, cells } = this.lookup.byId.get(panel);
    const by = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -cols, ArrowDown: cols }[key];
    const to = key === "Home" ? 0 : key === "End" ? cells - 1 : cell + by;
    if (to >= 0 && to < cells) this.setCursor({ panel, cell: to });
  }

  onKey(event) {
    event.stopPropagation(); // Streamlit acts on r, c and Escape wherever they are pressed
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target.closest(".editor")) return;
    if (target === this.controls.speed && key !== "Escape") return;
    if (target === this.controls.slider && /^(Arrow|Home|End|Page)/.test(key)) return;
    if ((key === " " || key === "Enter") && target.closest("button, summary")) return;
    if (this.cursor && /^(Arrow|Home|End)/.test(key)) { this.moveCursor(key); event.preventDefault(); return; }
    if (this.runKey(key)) event.preventDefault();
  }

  /** The keys of the player; true when the key meant something. */
  runKey(key) {
    const actions = {
      " ": () => this.toggle(), k: () => this.toggle(),
      ArrowRight: () => this.goByHand(this.step + 1), ArrowLeft: () => this.goByHand(this.step - 1),
      Home: () => this.goByHand(0, false), End: () => this.goByHand(this.lastStep, false),
      "+": () => this.changeSpeed(1), "=": () => this.changeSpeed(1), "-": () => this.changeSpeed(-1),
      f: () => this.toggleFull(), o: () => this.nextOrder(), p: () => this.setPredict(!this.predict), v: () => this.reveal(),
      Escape: () => this.escape(), Enter: () => this.enter(),
    };
    const action = actions[key.length === 1 ? key.toLowerCase() : key];
    if (action) action();
    return Boolean(action);
  }

  nextOrder() {
    const ids = this.scene.orders.map((order) => order.id);
    this.setOrder(ids[(ids.indexOf(this.order) + 1) % ids.length]);
  }

  enter() {
    const place = this.cursor;
    if (!place) return;
    if (this.canEdit(place)) this.edit(place);
    else this.setFocus({ pin: this.pin && this.pin.cell === place.cell && this.pin.panel === place.panel ? null : place });
  }

  escape() {
    if (this.pin) this.setFocus({ pin: null });
    else if (this.root.classList.contains("filling")) this.toggleFull();
  }

  // -- full screen

  isFull() {
    const holder = this.root.getRootNode();
    return this.root.classList.contains("filling") || holder.fullscreenElement === this.root;
  }

  async toggleFull() {
    if (this.root.classList.contains("filling")) return this.fill(false);
    if (this.isFull()) return document.exitFullscreen();
    try {
      return await this.root.requestFullscreen();
    } catch {
      return this.fill(true); // phones that refuse full screen to anything but video: fill the window instead
    }
  }

  fill(on) {
    this.root.classList.toggle("filling", on);
    this.onResize(true);
  }

  // -- editing

  canEdit(place) {
    const panel = this.lookup.byId.get(place.panel);
    return Boolean(panel.editable && this.setStateValue && panel.values && !panel.isGhost(place.cell) && !panel.inserted.has(place.cell));
  }

  /** Put a number field over a cell; Enter keeps it, Escape drops it. */
  edit(place) {
    this.closeEditor?.();
    this.pause();
    const view = this.views.get(place.panel);
    const { panel } = view;
    const before = panel.values[place.cell];
    const box = view.box(place.cell);
    const field = html("input", { type: "number", step: "any", class: "editor", value: before, "aria-label": `New value of ${cellName(panel, place.cell)}` });
    const width = Math.max(box.width + 12, 58);
    Object.assign(field.style, { left: `${Math.max(0, Math.min(box.x - (width - box.width) / 2, view.width - width))}px`, top: `${box.y - 2}px`, width: `${width}px`, height: `${box.height + 4}px` });
    let open = true;
    const close = (keep) => {
      if (!open) return;
      open = false;
      this.closeEditor = null;
      const value = field.value.trim() === "" ? NaN : Number(field.value);
      field.remove();
      if (keep && Number.isFinite(value) && value !== before) this.commit(panel, place.cell, value);
    };
    this.closeEditor = () => close(false);
    field.onkeydown = (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      close(event.key === "Enter");
      this.root.focus({ preventScroll: true });
    };
    field.onblur = () => close(true); // the "done" key of a phone sends no Enter
    view.cells.append(field);
    field.focus();
    field.select();
  }

  commit(panel, cell, value) {
    const values = panel.values.slice();
    values[cell] = value;
    this.edits = (this.edits || 0) + 1; // makes the same edit made twice two events
    this.setStateValue("edit", { panel: panel.id, values, count: this.edits });
  }

  // -- pictures to take away

  /** The present picture as one SVG document, in the light palette so that it prints. */
  picture() {
    const theme = this.theme;
    this.setTheme("light");
    const pad = 20;
    const frame = this.board.getBoundingClientRect();
    const lines = wrap(this.sentence(), Math.max(40, Math.floor(frame.width / 7)));
    const height = frame.height + 3 * pad + 24 + lines.length * 20;
    const width = frame.width + 2 * pad;
    const style = { "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" };
    const out = svg("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, ...style });
    out.append(svg("rect", { width, height, fill: "#ffffff" }), svg("text", { x: pad, y: pad + 14, "font-size": 18, "font-weight": 600, fill: this.palette.ink }, this.scene.name));
    const shift = svg("g", { transform: `translate(${pad}, ${2 * pad + 14})` });
    shift.append(...[...this.under.children].map((child) => child.cloneNode(true)));
    for (const view of this.views.values()) shift.append(...this.pictureOf(view, frame));
    out.append(shift, ...lines.map((line, i) => svg("text", { x: pad, y: frame.height + 3 * pad + 24 + i * 20, "font-size": 14, fill: this.palette.ink }, line)));
    this.setTheme(theme);
    return { source: new XMLSerializer().serializeToString(out), width, height };
  }

  pictureOf(view, frame) {
    const { palette } = this;
    const nodes = [];
    const write = (element, attributes, text) => {
      const rect = element.getBoundingClientRect();
      nodes.push(svg("text", { x: rect.left - frame.left, y: rect.top - frame.top + rect.height * 0.75, ...attributes }, text));
    };
    write(view.heading.children[0], { "font-size": 14, "font-weight": 600, fill: palette.text[view.panel.role] || palette.ink }, view.panel.title || view.panel.id);
    if (view.panel.note) write(view.heading.children[1], { "font-size": 11.5, fill: palette.muted }, view.panel.note);
    for (const foot of view.root.querySelectorAll(".foot")) write(foot, { "font-size": 11.5, fill: palette.muted }, `hatched: ${foot.textContent}`);
    for (const sign of view.root.querySelectorAll(".sign")) write(sign, { "font-size": 22, fill: palette.muted }, sign.textContent);
    const rect = view.svg.getBoundingClientRect();
    const group = svg("g", { transform: `translate(${rect.left - frame.left}, ${rect.top - frame.top})` });
    if (view.canvas) group.append(svg("image", { href: view.canvas.toDataURL(), width: view.width, height: view.height }));
    group.append(...[...view.svg.children].map((child) => child.cloneNode(true)));
    return [...nodes, group];
  }

  async save(kind) {
    const { source, width, height } = this.picture();
    const name = `${this.scene.name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "") || "stage"}-step-${this.step + 1}.${kind}`;
    this.root.querySelector("details.save").open = false;
    if (kind === "svg") return download(new Blob([source], { type: "image/svg+xml" }), name);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = html("canvas", { width: Math.round(width * 2), height: Math.round(height * 2) });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas.toBlob((blob) => download(blob, name), "image/png");
  }
}

function write(line, pieces) {
  line.replaceChildren(...pieces.map(([text, role]) => html("span", { class: `role-${role}` }, text)));
}

function boardBox(view, cells) {
  const [group] = byChannel(view.panel, cells);
  const box = bounds(view.panel, group);
  const inner = view.outline(box.row, box.col, box.rows, box.cols, box.channel);
  return { x: view.x + inner.x, y: view.y + inner.y, width: inner.width, height: inner.height };
}

function wedgeRight(a, b) {
  const [x1, x2] = [a.x + a.width, b.x];
  const bottom = [a.y + a.height, b.y + b.height];
  return { area: `M${x1},${a.y}L${x2},${b.y}V${bottom[1]}L${x1},${bottom[0]}z`, lines: `M${x1},${a.y}L${x2},${b.y}M${x1},${bottom[0]}L${x2},${bottom[1]}` };
}

function wrap(text, length) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if ((lines[lines.length - 1] + " " + word).length > length) lines.push(word);
    else lines[lines.length - 1] = (lines[lines.length - 1] + " " + word).trim();
  }
  return lines;
}

function download(blob, name) {
  const link = html("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---------------------------------------------------------------------------------------------------------------
// Entry: Streamlit calls this for every change of data or theme; so do the HTML export and the tests

const mounted = new WeakMap();

export default function stage({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(".stage");
  if (!root) root = parentElement.appendChild(html("div", { class: "stage" }));
  let player = mounted.get(parentElement);
  if (!player || player.root !== root) {
    const before = player;
    before?.destroy();
    player = new Stage(root);
    mounted.set(parentElement, player);
  }
  player.setStateValue = setStateValue;
  player.setScene(data.scene);
  player.setTheme(themeOf(root));
  return () => {
    player.destroy();
    mounted.delete(parentElement);
  };
}
