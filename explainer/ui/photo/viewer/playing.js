/* Several label maps after each other, each faded into the next. */

import { drawView } from "./painting.js";

const STEP_MS = 1400;
const FADE_MS = 450;

export function playLayers(viewer) {
  viewer.play.textContent = "❚❚ Pause";
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const next = () => {
    const from = viewer.state.layer;
    viewer.change({ layer: (from + 1) % viewer.layers.length });
    viewer.layerRadios.forEach((radio) => (radio.checked = Number(radio.value) === viewer.state.layer));
    if (!calm) fadeFrom(viewer, from);
  };
  viewer.timer = setInterval(next, STEP_MS);
  next();
}

function fadeFrom(viewer, from) {
  const began = performance.now();
  const frame = (now) => {
    const part = Math.min(1, (now - began) / FADE_MS);
    viewer.fade = part < 1 && viewer.timer ? { from, part } : null;
    drawView(viewer);
    if (viewer.fade) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

export function stopLayers(viewer) {
  clearInterval(viewer.timer);
  viewer.timer = null;
  if (viewer.play) viewer.play.textContent = "▶ Play";
}
