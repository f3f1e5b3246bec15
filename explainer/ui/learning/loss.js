/* The loss over the steps, on a logarithmic axis, with a dot at the step in view. */

import { svg } from "../../stage/dom.js";

const WIDE = 300;
const HIGH = 232;
const LEFT = 62;
const BOTTOM = 24;

function axes(data) {
  const seen = data.losses.map(([, value]) => Math.log10(Math.max(value, 1e-12)));
  const low = Math.floor(Math.min(...seen) * 2) / 2;
  const high = Math.max(low + 0.5, Math.ceil(Math.max(...seen) * 2) / 2);
  const x = (step) => LEFT + ((WIDE - LEFT - 10) * step) / Math.max(1, data.steps);
  const y = (value) => 10 + ((HIGH - BOTTOM - 10) * (high - Math.log10(Math.max(value, 1e-12)))) / (high - low);
  return { x, y, low, high };
}

export function drawLoss(place, data) {
  const { x, y, low, high } = axes(data);
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": data.lossWords });
  for (const power of [low, (low + high) / 2, high]) {
    const at = y(10 ** power);
    picture.append(svg("line", { class: "learn-rule", x1: LEFT, x2: WIDE - 10, y1: at, y2: at }));
    const tick = svg("text", { class: "learn-tick", x: LEFT - 6, y: at, "text-anchor": "end" }, nice(10 ** power));
    tick.setAttribute("dominant-baseline", "central");
    picture.append(tick);
  }
  picture.append(
    svg("text", { class: "learn-tick", x: LEFT, y: HIGH - 4 }, "0"),
    svg("text", { class: "learn-tick", x: WIDE - 10, y: HIGH - 4, "text-anchor": "end" }, `step ${data.steps}`),
    svg("polyline", {
      class: "learn-curve",
      points: data.losses.map(([step, value]) => `${x(step)},${y(value)}`).join(" "),
    }),
    svg("circle", { class: "learn-dot", r: 6 }),
  );
  const title = document.createElement("figcaption");
  title.textContent = "loss: mean squared error";
  place.replaceChildren(title, picture);
}

export function markLoss(place, data, step) {
  const { x, y } = axes(data);
  const near = data.losses.reduce((best, one) => (Math.abs(one[0] - step) < Math.abs(best[0] - step) ? one : best));
  const dot = place.querySelector(".learn-dot");
  dot.setAttribute("cx", x(near[0]));
  dot.setAttribute("cy", y(near[1]));
}

function nice(value) {
  return value >= 0.01 && value < 1000 ? String(Number(value.toPrecision(2))) : value.toExponential(0);
}
