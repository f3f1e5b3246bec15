/* A point between the pixels: drag it, and see what bilinear takes from each of its neighbors.
 *
 * All numbers are torch's, for a lattice of places; here they are only looked up. The dashed square is one pixel large:
 * the part of it that lies on a neighbor is that neighbor's weight.
 */

import { formatNumber } from "../player/numerals.js";
import { colorAt, scalePosition, themeOf } from "../stage/colors.js";
import { html, svg } from "../stage/dom.js";

const LARGEST = 118;
const HIGHEST = 330;
const BROAD = 96; // in smaller cells the weight stands below the value
const NUMBERED = 48; // smaller cells show no numbers
const SNAP = 0.09; // pixels within which the point goes to an output pixel's place
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const short = (value) => formatNumber(value, 3);

class SamplePoint {
  constructor(root) {
    this.root = root;
    this.layer = svg("g");
    this.svg = svg("svg", { "aria-hidden": "true" }, this.layer);
    this.handle = html("div", { class: "handle" }); // stays while all else is drawn anew: a finger holds it
    const plate = html("div", { class: "plate" }, this.svg, this.handle);
    this.board = html("div", { class: "board", tabindex: 0, role: "application" }, plate);
    this.place = html("p", { class: "place" });
    this.sum = html("p", { class: "sum" });
    this.live = html("p", { class: "quiet", "aria-live": "polite" });
    root.replaceChildren(
      html(
        "p",
        { class: "head" },
        html("b", {}, "Between the pixels"),
        " Drag the point. The dots are the output pixels.",
      ),
      this.board,
      this.place,
      this.sum,
      this.live,
    );
    this.resize = new ResizeObserver(() => this.draw());
    this.resize.observe(root);
    this.listen();
  }

  show(data) {
    const text = JSON.stringify(data);
    if (text !== this.text) {
      const same = this.data && JSON.stringify(this.data.places) === JSON.stringify(data.places);
      Object.assign(this, { data, text, starts: [0] });
      for (const count of data.counts) this.starts.push(this.starts.at(-1) + count);
      if (!same) this.at = this.nearest(data.values.length > 1 ? 0.25 : 0, 0.25);
    }
    this.draw();
  }

  /** The lattice's place nearest to a row and a column in pixels, counted from the first pixel's center. */
  nearest(row, column) {
    const { per, places } = this.data;
    const snapped = [row, column].map((value, axis) => {
      const close = this.data.outputs[axis].find((place) => Math.abs(place - value) < SNAP);
      return close ?? value;
    });
    return snapped.map((value, axis) => Math.max(0, Math.min(places[axis] - 1, Math.round((value + 0.5) * per))));
  }

  /** Where the point is, in pixels. */
  coordinates() {
    return this.at.map((index, axis) => (this.data.places[axis] > 1 ? index / this.data.per - 0.5 : 0));
  }

  /** The neighbors with their weights, and the value. */
  taken() {
    const place = this.at[0] * this.data.places[1] + this.at[1];
    const [from, to] = [this.starts[place], this.starts[place + 1]];
    const { pixels, weights, results } = this.data;
    return {
      weights: new Map(pixels.slice(from, to).map((pixel, i) => [pixel, weights[from + i]])),
      value: results[place],
    };
  }

  draw() {
    if (!this.data) return;
    const { values } = this.data;
    const [rows, columns] = [values.length, values[0].length];
    const room = this.root.clientWidth || 320;
    this.side = Math.max(12, Math.min(LARGEST, Math.floor(room / (columns + 1)), Math.floor(HIGHEST / (rows + 1))));
    const palette = this.data.palette[themeOf(this.root)];
    for (const name of ["input", "output", "weight", "accent"]) this.root.style.setProperty(`--${name}`, palette[name]);
    const size = { width: (columns + 1) * this.side, height: (rows + 1) * this.side };
    const attributes = { ...size, viewBox: `0 0 ${size.width} ${size.height}` };
    for (const [name, value] of Object.entries(attributes)) this.svg.setAttribute(name, value);
    this.layer.replaceChildren();
    const taken = this.taken();
    const most = Math.max(...values.flat().map(Math.abs));
    values.forEach((row, r) =>
      row.forEach((value, c) =>
        this.drawCell({ r, c, value, most, palette, weight: taken.weights.get(r * columns + c) }),
      ),
    );
    this.drawOutputs();
    this.drawPoint();
    this.tell(taken);
  }

  drawCell({ r, c, value, most, palette, weight }) {
    const { side } = this;
    const [x, y] = [(c + 0.5) * side, (r + 0.5) * side];
    const box = { x: x + 1, y: y + 1, width: side - 2, height: side - 2, rx: 4 };
    this.layer.append(
      svg("rect", {
        ...box,
        fill: colorAt(palette.scale, scalePosition(value, most)),
        class: weight === undefined ? "cell" : "cell taken",
      }),
    );
    if (side < NUMBERED) return;
    // In the cell's upper part, since the dots of the output pixels lie around its middle.
    const font = Math.max(14, Math.min(24, side * 0.22));
    const line = { y: y + 4 + font / 2, "font-size": font, "dominant-baseline": "central", fill: palette.ink };
    this.layer.append(svg("text", { ...line, x: x + 7, class: "number" }, short(value)));
    if (weight === undefined) return;
    const label = { ...line, x: x + side - 7, "text-anchor": "end", "font-size": Math.max(14, font * 0.75) };
    if (side < BROAD) label.y += font;
    this.layer.append(svg("text", { ...label, class: "number" }, `× ${short(weight)}`));
  }

  /** Small dots where the output pixels lie. */
  drawOutputs() {
    const [rows, columns] = this.data.outputs;
    for (const r of rows)
      for (const c of columns)
        this.layer.append(svg("circle", { cx: (c + 1) * this.side, cy: (r + 1) * this.side, r: 3.5, class: "dot" }));
  }

  drawPoint() {
    const { side } = this;
    const [row, column] = this.coordinates();
    const [x, y] = [(column + 1) * side, (row + 1) * side];
    const square = { x: x - side / 2, y: y - side / 2, width: side, height: side };
    Object.assign(this.handle.style, { left: `${x}px`, top: `${y}px` });
    this.layer.append(
      svg("rect", { ...square, class: "square" }),
      svg("circle", { cx: x, cy: y, r: 8, class: "point" }),
    );
  }

  /** The output pixel that lies here, if one does. */
  output() {
    const found = this.coordinates().map((value, axis) =>
      this.data.outputs[axis].findIndex((place) => Math.abs(place - value) < 1e-4),
    );
    if (found.includes(-1)) return "";
    return this.data.values.length > 1 ? `out[${found[0]},${found[1]}]` : `out[${found[1]}]`;
  }

  tell({ weights, value }) {
    const columns = this.data.values[0].length;
    const [row, column] = this.coordinates();
    const flat = this.data.values.length === 1;
    const output = this.output();
    this.place.replaceChildren(
      flat ? `at ${short(column)}` : `at row ${short(row)}, column ${short(column)}`,
      ...(output ? [": ", html("b", { class: "output" }, output)] : []),
    );
    const terms = [...weights].map(([pixel, weight]) => [
      weight,
      this.data.values[Math.floor(pixel / columns)][pixel % columns],
    ]);
    this.sum.replaceChildren(
      ...terms.flatMap(([weight, input], i) => [
        i ? " + " : "",
        html("span", { class: "weight" }, short(weight)),
        " · ",
        html("span", { class: "input" }, short(input)),
      ]),
      " = ",
      html("b", { class: "output" }, short(value)),
    );
    this.root.dataset.value = String(value);
    this.root.dataset.at = `${row},${column}`;
    this.board.setAttribute(
      "aria-label",
      `Sample point ${this.place.textContent}: ${this.sum.textContent}. Arrow keys move it.`,
    );
  }

  moveTo(row, column) {
    const before = String(this.at);
    this.at = this.nearest(row, column);
    if (String(this.at) !== before) this.draw();
  }

  listen() {
    const { board } = this;
    const follow = (event) => {
      const box = this.svg.getBoundingClientRect();
      this.moveTo((event.clientY - box.top) / this.side - 1, (event.clientX - box.left) / this.side - 1);
    };
    board.onpointerdown = (event) => {
      // A finger beside the point scrolls the page; a tap there moves the point, as a click does.
      if (event.pointerType === "touch" && event.target !== this.handle) return;
      board.setPointerCapture(event.pointerId);
      this.dragging = true;
      follow(event);
    };
    board.onpointermove = (event) => this.dragging && follow(event);
    board.onpointerup = board.onpointercancel = () => (this.dragging = false);
    board.onclick = follow;
    board.onkeydown = (event) => this.key(event);
  }

  key(event) {
    const move = KEYS[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const { places, per } = this.data;
    const by = event.shiftKey ? per / 2 : 1;
    this.at = this.at.map((index, axis) => Math.max(0, Math.min(places[axis] - 1, index + move[axis] * by)));
    this.draw();
    this.live.textContent = `${this.place.textContent}: ${this.sum.textContent}`;
  }

  destroy() {
    this.resize.disconnect();
  }
}

const mounted = new WeakMap();

export default function mountSampling({ data, parentElement }) {
  let root = parentElement.querySelector(".sampling");
  if (!root) root = parentElement.appendChild(html("div", { class: "sampling" }));
  let own = mounted.get(parentElement);
  if (!own || own.root !== root) {
    own?.destroy();
    own = new SamplePoint(root);
    mounted.set(parentElement, own);
  }
  own.show(data);
  return () => {
    own.destroy();
    mounted.delete(parentElement);
  };
}
