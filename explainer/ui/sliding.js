/* A window that slides over a photo: drag it, grow it, and watch what the network calls the pixel in its middle. */

import { html } from "../stage/dom.js";
import { byAddress } from "./by_address.js";

const PAUSE = 140;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/* The elements, made once; the state lives on the root so that a rerun of the page keeps the window's place. */
function build(parent) {
  const parts = {
    photo: html("canvas", { class: "photo", tabindex: 0, role: "application" }),
    patch: html("canvas", { class: "patch", role: "img" }),
    play: html("button", { class: "play", type: "button" }, "Slide"),
    side: html("input", { type: "range", min: 0, step: 1 }),
    sideText: html("output", {}),
    says: html("p", { class: "says", "aria-live": "polite" }),
    alone: html("p", { class: "alone" }),
    legend: html("p", { class: "legend" }),
  };
  const grow = html("label", { class: "grow" }, "Patch side ", parts.side, parts.sideText);
  const panel = html("div", { class: "panel" }, parts.patch, parts.says, grow, parts.play, parts.alone, parts.legend);
  const root = html("div", { class: "sliding" }, parts.photo, panel);
  parent.append(root);
  return Object.assign(root, { parts, at: null, timer: 0, side: 0, seen: new Set() });
}

function nearest(data, x, y) {
  const clamp = (value, count) => Math.max(0, Math.min(count - 1, Math.round(value / data.step)));
  return { column: clamp(x, data.columns), row: clamp(y, data.rows) };
}

function labelAt(root) {
  const { data, side, at } = root;
  const place = at.row * data.columns + at.column;
  return { id: data.sides[side].labels[place], whole: data.whole[place] };
}

function drawPhoto(root) {
  const { data, parts, at, seen } = root;
  const pen = parts.photo.getContext("2d");
  const half = data.sides[root.side].side / 2;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(root.image, 0, 0);
  pen.globalAlpha = 0.75;
  for (const place of seen) {
    const [column, row] = [place % data.columns, Math.floor(place / data.columns)];
    pen.fillStyle = data.colors[data.sides[root.side].labels[place]];
    pen.fillRect((column - 0.35) * data.step, (row - 0.35) * data.step, 0.7 * data.step, 0.7 * data.step);
  }
  pen.globalAlpha = 1;
  pen.lineWidth = 2;
  pen.strokeStyle = data.accent;
  pen.strokeRect(at.column * data.step - half, at.row * data.step - half, 2 * half, 2 * half);
  pen.fillStyle = data.accent;
  pen.fillRect(at.column * data.step - 2, at.row * data.step - 2, 4, 4);
}

function drawPatch(root) {
  const { data, parts, at } = root;
  const side = data.sides[root.side].side;
  parts.patch.width = parts.patch.height = side;
  const pen = parts.patch.getContext("2d");
  pen.fillRect(0, 0, side, side);
  pen.drawImage(root.image, Math.floor(side / 2) - at.column * data.step, Math.floor(side / 2) - at.row * data.step);
  pen.fillStyle = data.accent;
  pen.fillRect(Math.floor(side / 2), Math.floor(side / 2), 1, 1);
}

function describe(root) {
  const { data, parts } = root;
  const { id, whole } = labelAt(root);
  const { side, agree } = data.sides[root.side];
  const swatch = html("span", { class: "swatch", style: `background:${data.colors[id]}` });
  const rest = id === whole ? "So says the whole photo." : `The whole photo says: ${data.names[whole]}.`;
  parts.says.replaceChildren(swatch, html("b", {}, data.names[id]), html("span", { class: "rest" }, ` ${rest}`));
  parts.sideText.textContent = ` ${side} px`;
  const share = Math.round(100 * agree);
  parts.alone.textContent =
    `With ${side} × ${side} pixels, ${share === 100 && agree < 1 ? ">99" : share}% of the places get the class that the whole photo gives them.` +
    (share < 90 ? " From so little, a pixel is hard to name: it needs its surroundings." : "");
  parts.photo.setAttribute("aria-label", `Photo with a window of ${side} pixels: ${data.names[id]}. ${rest}`);
  parts.patch.setAttribute("aria-label", `The patch alone, ${side} × ${side} pixels`);
}

function draw(root) {
  if (!root.image?.complete) return;
  drawPhoto(root);
  drawPatch(root);
  describe(root);
}

function moveTo(root, at) {
  root.at = at;
  root.seen.add(at.row * root.data.columns + at.column);
  draw(root);
}

function slide(root) {
  const { rows, columns } = root.data;
  const next = (root.at.row * columns + root.at.column + 1) % (rows * columns);
  if (next === 0) root.seen.clear();
  moveTo(root, { row: Math.floor(next / columns), column: next % columns });
}

function toggle(root) {
  if (root.timer) clearInterval(root.timer);
  root.timer = root.timer ? 0 : setInterval(() => (root.isConnected ? slide(root) : toggle(root)), PAUSE);
  root.parts.play.textContent = root.timer ? "Pause" : "Slide";
}

function listen(root) {
  const { photo, side, play } = root.parts;
  const point = (event) => {
    const box = photo.getBoundingClientRect();
    const scale = root.data.width / box.width;
    moveTo(root, nearest(root.data, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale));
  };
  photo.onpointerdown = (event) => {
    if (root.timer) toggle(root);
    photo.setPointerCapture(event.pointerId);
    point(event);
  };
  photo.onpointermove = (event) => event.buttons && point(event);
  photo.onkeydown = (event) => {
    const [dx, dy] = KEYS[event.key] ?? [0, 0];
    if (!dx && !dy) return;
    event.preventDefault();
    event.stopPropagation();
    moveTo(root, nearest(root.data, (root.at.column + dx) * root.data.step, (root.at.row + dy) * root.data.step));
  };
  side.oninput = () => {
    root.side = Number(side.value);
    draw(root);
  };
  side.onkeydown = (event) => event.key.startsWith("Page") || event.stopPropagation(); // not: a lecture's clicker
  play.onclick = () => toggle(root);
}

function show(root, data) {
  if (root.data?.photo === data.photo) return;
  root.data = data;
  root.seen.clear();
  root.at = { row: data.rows >> 1, column: data.columns >> 1 };
  root.parts.photo.width = data.width;
  root.parts.photo.height = data.height;
  root.parts.photo.style.setProperty("--ratio", data.width / data.height);
  root.parts.side.max = data.sides.length - 1;
  root.parts.side.value = root.side;
  const found = [...new Set(data.whole)];
  root.parts.legend.replaceChildren(
    ...found.flatMap((id) => [
      html("span", { class: "swatch", style: `background:${data.colors[id]}` }),
      data.names[id],
    ]),
  );
  root.image = new Image();
  root.image.onload = () => moveTo(root, root.at);
  root.image.src = data.photo;
}

export default function sliding({ data, parentElement }) {
  let root = parentElement.querySelector(".sliding");
  if (!root) {
    root = build(parentElement);
    listen(root);
  }
  byAddress(root, data, show);
  return () => root.timer && toggle(root);
}
