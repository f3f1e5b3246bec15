/* One lens over many pictures of the same thing: point at a place in any of them and see it enlarged in all. */

import { html } from "../stage/dom.js";
import { byAddress } from "./by_address.js";

const WINDOW = 18;

function tile(root, picture) {
  const canvas = html("canvas", {
    width: root.data.side,
    height: root.data.side,
    role: "img",
    "aria-label": picture.alt,
  });
  const close = html("canvas", { class: "close", width: WINDOW, height: WINDOW, "aria-hidden": "true" });
  const words = html("figcaption", {}, html("b", {}, picture.title), html("span", {}, picture.note));
  const image = new Image();
  const figure = html("figure", {}, html("div", { class: "pair" }, canvas, close), words);
  image.onload = () => draw(root);
  image.src = picture.uri;
  const point = (event) => {
    const box = canvas.getBoundingClientRect();
    const scale = root.data.side / box.width;
    moveTo(root, (event.clientX - box.left) * scale, (event.clientY - box.top) * scale);
  };
  canvas.onpointermove = point;
  canvas.onpointerdown = point;
  return Object.assign(figure, { canvas, close, image });
}

function moveTo(root, x, y) {
  const last = root.data.side - WINDOW;
  const clamp = (value) => Math.max(0, Math.min(last, Math.round(value - WINDOW / 2)));
  root.at = { x: clamp(x), y: clamp(y) };
  root.moved = true;
  draw(root);
}

function draw(root) {
  const { side, accent } = root.data;
  const { x, y } = root.at;
  for (const { canvas, close, image } of root.tiles) {
    if (!image.complete || !image.naturalWidth) continue;
    const scale = image.naturalWidth / side;
    const pen = canvas.getContext("2d");
    pen.imageSmoothingEnabled = false;
    pen.drawImage(image, 0, 0, side, side);
    pen.strokeStyle = accent;
    pen.lineWidth = 1.5;
    pen.strokeRect(x, y, WINDOW, WINDOW);
    const glass = close.getContext("2d");
    glass.imageSmoothingEnabled = false;
    glass.drawImage(image, x * scale, y * scale, WINDOW * scale, WINDOW * scale, 0, 0, WINDOW, WINDOW);
  }
}

const KEYS = { ArrowLeft: [-4, 0], ArrowRight: [4, 0], ArrowUp: [0, -4], ArrowDown: [0, 4] };

export default function lens({ data, parentElement }) {
  let root = parentElement.querySelector(".lens");
  if (!root) {
    root = html("div", { class: "lens", tabindex: 0, role: "group", "aria-label": "Pictures under one lens" });
    root.onkeydown = (event) => {
      const [dx, dy] = KEYS[event.key] ?? [0, 0];
      if (!dx && !dy) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(root, root.at.x + WINDOW / 2 + dx, root.at.y + WINDOW / 2 + dy);
    };
    parentElement.append(root);
  }
  byAddress(root, data, show);
}

function show(root, data) {
  if (root.data?.pictures === data.pictures) return;
  root.data = data;
  // Whoever has chosen a place keeps it; until then every photo shows its own.
  if (!root.moved) root.at = { x: Math.round(data.start[0]), y: Math.round(data.start[1]) };
  root.tiles = [];
  root.tiles = data.pictures.map((picture) => tile(root, picture));
  root.replaceChildren(...root.tiles);
}
