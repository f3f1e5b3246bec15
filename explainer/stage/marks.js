/* What is laid over a panel: the outline of the step, the lit cells, the cursor. */

import { svg } from "./dom.js";
import { bounds, byChannel } from "./panel.js";

export function arrive(node, how, duration) {
  node.style.transformBox = "fill-box";
  node.style.transformOrigin = "center";
  const from = how === "arrive" ? { opacity: 0, transform: "scale(0.5)" } : { opacity: 1, transform: "scale(1.35)" };
  node.animate([from, { opacity: 1, transform: "none" }], {
    duration,
    delay: duration * 0.5,
    easing: "ease-out",
    fill: "backwards",
  });
}

/** Let a window glide from its old box to its new one (the attributes hold the new one already). */
function slide(node, from, to, duration) {
  if (from.x === to.x && from.y === to.y && from.width === to.width && from.height === to.height) return;
  const sx = from.width / to.width;
  const sy = from.height / to.height;
  const start = `translate(${from.x - to.x * sx}px, ${from.y - to.y * sy}px) scale(${sx}, ${sy})`;
  for (const running of node.getAnimations()) running.cancel();
  node.animate([{ transform: start }, { transform: "none" }], { duration, easing: "cubic-bezier(.3,.7,.2,1)" });
}

/** Outline the cells of the current step: whole windows slide, scattered cells are outlined one by one. */
export function markStep(view, cells, bands, duration) {
  const boxes = bands.map((band) => ({ ...band, thin: true }));
  const loose = [];
  const inSight = cells.filter((cell) => view.sees(cell));
  for (const group of byChannel(view.panel, inSight)) {
    const box = bounds(view.panel, group);
    const full = box.rows * box.cols === group.length;
    if (full) boxes.push(view.outline(box.row, box.col, box.rows, box.cols, box.channel));
    else loose.push(...group);
  }
  view.stepMark.setAttribute("d", view.path(loose));
  view.stepHalo.setAttribute("d", view.path(loose));
  view.stepCells = cells;
  moveOutlines(view, boxes, duration);
}

function moveOutlines(view, boxes, duration) {
  while (view.outlines.length > boxes.length) view.outlines.pop().node.remove();
  boxes.forEach((box, i) => {
    const old = view.outlines[i];
    const node = old ? old.node : view.windowLayer.appendChild(newOutline(view));
    for (const rect of node.children) {
      for (const name of ["x", "y", "width", "height"]) rect.setAttribute(name, box[name]);
    }
    node.children[1].setAttribute("stroke-width", box.thin ? 1.5 : view.cell >= 12 ? 3 : 2);
    node.children[0].setAttribute("stroke-width", box.thin ? 0 : 5.5);
    if (old && duration) slide(node, old.box, box, duration);
    view.outlines[i] = { node, box };
  });
}

function newOutline(view) {
  const { palette } = view.stage;
  const shape = { rx: view.radius + 1, "vector-effect": "non-scaling-stroke" };
  return svg(
    "g",
    { class: "window" },
    svg("rect", { ...shape, stroke: palette.background, opacity: 0.85 }),
    svg("rect", { ...shape, stroke: palette.accent }),
  );
}

/** Light up the cells tied to the hovered or pinned one and veil the rest. */
export function markFocus(view, cells, chosen, pinned) {
  const d = cells ? view.path(cells) : "";
  view.focusHalo.setAttribute("d", d);
  view.focusMark.setAttribute("d", d);
  view.pinMark.setAttribute("d", chosen >= 0 && view.sees(chosen) ? view.path([chosen]) : "");
  view.pinMark.setAttribute("stroke-dasharray", pinned ? "none" : "5 3");
  view.veil.setAttribute("d", cells ? `M0,0h${view.width}v${view.height}h${-view.width}z${d}` : "");
  view.veil.setAttribute("opacity", cells ? 0.55 : 0);
  view.focusCells = cells;
}

export function markCursor(view, cell) {
  view.cursorMark.setAttribute("d", cell >= 0 ? view.path([cell], 1.5) : "");
}
