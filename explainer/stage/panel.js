/* One panel: its elements, its geometry, and which cell a pointer is on. */

import { formatNumber } from "../player/numerals.js";
import { weightText } from "../player/wording.js";
import { html, svg } from "./dom.js";
import { CHANNEL_GAP, FOOT, GLYPH, HEADING, RULER, noteOf, spread } from "./measures.js";

export class PanelView {
  constructor(panel, size, stage) {
    Object.assign(this, {
      panel,
      stage,
      cell: size.cell,
      wide: size.wide,
      window: size.window || null,
      ruler: size.ruler && panel.channels === 1 ? RULER : 0,
    });
    this.place = spread(panel);
    this.top = this.ruler + 2;
    this.left = this.ruler + 2;
    this.channelHeading = panel.channels > 1 ? 19 : 0;
    this.gap = CHANNEL_GAP;
    const { rows, cols } = this.window || panel;
    this.width = Math.ceil(this.left + this.place.across * cols * this.wide + (this.place.across - 1) * this.gap + 3);
    this.height = Math.ceil(
      this.top + this.place.down * (rows * this.cell + this.channelHeading) + (this.place.down - 1) * 6 + 3,
    );
    this.inset = this.cell >= 26 ? 1 : this.cell >= 8 ? 0.5 : 0;
    this.radius = this.cell >= 26 ? 4 : this.cell >= 14 ? 2 : 0;
    this.nodes = new Map();
    this.outlines = [];
    this.chooseDigits();
    this.build();
  }

  /** The largest font and the most digits with which every number of the panel fits its cell. */
  chooseDigits() {
    const { panel } = this;
    const { lookup, wantedFont } = this.stage;
    const ties = panel.matrix ? [...panel.entries.values()] : null;
    const room = this.wide - 2 * this.inset - 4;
    for (const digits of [4, 3, 2]) {
      const numbers = () => (panel.values || []).map((v) => formatNumber(v, digits));
      const texts = ties ? ties.map((tie) => weightText(lookup, tie, digits)) : panel.labels || numbers();
      const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
      this.digits = digits;
      this.font = Math.min(this.cell * (this.cell < 34 ? 0.72 : 0.5), Math.max(room, 8) / (GLYPH * longest), 28);
      if (this.font >= wantedFont) break;
    }
    this.numbered = !panel.painted && this.font >= 6.5;
    this.font = Math.round(this.font * 10) / 10;
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
    return {
      x: x + ((cell % cols) - (this.window?.col || 0)) * this.wide,
      y: y + ((Math.floor(cell / cols) % rows) - (this.window?.row || 0)) * this.cell,
      width: this.wide,
      height: this.cell,
    };
  }

  at(clientX, clientY) {
    const frame = this.svg.getBoundingClientRect();
    const { rows, cols, channels } = this.panel;
    const seen = this.window || { row: 0, col: 0, rows, cols };
    for (let channel = 0; channel < channels; channel += 1) {
      const [x, y] = this.origin(channel);
      const col = Math.floor((clientX - frame.left - x) / this.wide);
      const row = Math.floor((clientY - frame.top - y) / this.cell);
      if (row >= 0 && row < seen.rows && col >= 0 && col < seen.cols)
        return (channel * rows + row + seen.row) * cols + col + seen.col;
    }
    return -1;
  }

  /** Is a cell inside the window? */
  sees(cell) {
    if (!this.window) return true;
    const { row, col, rows, cols } = this.window;
    const [r, c] = [Math.floor(cell / this.panel.cols), cell % this.panel.cols];
    return r >= row && r < row + rows && c >= col && c < col + cols;
  }

  /** The cells in sight, in reading order. */
  *seen() {
    const { rows, cols, cells } = this.panel;
    if (!this.window) for (let cell = 0; cell < cells; cell += 1) yield cell;
    else
      for (let r = this.window.row; r < Math.min(rows, this.window.row + this.window.rows); r += 1)
        for (let c = this.window.col; c < Math.min(cols, this.window.col + this.window.cols); c += 1)
          yield r * cols + c;
  }

  build() {
    const { panel } = this;
    this.svg = svg("svg", {
      width: this.width,
      height: this.height,
      viewBox: `0 0 ${this.width} ${this.height}`,
      "aria-hidden": "true",
    });
    this.base = svg("g");
    this.marks = svg("g", { fill: "none", "pointer-events": "none" });
    this.svg.append(this.base, this.marks);
    this.cells = html(
      "div",
      {
        class: "cells",
        tabindex: "0",
        role: "application",
        "aria-label": this.describe(),
        "data-panel": panel.id,
        "data-digits": this.digits,
      },
      this.svg,
    );
    if (panel.painted) {
      this.canvas = html("canvas", { "aria-hidden": "true" });
      this.cells.prepend(this.canvas);
    }
    const told = (noteOf(panel, this.window) || "").replaceAll(" × ", "\u00a0×\u00a0"); // never on two lines
    const note = html("span", { class: "note" }, told);
    this.heading = html(
      "div",
      { class: `heading role-${panel.role}` },
      html("span", { class: "title" }, panel.title || panel.id),
      " ",
      note,
    );
    this.heading.style.maxWidth = `${Math.max(this.width, HEADING)}px`;
    this.body = html("div", { class: "body" }, this.cells);
    const foot = panel.legend
      ? [
          html(
            "div",
            { class: "foot", style: `max-width:${Math.max(this.width, FOOT)}px` },
            html("span", { class: "swatch" }),
            panel.ghost_title || "padding",
          ),
        ]
      : [];
    this.root = html("figure", { class: "panel", "data-panel": panel.id }, this.heading, this.body, ...foot);
    if (panel.sign) this.root.prepend(html("div", { class: "sign" }, panel.sign));
  }

  describe() {
    const { panel } = this;
    const keys = panel.editable ? "Enter changes a value" : "Enter pins a cell";
    return `${panel.title || panel.id}, ${panel.note || `${panel.rows} by ${panel.cols}`}. Arrow keys move between cells, ${keys}.`;
  }

  inner(cell) {
    const { x, y } = this.box(cell);
    return {
      x: x + this.inset,
      y: y + this.inset,
      width: this.wide - 2 * this.inset,
      height: this.cell - 2 * this.inset,
      rx: this.radius,
    };
  }

  /** The rectangle around rows r0.. and columns c0.. of a channel, as far as it is in sight. */
  outline(r0, c0, rows, cols, channel = 0) {
    const [x, y] = this.origin(channel);
    const seen = this.window || { row: 0, col: 0, rows: this.panel.rows, cols: this.panel.cols };
    const [top, left] = [Math.max(r0, seen.row), Math.max(c0, seen.col)];
    const high = Math.max(0, Math.min(r0 + rows, seen.row + seen.rows) - top);
    const wide = Math.max(0, Math.min(c0 + cols, seen.col + seen.cols) - left);
    const [down, right] = [(top - seen.row) * this.cell, (left - seen.col) * this.wide];
    return { x: x + right, y: y + down, width: wide * this.wide, height: high * this.cell };
  }

  path(cells, grow = 0) {
    let d = "";
    for (const cell of cells) {
      if (!this.sees(cell)) continue;
      const { x, y, width, height } = this.box(cell);
      d += `M${x - grow},${y - grow}h${width + 2 * grow}v${height + 2 * grow}h${-width - 2 * grow}z`;
    }
    return d;
  }
}

export function byChannel(panel, cells) {
  const size = panel.rows * panel.cols;
  const groups = new Map();
  for (const cell of cells) {
    const channel = Math.floor(cell / size);
    if (!groups.has(channel)) groups.set(channel, []);
    groups.get(channel).push(cell);
  }
  return groups.values();
}

export function bounds(panel, cells) {
  let [top, left, bottom, right] = [Infinity, Infinity, -1, -1];
  for (const cell of cells) {
    const row = Math.floor(cell / panel.cols) % panel.rows;
    const col = cell % panel.cols;
    [top, left, bottom, right] = [Math.min(top, row), Math.min(left, col), Math.max(bottom, row), Math.max(right, col)];
  }
  return {
    row: top,
    col: left,
    rows: bottom - top + 1,
    cols: right - left + 1,
    channel: Math.floor(cells[0] / (panel.rows * panel.cols)),
  };
}
