/* Reading single pixels: by pointer, by finger, by keyboard. */

import { html } from "../../../stage/dom.js";
import { moveTip } from "./tip.js";
import { percent } from "./words.js";

const NEAR_DIVIDER = 22;
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function listenTo(viewer, canvas) {
  canvas.onpointermove = (event) => {
    if (viewer.dragging) return dragDivider(viewer, canvas, event);
    hoverPixel(viewer, pixelAt(viewer, canvas, event), canvas, event);
  };
  canvas.onpointerleave = () => hoverPixel(viewer, null);
  canvas.onpointercancel = () => {
    viewer.dragging = false;
    hoverPixel(viewer, null); // the finger scrolls the page
  };
  canvas.onpointerdown = (event) => {
    const box = canvas.getBoundingClientRect();
    const near = Math.abs((event.clientX - box.left) / box.width - viewer.state.divide) * box.width < NEAR_DIVIDER;
    viewer.dragging = viewer.state.mode === "divide" && near;
    if (viewer.dragging) canvas.setPointerCapture(event.pointerId);
    else hoverPixel(viewer, pixelAt(viewer, canvas, event), canvas, event);
  };
  canvas.onpointerup = () => setTimeout(() => (viewer.dragging = false));
  canvas.onclick = (event) => viewer.dragging || pinPixel(viewer, pixelAt(viewer, canvas, event), canvas, event);
  canvas.onkeydown = (event) => onViewKey(viewer, event, canvas);
  canvas.style.touchAction = "pan-y";
}

function dragDivider(viewer, canvas, event) {
  const box = canvas.getBoundingClientRect();
  const divide = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
  viewer.divider.querySelector("input").value = Math.round(divide * 100);
  viewer.change({ divide });
}

/** The photo's pixel under the pointer; at the very edge the last one, never one past the end. */
function pixelAt(viewer, canvas, event) {
  const box = canvas.getBoundingClientRect();
  const place = (at, from, side, count) => Math.max(0, Math.min(count - 1, Math.floor(((at - from) / side) * count)));
  return [
    place(event.clientX, box.left, box.width, viewer.data.width),
    place(event.clientY, box.top, box.height, viewer.data.height),
  ];
}

/** Read the pixel under the pointer; without one the pixel that is held. */
function hoverPixel(viewer, pixel, canvas, event) {
  if (String(viewer.state.hovered) === String(pixel)) return;
  viewer.change({ hovered: pixel });
  tellPixel(viewer, pixel ?? viewer.state.pinned, canvas, event?.pointerType === "touch");
}

function onViewKey(viewer, event, canvas) {
  if (event.key.startsWith("Page")) return; // a lecture's clicker
  event.stopPropagation();
  if (event.key === "Escape") return pinPixel(viewer, null);
  if (!MOVES[event.key]) return;
  event.preventDefault();
  const { width, height } = viewer.data;
  const [x, y] = viewer.state.pinned ?? [width >> 1, height >> 1];
  const step = event.shiftKey ? 1 : Math.max(1, Math.round(width / 64));
  const [dx, dy] = MOVES[event.key];
  const inside = (at, count) => Math.max(0, Math.min(count - 1, at));
  pinPixel(viewer, [inside(x + dx * step, width), inside(y + dy * step, height)], canvas);
}

function pinPixel(viewer, pixel, canvas, event) {
  const { pinned } = viewer.state;
  const same = event && pinned && Math.hypot(pixel[0] - pinned[0], pixel[1] - pinned[1]) < 6;
  viewer.change({ pinned: same ? null : pixel, hovered: null });
  tellPixel(viewer, viewer.state.pinned, canvas, event?.pointerType === "touch");
  viewer.said.textContent = viewer.state.pinned
    ? [...viewer.readout.children].map((part) => part.textContent).join(", ")
    : "";
}

/** What is known of a pixel: its label on every layer, and the classes' probabilities there, the largest first. */
function readPixel(viewer, [x, y]) {
  const { width, height, classes, probabilities } = viewer.data;
  const ids = viewer.layers.map((layer) => layer.pixels[y * width + x]);
  const labels = viewer.layers.map(({ title }, i) => `${title ? `${title}: ` : ""}${classes[ids[i]][0]}`);
  if (!viewer.probabilities) return { ids, labels, shares: null };
  const nearest = (at, count, few) => Math.round((at / Math.max(1, count - 1)) * (few - 1));
  const [high, wide] = [probabilities.height, probabilities.width];
  const at = nearest(y, height, high) * wide + nearest(x, width, wide);
  return { ids, labels, shares: classes.map((_, id) => viewer.probabilities[id * high * wide + at] / 255) };
}

/** What a mouse or a finger can do here. */
function howToRead({ data, state, probabilities }) {
  const touch = window.matchMedia("(hover: none) and (pointer: coarse)").matches;
  const click = touch ? "Tap" : "Click";
  if (state.chosen !== null)
    return `Probability of ${data.classes[state.chosen][0]}: dark is 0, bright is 1. ${click} the class again for the label map.`;
  const how = touch ? "Tap the picture to read a pixel." : "Point at the picture to read a pixel; click to hold it.";
  return probabilities ? `${how} ${click} a class to see its probability map.` : how;
}

/** One line about a pixel, and its name at the pointer; without a pixel how to read one. */
export function tellPixel(viewer, pixel, canvas, finger = false) {
  const { chosen } = viewer.state;
  if (!pixel) {
    viewer.readout.textContent = howToRead(viewer);
    return moveTip(viewer, null);
  }
  const { classes } = viewer.data;
  const { ids, labels, shares } = readPixel(viewer, pixel);
  const [x, y] = pixel;
  const parts = [html("span", { class: "place" }, `row ${y}, column ${x}`), html("b", {}, labels.join(" · "))];
  if (shares) {
    const top = shares.map((share, id) => [classes[id][0], share]).sort((a, b) => b[1] - a[1]);
    const words = top.slice(0, 3).map(([name, share]) => `${name} ${percent(share)}`);
    const before = viewer.data.crf ? "before the CRF: " : "";
    parts.push(html("span", { class: "top" }, before + words.join(", ")));
  }
  viewer.readout.replaceChildren(...parts);
  const id = chosen ?? ids[viewer.state.layer];
  return moveTip(viewer, pixel, id, shares && shares[id], canvas, finger);
}
