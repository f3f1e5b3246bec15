/* One panel: its elements, its geometry, and which cell a pointer is on. */

import { formatNumber } from "../player/numerals.js";
import { weightText } from "../player/wording.js";
import { html, svg } from "./dom.js";
import { CHANNEL_GAP, FOOT, GLYPH, HEADING, RULER, spread, widthOf } from "./measures.js";

export class PanelView {
  constructor(panel, size, stage) {
    Object.assign(this, {
      panel,
      stage,
      cell: size.cell,
      wide: widthOf(panel, size.cell),
      ruler: size.ruler && panel.channels === 1 ? RULER : 0,
    });
    this.place = spread(panel);
    this.top = this.ruler + 2;
    this.left = this.ruler + 2;
    this.channelHeading = panel.channels > 1 ? 19 : 0;
    this.gap = CHANNEL_GAP;
    this.width = Math.ceil(
      this.left + this.place.across * panel.cols * this.wide + (this.place.across - 1) * this.gap + 3,
    );
    this.height = Math.ceil(
      this.top + this.place.down * (panel.rows * this.cell + this.channelHeading) + (this.place.down - 1) * 6 + 3,
    );
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
    const values = panel.matrix
      ? [...panel.entries.values()].map((tie) => weightText(this.stage.lookup, tie))
      : panel.labels;
    const room = this.wide - 2 * this.inset - (this.cell > 30 ? 6 : 2);
    for (const digits of [4, 3, 2]) {
      const texts = values || (panel.values || []).map((v) => formatNumber(v, digits));
      const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
      this.digits = digits;
      this.font = Math.min(
        this.cell > 60 ? 30 : 18,
        this.cell * (this.cell < 24 ? 0.6 : 0.46),
        room / (GLYPH * longest),
      );
      if (this.font >= 9.5 || values) break;
    }
    if (panel.labels) this.font = Math.min(24, this.cell * 0.42, 1.4 * this.font); // long sums shrink, see fitText
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
      x: x + (cell % cols) * this.wide,
      y: y + (Math.floor(cell / cols) % rows) * this.cell,
      width: this.wide,
      height: this.cell,
    };
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
    const note = html("span", { class: "note" }, panel.note || "");
    this.heading = html(
      "div",
      { class: `heading role-${panel.role}` },
      html("span", { class: "title" }, panel.title || panel.id),
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

  /** The rectangle around rows r0.. and columns c0.. of the first channel. */
  outline(r0, c0, rows, cols, channel = 0) {
    const [x, y] = this.origin(channel);
    return { x: x + c0 * this.wide, y: y + r0 * this.cell, width: cols * this.wide, height: rows * this.cell };
  }

  path(cells, grow = 0) {
    let d = "";
    for (const cell of cells) {
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
