/* The light of a step: outlines, the wedge from what is read to what is written, numbers in flight. */

import { formatNumber } from "../player/numerals.js";
import { valueText } from "../player/wording.js";
import { svg } from "./dom.js";
import { markStep } from "./marks.js";
import { bounds, byChannel } from "./panel.js";

function boardBox(view, cells) {
  const [group] = byChannel(view.panel, cells);
  const box = bounds(view.panel, group);
  const inner = view.outline(box.row, box.col, box.rows, box.cols, box.channel);
  return { x: view.x + inner.x, y: view.y + inner.y, width: inner.width, height: inner.height };
}

function wedgeRight(a, b) {
  const [x1, x2] = [a.x + a.width, b.x];
  const bottom = [a.y + a.height, b.y + b.height];
  return {
    area: `M${x1},${a.y}L${x2},${b.y}V${bottom[1]}L${x1},${bottom[0]}z`,
    lines: `M${x1},${a.y}L${x2},${b.y}M${x1},${bottom[0]}L${x2},${bottom[1]}`,
  };
}

export function lightStep(stage, duration) {
  const { current } = stage;
  const lit = stage.lookup.lit(current.lead, current.steps[stage.step]);
  stage.stepTies = lit.ties;
  for (const view of stage.views.values()) markStep(view, lit.cells.get(view.panel.id), bands(stage, view), duration);
  drawLines(stage, lit);
}

/** The row or column of a matrix that the current step stands for. */
export function bands(stage, view) {
  const { matrix, rows, cols } = view.panel;
  if (!matrix) return [];
  const at = stage.current.steps[stage.step];
  if (matrix.rows === stage.current.by) return [view.outline(at, 0, 1, cols)];
  if (matrix.cols === stage.current.by) return [view.outline(0, at, rows, 1)];
  return [];
}

/** For each panel that fills up, the panel of its lane that the numbers come from. */
function* flows(stage) {
  for (const view of stage.views.values()) {
    const { panel } = view;
    if (view.window || !panel.progress || panel.matrix || panel.column !== stage.scene.target || panel.role === "index")
      continue;
    const lane = stage.lookup.panels.filter((other) => other.lane === panel.lane);
    if (lane.some((other) => other.matrix)) continue;
    const before = lane.slice(0, lane.indexOf(panel)).filter((other) => other.role === "input");
    if (before.length) yield [stage.views.get(before[before.length - 1].id), view];
  }
}

function drawLines(stage, lit) {
  stage.under.replaceChildren();
  drawLinks(stage, lit);
  for (const [from, to] of flows(stage)) {
    const reads = lit.cells.get(from.panel.id);
    const writes = lit.cells.get(to.panel.id);
    if (!reads.length || !writes.length || !lit.ties.length) continue;
    const [a, b] = [boardBox(from, reads), boardBox(to, writes)];
    const apart = b.x < a.x + a.width || Math.abs(from.y + from.height / 2 - to.y - to.height / 2) > 40;
    if (apart) continue; // on a narrow page the panels stand below each other and a line would cross the text
    const wedge = wedgeRight(a, b);
    stage.under.append(
      svg("path", { d: wedge.area, fill: stage.palette.accent, opacity: stage.theme === "dark" ? 0.13 : 0.1 }),
      svg("path", {
        d: wedge.lines,
        stroke: stage.palette.accent,
        "stroke-width": 1.2,
        fill: "none",
        opacity: 0.55,
        "stroke-dasharray": "4 3",
      }),
    );
  }
}

/** From a cell to another panel's, along the gaps between rows: below the cells a line would not be seen. */
function between(from, a, to, b) {
  const gaps = (view, { y, height }) =>
    [y, y + height].map((gap) => ({ y: view.y + gap, off: Math.abs(gap - (view.top + view.height) / 2) }));
  const pairs = gaps(from, a).flatMap((one) => gaps(to, b).map((other) => [one, other]));
  // The straightest; of two alike the one away from the middle, where the sign between the panels stands.
  const cost = ([one, other]) => 4 * Math.abs(one.y - other.y) - one.off - other.off;
  const [one, other] = pairs.reduce((best, pair) => (cost(pair) < cost(best) ? pair : best));
  const [x1, x2] = [from.x + from.width, to.x];
  const bend = `C${(x1 + x2) / 2},${one.y} ${(x1 + x2) / 2},${other.y} ${x2},${other.y}`;
  return `M${from.x + a.x + a.width},${one.y}H${x1}${bend}H${to.x + b.x}`;
}

/** Lines between two panels that the scene links: from where a value was taken to where it stands now. */
function drawLinks(stage, lit) {
  for (const [one, other] of stage.scene.links || []) {
    const [from, to] = [stage.views.get(one), stage.views.get(other)];
    if (!from || !to || from.canvas || to.canvas || to.x <= from.x) continue;
    for (const tie of lit.ties.slice(0, 25)) {
      const [start, end] = [stage.lookup.cellOf(from.panel, tie), stage.lookup.cellOf(to.panel, tie)];
      if (start < 0 || end < 0) continue;
      const d = between(from, from.box(start), to, to.box(end));
      stage.under.append(
        svg("path", { d, stroke: stage.palette.accent, "stroke-width": 2, fill: "none", class: "link" }),
      );
    }
  }
}

/** Products fly from the pixels they are read from to the pixels they are added to. */
export function flyProducts(stage, duration) {
  const ties = stage.stepTies.filter((tie) => stage.lookup.sourceCell(tie) >= 0);
  if (ties.length > 25) return;
  for (const [from, to] of flows(stage)) {
    if (from.canvas || to.canvas) continue;
    for (const tie of ties) {
      const [start, end] = [stage.lookup.cellOf(from.panel, tie), stage.lookup.cellOf(to.panel, tie)];
      if (start >= 0 && end >= 0) flyOne(stage, from, from.box(start), to, to.box(end), tie, duration);
    }
  }
}

function flyOne(stage, from, a, to, b, tie, duration) {
  const max = stage.scene.combine === "max";
  const { terms } = stage.scene;
  const product = terms ? terms[tie] || "0" : formatNumber(stage.lookup.product(tie), 3);
  const text = max ? valueText(stage.lookup.source, stage.lookup.sourceCell(tie)) : product;
  const size = Math.min(26, to.cell * 0.62);
  const token = svg(
    "g",
    { class: "token" },
    svg("rect", { x: -size / 2, y: -size / 2, width: size, height: size, rx: 5, fill: stage.palette.accent }),
    svg(
      "text",
      {
        "text-anchor": "middle",
        "dominant-baseline": "central",
        "font-size": Math.min(13, size / (0.55 * Math.max(2, text.length))),
        fill: stage.theme === "dark" ? "#14171d" : "#ffffff",
        "font-weight": 600,
      },
      text,
    ),
  );
  const place = (view, box) => `translate(${view.x + box.x + box.width / 2}px, ${view.y + box.y + box.height / 2}px)`;
  stage.over.append(token);
  const moves = [
    { transform: place(from, a), opacity: 0.2 },
    { opacity: 0.95, offset: 0.25 },
    { transform: place(to, b), opacity: 0.6 },
  ];
  token.animate(moves, { duration, easing: "ease-in-out" }).onfinish = () => token.remove();
}
