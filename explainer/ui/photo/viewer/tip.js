/* The pixel's class and its probability, written where the pointer or the finger is. */

import { html } from "../../../stage/dom.js";
import { percent } from "./words.js";

const OFF_POINTER = 16;
const OFF_FINGER = 64; // a finger hides what lies below it

export function buildTip() {
  return html("div", { class: "tip", "aria-hidden": "true", hidden: true });
}

/** Put the tip beside a pixel of the canvas that was pointed at, inside the picture; without a pixel take it away. */
export function moveTip(viewer, pixel, id, share, canvas, finger) {
  const { tip, data } = viewer;
  tip.hidden = !pixel;
  if (!pixel) return;
  const [name, color] = data.classes[id];
  const words = share === null ? name : `${name} ${percent(share)}`;
  tip.replaceChildren(html("span", { class: "swatch", style: `background:${color}` }), words);
  const on = canvas && !canvas.hidden ? canvas : viewer.canvases[viewer.state.mode === "beside" ? 1 : 0];
  const x = on.offsetLeft + ((pixel[0] + 0.5) / data.width) * on.clientWidth;
  const y = on.offsetTop + ((pixel[1] + 0.5) / data.height) * on.clientHeight;
  const [right, bottom] = [on.offsetLeft + on.clientWidth, on.offsetTop + on.clientHeight];
  const beside = x + OFF_POINTER + tip.offsetWidth <= right ? x + OFF_POINTER : x - OFF_POINTER - tip.offsetWidth;
  const below = y + OFF_POINTER + tip.offsetHeight <= bottom ? y + OFF_POINTER : y - OFF_POINTER - tip.offsetHeight;
  const left = finger ? Math.max(on.offsetLeft, Math.min(right - tip.offsetWidth, x - tip.offsetWidth / 2)) : beside;
  const top = finger ? y - OFF_FINGER : below;
  Object.assign(tip.style, { left: `${Math.max(0, left)}px`, top: `${top}px` });
}
