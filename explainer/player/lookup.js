/* Which ties touch which cell: one table that serves stepping, pointing and captions. The twin of lookup.py.
 *
 * A *tie* is one product, weight * value, and touches at most one cell of each panel.
 */

const ASIDE = ["index", "plain"]; // roles of panels that only accompany a column
const CANVAS_ABOVE = 1500; // cells; a browser draws more numbered SVG cells than this too slowly to scrub

/** Group the indices 0..n-1 by key: `list.slice(start[k], start[k + 1])` are those whose key is k. */
export function groupBy(keys, groups) {
  const start = new Int32Array(groups + 1);
  for (const key of keys) if (key >= 0) start[key + 1] += 1;
  for (let k = 0; k < groups; k += 1) start[k + 1] += start[k];
  const list = new Int32Array(start[groups]);
  const next = start.slice(0, groups);
  for (let i = 0; i < keys.length; i += 1) if (keys[i] >= 0) list[next[keys[i]]++] = i;
  return { start, list, of: (k) => list.subarray(start[k], start[k + 1]) };
}

/** A column of ties: a list, or `i2:` and base64 of little-endian integers (explainer/scene/transport.py). */
function unpackColumn(column) {
  if (typeof column !== "string") return column;
  const [kind, data] = column.split(":");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const width = Number(kind.slice(1));
  const read = { 1: (at) => view.getInt8(at), 2: (at) => view.getInt16(at, true), 4: (at) => view.getInt32(at, true) }[
    width
  ];
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
    this.orders = new Map();
  }

  /** The panel that names a column's cells: the first grid that has it (indices only if nothing else does). */
  lead(column) {
    const grids = this.panels.filter((panel) => !panel.matrix && panel.column === column);
    return grids.find((panel) => !ASIDE.includes(panel.role)) || grids[0];
  }

  readWeights() {
    const given = this.scene.ties.weight;
    if (given) return Float64Array.from(given);
    const cells = this.weights ? this.scene.ties[this.weights.column] : null;
    return Float64Array.from({ length: this.count }, (_, t) => (cells ? (this.weights.values?.[cells[t]] ?? 1) : 1));
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
      cells.set(
        other.id,
        Array.from(found).sort((a, b) => a - b),
      );
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
}

function describePanel(panel, scene) {
  const [channels, rows, cols] = panel.shape;
  const ghost = new Set(panel.ghost || []);
  return {
    ...panel,
    column: panel.column || panel.id,
    channels,
    rows,
    cols,
    cells: channels * rows * cols,
    ghost,
    isGhost: (cell) => ghost.has(cell),
    symbol: panel.symbol || panel.id,
    origin: panel.origin || [0, 0],
    painted: channels * rows * cols > CANVAS_ABOVE && !panel.labels && !panel.matrix,
    lane: panel.lane || 0,
    weightsOf: scene.weights_from,
  };
}

/** The facts that need the whole scene: the color limit, the inserted zeros, the entries of a matrix. */
function finishPanel(panel, lookup) {
  const numbers = (panel.matrix ? Array.from(lookup.weight) : panel.values || []).filter(
    (v) => v !== null && Number.isFinite(v),
  );
  panel.vmax = numbers.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  panel.inserted = new Set();
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
