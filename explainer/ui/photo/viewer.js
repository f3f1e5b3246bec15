/* The photo viewer: a photo on a canvas with one or more label maps over it, all in the browser.
 *
 * data (see picture.py): photo, width, height, classes [[name, color]], layers [{title, labels, legend, names}],
 * and where there are: probabilities, working, fields, mode. `labels` and the probabilities are zlib in base64.
 * The server hears of the view only when the visitor has changed it, for the address bar.
 */

import { html } from "../../stage/dom.js";

const MOST_HEIGHT = 560;
/* What stands above and below the picture on the page, so that the whole is on the first screen. */
const AROUND = 352;
const LEAST_HEIGHT = 260;
const STEP_MS = 1400;
const FADE_MS = 450;
const TELL_AFTER_MS = 500;
const MODES = { fill: "Fill", outline: "Outline", beside: "Side by side", divide: "Divider" };
const FIELD_COLORS = { 8: "#fde047", 16: "#67e8f9", 32: "#f9a8d4" };

const percent = (share) =>
  share > 0 && share < 0.001
    ? "<0.1%"
    : share >= 0.0995
      ? `${Math.round(share * 100)}%`
      : `${(share * 100).toFixed(1)}%`;

async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function picture(uri) {
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => failed(new Error("the photo cannot be shown"));
    image.src = uri;
  });
}

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function painted(width, height, paint) {
  const canvas = html("canvas", { width, height });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  paint(pixels.data);
  context.putImageData(pixels, 0, 0);
  return canvas;
}

// ---------------------------------------------------------------------------------------------------------------

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvases = [0, 1].map(() => html("canvas", { class: "view" }));
    this.state = { mode: "fill", opacity: 0.55, divide: 0.5, layer: 0, chosen: null, pinned: null, field: false };
    this.resize = new ResizeObserver(() => this.draw());
  }

  async show(data, tell) {
    this.tell = tell;
    if (data === this.data || JSON.stringify(data) === this.text) return;
    const first = !this.data;
    this.text = JSON.stringify(data);
    this.data = data;
    const [photo, probabilities, ...labels] = await Promise.all([
      picture(data.photo),
      data.probabilities ? unpack(data.probabilities.data) : null,
      ...data.layers.map((layer) => unpack(layer.labels)),
    ]);
    if (data !== this.data) return;
    Object.assign(this, { photo, probabilities });
    this.colors = data.classes.map(([, color]) => rgb(color));
    this.layers = data.layers.map((layer, i) => ({ ...layer, pixels: labels[i], ...this.prepare(labels[i]) }));
    this.heat = null;
    Object.assign(this.state, { layer: Math.min(this.state.layer, labels.length - 1), chosen: null, pinned: null });
    if (first) this.start(data);
    this.stop();
    this.build();
    this.draw();
    this.root.dataset.ready = "yes";
    this.root.dataset.size = `${data.width}x${data.height}`;
  }

  start({ mode, opacity, layer }) {
    if (mode in MODES) this.state.mode = mode;
    if (layer > 0 && layer < this.layers.length) this.state.layer = layer;
    if (opacity >= 0 && opacity <= 1) this.state.opacity = opacity;
  }

  /** The color fill and the outlines of a label map, at its own resolution. */
  prepare(pixels) {
    const { width, height } = this.data;
    const fill = painted(width, height, (out) => {
      for (let i = 0; i < pixels.length; i += 1) {
        if (pixels[i]) out.set([...this.colors[pixels[i]], 255], 4 * i);
      }
    });
    const differs = (x, y, dx, dy) =>
      x + dx < width && y + dy < height && pixels[y * width + x] !== pixels[(y + dy) * width + x + dx];
    const lines = painted(width, height, (out) => {
      const dot = (x, y, value) => {
        if (x >= 0 && y >= 0 && x < width && y < height) out.set([value, value, value, 255], 4 * (y * width + x));
      };
      const edges = [];
      for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) if (differs(x, y, 1, 0) || differs(x, y, 0, 1)) edges.push([x, y]);
      }
      for (const [x, y] of edges)
        for (const [dx, dy] of [
          [-1, 0],
          [2, 0],
          [0, -1],
          [0, 2],
          [1, 1],
          [2, 1],
          [1, 2],
          [-1, 1],
          [1, -1],
        ])
          dot(x + dx, y + dy, 0);
      for (const [x, y] of edges)
        for (const [dx, dy] of [
          [0, 0],
          [1, 0],
          [0, 1],
        ])
          dot(x + dx, y + dy, 255);
    });
    return { fill, lines };
  }

  // -- the controls ---------------------------------------------------------------------------------------------

  build() {
    const many = this.data.layers.length > 1;
    this.controls = html("div", { class: "controls" });
    this.controls.append(
      this.radios("View", Object.entries(MODES), this.state.mode, (mode) => this.change({ mode }, true)),
    );
    this.opacity = this.slider("Opacity", this.state.opacity, (opacity) => this.change({ opacity }, true));
    this.divider = this.slider("Divider", this.state.divide, (divide) => this.change({ divide }));
    this.controls.append(this.opacity, this.divider);
    if (this.data.fields) this.controls.append(this.fieldBox());
    const tabs = html("div", { class: "controls" });
    if (many) {
      this.play = html(
        "button",
        { type: "button", class: "play", onclick: () => (this.timer ? this.stop() : this.run()) },
        "▶ Play",
      );
      const choices = this.data.layers.map((layer, i) => [String(i), layer.title]);
      tabs.append(
        this.play,
        this.radios("Layer", choices, String(this.state.layer), (layer) => {
          this.stop();
          this.change({ layer: Number(layer) });
        }),
      );
      this.layerRadios = tabs.querySelectorAll("input");
    }
    this.readout = html("p", { class: "readout" });
    this.said = html("p", { class: "quiet", "aria-live": "polite" });
    this.legend = html("div", { class: "legend", role: "group", "aria-label": "Classes in this picture" });
    this.stage = html("div", { class: "stage" }, ...this.canvases);
    this.body = html("div", { class: "body" }, this.stage, this.legend);
    this.root.replaceChildren(...(many ? [tabs] : []), this.controls, this.body, this.readout, this.said);
    this.resize.disconnect();
    this.resize.observe(this.root);
    for (const canvas of this.canvases) this.listen(canvas);
    this.fillLegend();
    this.tellPixel(null);
  }

  radios(label, choices, now, choose) {
    const group = html("div", { class: "radios", role: "radiogroup", "aria-label": label });
    const name = `${label}-${Math.random().toString(36).slice(2)}`;
    for (const [value, text] of choices) {
      const input = html("input", { type: "radio", name, value, onchange: () => choose(value) });
      input.checked = value === now;
      group.append(html("label", {}, input, html("span", {}, text)));
    }
    return group;
  }

  slider(label, now, choose) {
    const input = html("input", {
      type: "range",
      min: 0,
      max: 100,
      value: Math.round(now * 100),
      "aria-label": label,
    });
    input.addEventListener("input", () => choose(Number(input.value) / 100));
    return html("label", { class: `slider ${label.toLowerCase()}` }, html("span", {}, label), input);
  }

  fieldBox() {
    const input = html("input", {
      type: "checkbox",
      onchange: (event) => this.change({ field: event.target.checked }),
    });
    input.checked = this.state.field;
    return html(
      "label",
      { class: "check", title: "What the score maps see around a pixel" },
      input,
      html("span", {}, "Receptive field"),
    );
  }

  fillLegend() {
    const layer = this.layers[this.state.layer];
    this.legend.replaceChildren(...layer.legend.map(([id, share, sure]) => this.entry(id, share, sure)));
  }

  entry(id, share, sure) {
    const [name, color] = this.data.classes[id];
    const parts = [
      html("span", { class: "swatch", style: `background:${color}` }),
      html("span", { class: "name" }, name),
      html("span", { class: "share" }, percent(share)),
    ];
    if (sure >= 0) parts.push(html("span", { class: "sure" }, `mean confidence ${percent(sure)}`));
    if (!this.probabilities) return html("div", { class: "entry" }, ...parts);
    const pressed = this.state.chosen === id;
    const title = pressed ? "Back to the label map" : `Show the probability map of ${name}`;
    return html(
      "button",
      {
        type: "button",
        class: "entry",
        title,
        "aria-pressed": String(pressed),
        onclick: () => this.choose(pressed ? null : id),
      },
      ...parts,
    );
  }

  choose(id) {
    this.heat = id === null ? null : this.heatOf(id);
    this.change({ chosen: id });
    this.fillLegend();
    this.legend.querySelector('[aria-pressed="true"]')?.focus();
    this.tellPixel(this.state.pinned);
    this.said.textContent = id === null ? "Label map" : `Probability map of ${this.data.classes[id][0]}`;
  }

  /** A class's probability from dark to bright (a scale of even lightness, readable without colors). */
  heatOf(id) {
    const { width, height } = this.data.probabilities;
    const from = id * width * height;
    const stops = [
      [13, 8, 50],
      [84, 20, 110],
      [170, 45, 100],
      [230, 95, 50],
      [250, 175, 40],
      [252, 250, 190],
    ];
    return painted(width, height, (out) => {
      for (let i = 0; i < width * height; i += 1) {
        const place = (this.probabilities[from + i] / 255) * (stops.length - 1);
        const low = Math.min(stops.length - 2, Math.floor(place));
        out.set(
          stops[low].map((value, channel) => value + (stops[low + 1][channel] - value) * (place - low)).concat(255),
          4 * i,
        );
      }
    });
  }

  change(part, telling = false) {
    Object.assign(this.state, part);
    if ("layer" in part) this.fillLegend();
    this.draw();
    if (!telling || !this.tell) return;
    clearTimeout(this.telling);
    this.telling = setTimeout(
      () => this.tell("view", `${this.state.mode},${Math.round(this.state.opacity * 100)}`),
      TELL_AFTER_MS,
    );
  }

  // -- drawing --------------------------------------------------------------------------------------------------

  size() {
    const { width, height } = this.data;
    const beside = this.state.mode === "beside";
    const room = this.stage.clientWidth || this.root.clientWidth || 320;
    const stacked = room < 520;
    const across = beside && !stacked ? (room - 8) / 2 : room;
    const most = Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, window.innerHeight - AROUND));
    const scale = Math.min(across / width, (stacked && beside ? most / 1.6 : most) / height);
    return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  }

  draw() {
    if (!this.layers || !this.stage) return;
    const { mode } = this.state;
    this.opacity.hidden = mode === "outline";
    this.divider.hidden = mode !== "divide";
    this.canvases[1].hidden = mode !== "beside";
    const [width, height] = this.size();
    const dense = Math.min(2, window.devicePixelRatio || 1);
    for (const canvas of this.canvases) {
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
      if (canvas.width !== width * dense || canvas.height !== height * dense)
        Object.assign(canvas, { width: width * dense, height: height * dense });
      canvas.setAttribute("role", "img");
      canvas.tabIndex = 0;
      canvas.setAttribute("aria-label", this.alt(canvas));
    }
    const [first, second] = this.canvases;
    if (mode === "beside") {
      this.photoOn(first);
      this.mapOn(second);
    } else this.mapOn(first);
    if (mode === "divide") this.divideOn(first);
    for (const canvas of mode === "beside" ? [first, second] : [first]) this.marksOn(canvas, dense);
    this.root.dataset.mode = mode;
    this.root.dataset.layer = String(this.state.layer);
  }

  alt(canvas) {
    if (this.state.mode === "beside" && canvas === this.canvases[0]) return "The photo";
    const found = this.layers[this.state.layer].legend.map(
      ([id, share]) => `${this.data.classes[id][0]} ${percent(share)}`,
    );
    return `The photo with its label map: ${found.join(", ")}. Arrow keys move a pixel to read.`;
  }

  photoOn(canvas) {
    canvas.getContext("2d").drawImage(this.photo, 0, 0, canvas.width, canvas.height);
  }

  mapOn(canvas) {
    const context = canvas.getContext("2d");
    this.photoOn(canvas);
    if (this.heat) {
      context.globalAlpha = Math.max(0.15, this.state.opacity);
      context.drawImage(this.heat, 0, 0, canvas.width, canvas.height);
      context.globalAlpha = 1;
      return;
    }
    const before = this.fade && this.layers[this.fade.from];
    if (before) this.layerOn(context, before, 1 - this.fade.part);
    this.layerOn(context, this.layers[this.state.layer], before ? this.fade.part : 1);
  }

  layerOn(context, layer, strength) {
    const { width, height } = context.canvas;
    if (this.state.mode !== "outline") {
      context.globalAlpha = this.state.opacity * strength;
      context.drawImage(layer.fill, 0, 0, width, height);
    }
    context.globalAlpha = strength * (this.state.mode === "outline" ? 1 : 0.35 + 0.65 * this.state.opacity);
    context.drawImage(layer.lines, 0, 0, width, height);
    context.globalAlpha = strength;
    if (this.state.opacity > 0.05 || this.state.mode === "outline") this.namesOn(context, layer);
    context.globalAlpha = 1;
  }

  namesOn(context, layer) {
    const { width, height } = context.canvas;
    const most = Math.max(26, width / 28);
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    for (const [id, x, y, wide, high] of layer.names) {
      const name = this.data.classes[id][0];
      const size = Math.min(most, (wide * width) / (0.6 * name.length), high * height * 0.6);
      if (size < 11 * Math.min(2, window.devicePixelRatio || 1)) continue;
      context.font = `600 ${size}px system-ui, sans-serif`;
      context.lineWidth = size / 5;
      context.strokeStyle = "rgba(0, 0, 0, 0.85)";
      context.fillStyle = "#ffffff";
      context.strokeText(name, x * width, y * height);
      context.fillText(name, x * width, y * height);
    }
  }

  /** Left of the divider the photo, or the first of two answers to compare. */
  divideOn(canvas) {
    const context = canvas.getContext("2d");
    const at = Math.round(this.state.divide * canvas.width);
    context.save();
    context.beginPath();
    context.rect(0, 0, at, canvas.height);
    context.clip();
    this.photoOn(canvas);
    if (this.data.layers.length > 1 && this.state.layer > 0) this.layerOn(context, this.layers[0], 1);
    context.restore();
    context.fillStyle = "#000000";
    context.fillRect(at - 3, 0, 6, canvas.height);
    context.fillStyle = "#ffffff";
    context.fillRect(at - 1.5, 0, 3, canvas.height);
    context.beginPath();
    context.arc(at, canvas.height / 2, 14, 0, 7);
    context.fill();
    context.strokeStyle = "#000000";
    context.lineWidth = 2;
    context.stroke();
    context.fillStyle = "#000000";
    context.font = "16px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("↔", at, canvas.height / 2);
  }

  marksOn(canvas, dense) {
    const { pinned, field } = this.state;
    if (!pinned) return;
    const context = canvas.getContext("2d");
    const { width, height } = this.data;
    const [kx, ky] = [canvas.width / width, canvas.height / height];
    const [x, y] = [(pinned[0] + 0.5) * kx, (pinned[1] + 0.5) * ky];
    if (field && this.data.fields) for (const one of this.data.fields) this.fieldOn(context, one, dense);
    for (const [color, wide] of [
      ["#000000", 4],
      ["#ffffff", 2],
    ]) {
      context.strokeStyle = color;
      context.lineWidth = wide * dense;
      context.beginPath();
      context.arc(x, y, 6 * dense, 0, 7);
      context.stroke();
    }
  }

  /** The window that the nearest pixel of a score map sees, in the network's own coordinates (corners aligned). */
  fieldOn(context, { stride, reach }, dense) {
    const [high, wide] = this.data.working;
    const { width, height } = this.data;
    const center = (at, length, side) => Math.round(((at / Math.max(1, length - 1)) * (side - 1)) / stride) * stride;
    const [kx, ky] = [context.canvas.width / wide, context.canvas.height / high];
    const [cx, cy] = [center(this.state.pinned[0], width, wide), center(this.state.pinned[1], height, high)];
    const clip = (low, side) => Math.max(0, Math.min(side, low));
    const [left, top] = [clip(cx - reach, wide) * kx, clip(cy - reach, high) * ky];
    const [right, bottom] = [clip(cx + reach + 1, wide) * kx, clip(cy + reach + 1, high) * ky];
    const inset = 3 * dense;
    for (const [color, line] of [
      ["rgba(0,0,0,.8)", 5],
      [FIELD_COLORS[stride], 2.5],
    ]) {
      context.strokeStyle = color;
      context.lineWidth = line * dense;
      context.strokeRect(left + inset, top + inset, right - left - 2 * inset, bottom - top - 2 * inset);
    }
    const text = `stride ${stride}: ${2 * reach + 1} × ${2 * reach + 1}`;
    context.font = `600 ${12 * dense}px system-ui, sans-serif`;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.lineWidth = 3 * dense;
    context.strokeStyle = "rgba(0,0,0,.9)";
    context.fillStyle = FIELD_COLORS[stride];
    const drop = { 8: 0, 16: 0, 32: 0 }[stride] + inset + 4 * dense;
    context.strokeText(text, left + inset + 4 * dense, top + drop);
    context.fillText(text, left + inset + 4 * dense, top + drop);
  }

  // -- reading pixels -------------------------------------------------------------------------------------------

  listen(canvas) {
    canvas.onpointermove = (event) => {
      if (this.dragging) return this.drag(canvas, event);
      if (event.pointerType !== "touch") this.tellPixel(this.pixelAt(canvas, event));
    };
    canvas.onpointerleave = () => this.tellPixel(this.state.pinned);
    canvas.onpointerdown = (event) => {
      const box = canvas.getBoundingClientRect();
      const near = Math.abs((event.clientX - box.left) / box.width - this.state.divide) * box.width < 22;
      this.dragging = this.state.mode === "divide" && near;
      if (this.dragging) canvas.setPointerCapture(event.pointerId);
    };
    canvas.onpointerup = () => setTimeout(() => (this.dragging = false));
    canvas.onclick = (event) => this.dragging || this.pin(this.pixelAt(canvas, event));
    canvas.onkeydown = (event) => this.key(event);
    canvas.style.touchAction = this.state.mode === "divide" ? "pan-y" : "";
  }

  drag(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const divide = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    this.divider.querySelector("input").value = Math.round(divide * 100);
    this.change({ divide });
  }

  pixelAt(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const place = (at, from, side, count) => Math.max(0, Math.min(count - 1, Math.floor(((at - from) / side) * count)));
    return [
      place(event.clientX, box.left, box.width, this.data.width),
      place(event.clientY, box.top, box.height, this.data.height),
    ];
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    event.stopPropagation();
    if (event.key === "Escape") return this.pin(null);
    if (!moves[event.key]) return;
    event.preventDefault();
    const [x, y] = this.state.pinned ?? [this.data.width >> 1, this.data.height >> 1];
    const step = event.shiftKey ? 1 : Math.max(1, Math.round(this.data.width / 64));
    const [dx, dy] = moves[event.key];
    this.pin([
      Math.max(0, Math.min(this.data.width - 1, x + dx * step)),
      Math.max(0, Math.min(this.data.height - 1, y + dy * step)),
    ]);
  }

  pin(pixel) {
    const same =
      pixel && this.state.pinned && Math.hypot(pixel[0] - this.state.pinned[0], pixel[1] - this.state.pinned[1]) < 6;
    this.change({ pinned: same ? null : pixel });
    this.tellPixel(this.state.pinned);
    this.said.textContent = this.state.pinned
      ? [...this.readout.children].map((part) => part.textContent).join(", ")
      : "";
  }

  /** One line about a pixel: where it is, its label, and the three most probable classes. */
  tellPixel(pixel) {
    if (!pixel) {
      const { chosen } = this.state;
      const heat =
        chosen !== null &&
        `Probability of ${this.data.classes[chosen][0]}: dark is 0, bright is 1. Click the class again for the label map.`;
      const more = this.probabilities ? " Click a class to see its probability map." : "";
      this.readout.textContent = heat || `Point at the picture to read a pixel; click to hold it.${more}`;
      return;
    }
    const [x, y] = pixel;
    const { width, height, classes } = this.data;
    const labels = this.layers.map(
      (layer) => `${layer.title ? `${layer.title}: ` : ""}${classes[layer.pixels[y * width + x]][0]}`,
    );
    const parts = [html("span", { class: "place" }, `row ${y}, column ${x}`), html("b", {}, labels.join(" · "))];
    if (this.probabilities) {
      const [high, wide] = [this.data.probabilities.height, this.data.probabilities.width];
      const at =
        Math.round((y / Math.max(1, height - 1)) * (high - 1)) * wide +
        Math.round((x / Math.max(1, width - 1)) * (wide - 1));
      const all = classes.map(([name], id) => [name, this.probabilities[id * high * wide + at] / 255]);
      const top = all.sort((a, b) => b[1] - a[1]).slice(0, 3);
      parts.push(html("span", { class: "top" }, top.map(([name, share]) => `${name} ${percent(share)}`).join(", ")));
    }
    this.readout.replaceChildren(...parts);
  }

  // -- playing --------------------------------------------------------------------------------------------------

  run() {
    this.play.textContent = "❚❚ Pause";
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const next = () => {
      const from = this.state.layer;
      this.change({ layer: (from + 1) % this.layers.length });
      this.layerRadios.forEach((radio) => (radio.checked = Number(radio.value) === this.state.layer));
      if (!calm) this.fadeFrom(from);
    };
    this.timer = setInterval(next, STEP_MS);
    next();
  }

  fadeFrom(from) {
    const began = performance.now();
    const frame = (now) => {
      const part = Math.min(1, (now - began) / FADE_MS);
      this.fade = part < 1 && this.timer ? { from, part } : null;
      this.draw();
      if (this.fade) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    if (this.play) this.play.textContent = "▶ Play";
  }

  destroy() {
    this.stop();
    clearTimeout(this.telling);
    this.resize.disconnect();
  }
}

// ---------------------------------------------------------------------------------------------------------------

const mounted = new WeakMap();

export default function viewer({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(".viewer");
  if (!root) root = parentElement.appendChild(html("div", { class: "viewer" }));
  let own = mounted.get(parentElement);
  if (!own || own.root !== root) {
    own?.destroy();
    own = new Viewer(root);
    mounted.set(parentElement, own);
  }
  own.show(data, setStateValue).catch((problem) => {
    root.textContent = `This picture cannot be shown: ${problem.message}`;
  });
  return () => {
    own.destroy();
    mounted.delete(parentElement);
  };
}
