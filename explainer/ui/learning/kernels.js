/* The kernels of a look: one large grid with its numbers, or many small ones as pictures. */

import { svg } from "../../stage/dom.js";
import { colorAt, scalePosition } from "../../stage/colors.js";

const SIDE = 232;
const GAP = 6;

export function drawKernels(place, data, look, theme) {
  const palette = data.palette[theme];
  const count = look.kernels.length;
  const across = Math.ceil(Math.sqrt(count));
  const room = (SIDE - GAP * (across - 1)) / across;
  const picture = svg("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, role: "img", "aria-label": words(look, count) });
  look.kernels.forEach((kernel, index) => {
    const left = (index % across) * (room + GAP);
    const top = Math.floor(index / across) * (room + GAP);
    picture.append(grid(kernel, room, palette, data.most, count === 1, left, top));
  });
  const title = document.createElement("figcaption");
  title.textContent = data.kernelTitle;
  place.replaceChildren(title, picture);
}

function grid(kernel, room, palette, most, written, left, top) {
  const cell = room / kernel.length;
  const group = svg("g", { transform: `translate(${left} ${top})` });
  kernel.forEach((row, y) =>
    row.forEach((value, x) => {
      const fill = colorAt(palette.scales.weight, scalePosition(value, most));
      const at = { x: x * cell + 1, y: y * cell + 1, width: cell - 2, height: cell - 2, rx: Math.min(3, cell / 6) };
      group.append(svg("rect", { ...at, fill }));
      if (written) group.append(number(value, (x + 0.5) * cell, (y + 0.5) * cell, cell, palette.ink));
    }),
  );
  return group;
}

function number(value, x, y, cell, fill) {
  const text = short(value);
  const size = Math.min(24, Math.max(13, (cell * 1.75) / Math.max(4, text.length)));
  const where = { x, y, fill, "font-size": size, "text-anchor": "middle", "dominant-baseline": "central" };
  return svg("text", { class: "number", ...where }, text);
}

/* Two decimals, of a large number fewer, with a true minus sign and without a leading zero: what fits into a cell. */
export function short(value) {
  const size = Math.abs(value);
  const text = size.toFixed(size < 9.995 ? 2 : size < 99.95 ? 1 : 0).replace(/^0/, "");
  return text === ".00" ? "0" : (value < 0 ? "−" : "") + text;
}

function words(look, count) {
  if (count > 1) return `${count} kernels of the first convolution after step ${look.step}`;
  return `The kernel after step ${look.step}: ` + look.kernels[0].map((row) => row.map(short).join(" ")).join("; ");
}
