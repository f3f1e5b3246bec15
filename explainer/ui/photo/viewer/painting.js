/* The picture itself: photo, label map, names, divider, at the size that the first screen has room for. */

import { marksOn } from "./field.js";
import { percent } from "./words.js";

const MOST_HEIGHT = 560;
/* What stands above and below the picture on the page, so that the whole is on the first screen. */
const AROUND = 296;
const LEAST_HEIGHT = 260;

function shownSize(viewer) {
  const { width, height } = viewer.data;
  const beside = viewer.state.mode === "beside";
  const room = viewer.stage.clientWidth || viewer.root.clientWidth || 320;
  const stacked = room < 520;
  const across = beside && !stacked ? (room - 8) / 2 : room;
  const most = Math.min(MOST_HEIGHT, Math.max(LEAST_HEIGHT, window.innerHeight - AROUND));
  const scale = Math.min(across / width, (stacked && beside ? most / 1.6 : most) / height);
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

export function drawView(viewer) {
  if (!viewer.layers || !viewer.stage) return;
  const { mode } = viewer.state;
  viewer.opacity.hidden = mode === "outline";
  viewer.divider.hidden = mode !== "divide";
  viewer.canvases[1].hidden = mode !== "beside";
  const [width, height] = shownSize(viewer);
  const dense = Math.min(2, window.devicePixelRatio || 1);
  for (const canvas of viewer.canvases) {
    Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    if (canvas.width !== width * dense || canvas.height !== height * dense)
      Object.assign(canvas, { width: width * dense, height: height * dense });
    canvas.setAttribute("role", "img");
    canvas.tabIndex = 0;
    canvas.setAttribute("aria-label", altOf(viewer, canvas));
  }
  const [first, second] = viewer.canvases;
  if (mode === "beside") {
    photoOn(viewer, first);
    mapOn(viewer, second);
  } else mapOn(viewer, first);
  if (mode === "divide") divideOn(viewer, first);
  for (const canvas of mode === "beside" ? [first, second] : [first]) marksOn(viewer, canvas, dense);
  viewer.root.dataset.mode = mode;
  viewer.root.dataset.layer = String(viewer.state.layer);
}

function altOf(viewer, canvas) {
  if (viewer.state.mode === "beside" && canvas === viewer.canvases[0]) return "The photo";
  const found = viewer.layers[viewer.state.layer].legend.map(
    ([id, share]) => `${viewer.data.classes[id][0]} ${percent(share)}`,
  );
  return `The photo with its label map: ${found.join(", ")}. Arrow keys move a pixel to read.`;
}

function photoOn(viewer, canvas) {
  canvas.getContext("2d").drawImage(viewer.photo, 0, 0, canvas.width, canvas.height);
}

function mapOn(viewer, canvas) {
  const context = canvas.getContext("2d");
  photoOn(viewer, canvas);
  if (viewer.heat) {
    context.globalAlpha = Math.max(0.15, viewer.state.opacity);
    context.drawImage(viewer.heat, 0, 0, canvas.width, canvas.height);
    context.globalAlpha = 1;
    return;
  }
  const before = viewer.fade && viewer.layers[viewer.fade.from];
  if (before) layerOn(viewer, context, before, 1 - viewer.fade.part);
  layerOn(viewer, context, viewer.layers[viewer.state.layer], before ? viewer.fade.part : 1);
}

function layerOn(viewer, context, layer, strength) {
  const { width, height } = context.canvas;
  if (viewer.state.mode !== "outline") {
    context.globalAlpha = viewer.state.opacity * strength;
    context.drawImage(layer.fill, 0, 0, width, height);
  }
  context.globalAlpha = strength * (viewer.state.mode === "outline" ? 1 : 0.35 + 0.65 * viewer.state.opacity);
  context.drawImage(layer.lines, 0, 0, width, height);
  context.globalAlpha = strength;
  if (viewer.state.opacity > 0.05 || viewer.state.mode === "outline") namesOn(viewer, context, layer);
  context.globalAlpha = 1;
}

function namesOn(viewer, context, layer) {
  const { width, height } = context.canvas;
  const most = Math.max(26, width / 28);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  for (const [id, x, y, wide, high] of layer.names) {
    const name = viewer.data.classes[id][0];
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
function divideOn(viewer, canvas) {
  const context = canvas.getContext("2d");
  const at = Math.round(viewer.state.divide * canvas.width);
  context.save();
  context.beginPath();
  context.rect(0, 0, at, canvas.height);
  context.clip();
  photoOn(viewer, canvas);
  if (viewer.data.layers.length > 1 && viewer.state.layer > 0) layerOn(viewer, context, viewer.layers[0], 1);
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
