/* The photo viewer: a photo on a canvas with one or more label maps over it, all in the browser.
 *
 * data (see picture.py): photo, width, height, classes [[name, color]], layers [{title, labels, legend, names}],
 * and where there are: probabilities, working, fields, mode, leads (the page's main picture). `labels` and the probabilities are zlib in base64.
 * The server hears of the view only when the visitor has changed it, for the address bar.
 */

import { html } from "../../../stage/dom.js";
import { byAddress } from "../../by_address.js";
import { MODES, buildControls, fillLegend } from "./controls.js";
import { drawView } from "./painting.js";
import { channelsOf, loadImage, mapPictures, unpack } from "./pixels.js";
import { stopLayers } from "./playing.js";
import { tellPixel } from "./reading.js";

const TELL_AFTER_MS = 500;

class Viewer {
  constructor(root) {
    this.root = root;
    this.canvases = [0, 1].map(() => html("canvas", { class: "view" }));
    this.state = { mode: "fill", opacity: 0.55, divide: 0.5, layer: 0, chosen: null, field: false };
    Object.assign(this.state, { pinned: null, hovered: null });
    this.resize = new ResizeObserver(() => {
      drawView(this);
      if (this.layers && this.tip) this.read();
    });
  }

  async show(data, tell) {
    this.tell = tell;
    if (data === this.data) return;
    this.data = data;
    const [photo, probabilities, ...labels] = await Promise.all([
      loadImage(data.photo),
      data.probabilities ? unpack(data.probabilities.data) : null,
      ...data.layers.map((layer) => unpack(layer.labels)),
    ]);
    if (data !== this.data) return;
    const first = !this.layers; // an answer that another one replaced before it was drawn does not count
    Object.assign(this, { photo, probabilities });
    this.colors = data.classes.map(([, color]) => channelsOf(color));
    this.layers = data.layers.map((layer, i) => ({
      ...layer,
      pixels: labels[i],
      ...mapPictures(labels[i], data.width, data.height, this.colors),
    }));
    this.heat = null;
    Object.assign(this.state, { layer: Math.min(this.state.layer, labels.length - 1), chosen: null });
    Object.assign(this.state, { pinned: null, hovered: null });
    if (first) this.start(data);
    stopLayers(this);
    buildControls(this);
    drawView(this);
    if (!first && data.leads) this.root.scrollIntoView({ block: "nearest" });
    this.root.dataset.ready = "yes";
    this.root.dataset.size = `${data.width}x${data.height}`;
  }

  start({ mode, opacity, layer }) {
    if (mode in MODES) this.state.mode = mode;
    if (layer > 0 && layer < this.layers.length) this.state.layer = layer;
    if (opacity >= 0 && opacity <= 1) this.state.opacity = opacity;
  }

  change(part, telling = false) {
    Object.assign(this.state, part);
    if ("layer" in part) fillLegend(this);
    drawView(this);
    if ("layer" in part || "mode" in part) this.read();
    if (!telling || !this.tell) return;
    clearTimeout(this.telling);
    this.telling = setTimeout(
      () => this.tell("view", `${this.state.mode},${Math.round(this.state.opacity * 100)}`),
      TELL_AFTER_MS,
    );
  }

  /** Say again what the pixel is that is pointed at or held. */
  read() {
    tellPixel(this, this.state.hovered ?? this.state.pinned);
  }

  destroy() {
    stopLayers(this);
    clearTimeout(this.telling);
    this.resize.disconnect();
  }
}

const mounted = new WeakMap();

export default function mountViewer({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(".viewer");
  if (!root) root = parentElement.appendChild(html("div", { class: "viewer" }));
  let own = mounted.get(parentElement);
  if (!own || own.root !== root) {
    own?.destroy();
    own = new Viewer(root);
    mounted.set(parentElement, own);
  }
  byAddress(root, data, (_, whole) => {
    own.show(whole, setStateValue).catch((problem) => {
      root.textContent = `This picture cannot be shown: ${problem.message}`;
    });
  });
  return () => {
    own.destroy();
    mounted.delete(parentElement);
  };
}
