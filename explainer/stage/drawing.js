/* What stands in a panel: cells, numbers, rulers, hatching; above a limit painted on a canvas. */

import { cellState } from "./cells.js";
import { svg } from "./dom.js";
import { arrive } from "./marks.js";
import { GLYPH } from "./measures.js";
import { bounds } from "./panel.js";

/** Draw everything anew: after a change of theme, data or size. */
export function paintPanel(view) {
  const { palette } = view.stage;
  view.base.replaceChildren();
  view.marks.replaceChildren();
  view.nodes.clear();
  view.outlines = [];
  view.base.append(hatchPattern(view, palette));
  if (view.ruler) drawRulers(view, palette);
  if (view.panel.channels > 1) drawChannelNames(view, palette);
  if (view.canvas) paintCanvas(view);
  else if (view.panel.matrix) drawMatrix(view, palette);
  else drawCells(view);
  drawFrame(view, palette);
  view.veil = svg("path", { fill: palette.background, "fill-rule": "evenodd", class: "veil", opacity: 0 });
  view.stepHalo = svg("path", { stroke: palette.background, "stroke-width": 5, opacity: 0.9 });
  view.stepMark = svg("path", {
    stroke: palette.accent,
    "stroke-width": view.cell >= 12 ? 2.5 : 1.5,
    class: "step-mark",
    "stroke-linejoin": "round",
  });
  view.windowLayer = svg("g");
  view.focusHalo = svg("path", { stroke: palette.background, "stroke-width": 5 });
  view.focusMark = svg("path", { stroke: palette.ink, "stroke-width": 2, class: "focus-mark" });
  view.pinMark = svg("path", { stroke: palette.ink, "stroke-width": 3.5, class: "pin-mark" });
  view.cursorMark = svg("path", {
    stroke: palette.ink,
    "stroke-width": 2,
    "stroke-dasharray": "3 2",
    class: "cursor-mark",
  });
  view.marks.append(
    view.veil,
    view.stepHalo,
    view.windowLayer,
    view.stepMark,
    view.focusHalo,
    view.focusMark,
    view.pinMark,
    view.cursorMark,
  );
}

function hatchPattern(view, palette) {
  const stripe = svg("path", { d: "M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", stroke: palette.hatch, "stroke-width": 1.1 });
  view.hatch = `hatch-${view.stage.uid}-${view.panel.id.replace(/\W/g, "")}`;
  return svg(
    "defs",
    {},
    svg("pattern", { id: view.hatch, width: 6, height: 6, patternUnits: "userSpaceOnUse" }, stripe),
  );
}

function drawRulers(view, palette) {
  const { origin } = view.panel;
  const { rows, cols, row = 0, col = 0 } = view.window || view.panel;
  const style = {
    "font-size": 9.5,
    fill: palette.muted,
    class: "ruler",
    "text-anchor": "middle",
    "dominant-baseline": "central",
  };
  const label = (n) => String(n).replace("-", "−");
  const x = view.origin(0)[0];
  if (rows === 1 && cols === 1) return;
  for (let across = 0; across < Math.min(view.place.across, view.panel.channels); across += 1) {
    const left = view.origin(across)[0];
    if (cols > 1)
      for (let c = 0; c < cols; c += 1)
        view.base.append(
          svg(
            "text",
            { ...style, x: left + (c + 0.5) * view.wide, y: view.top - view.ruler / 2 - 1 },
            label(c + col + origin[1]),
          ),
        );
  }
  if (rows === 1) return;
  for (let down = 0; down < view.place.down; down += 1) {
    const top = view.origin(down * view.place.across)[1];
    for (let r = 0; r < rows; r += 1)
      view.base.append(
        svg(
          "text",
          { ...style, x: x - view.ruler / 2 - 1, y: top + (r + 0.5) * view.cell },
          label(r + row + origin[0]),
        ),
      );
  }
}

function drawChannelNames(view, palette) {
  for (let channel = 0; channel < view.panel.channels; channel += 1) {
    const [x, y] = view.origin(channel);
    const name = view.panel.grids ? view.panel.grids[channel] : `channel ${channel}`;
    view.base.append(svg("text", { x: x + 1, y: y - 5, "font-size": 10, fill: palette.muted, class: "ruler" }, name));
  }
}

function drawCells(view) {
  for (const cell of view.seen()) drawCell(view, cell);
}

function drawMatrix(view, palette) {
  const { panel } = view;
  const box = view.outline(0, 0, panel.rows, panel.cols);
  view.base.append(svg("rect", { ...box, fill: palette.blank, stroke: palette.line }));
  for (const cell of view.seen())
    if (panel.isGhost(cell) && !panel.entries.has(cell))
      view.base.append(svg("rect", { ...view.inner(cell), fill: `url(#${view.hatch})`, opacity: 0.6 }));
  if (view.cell >= 11) {
    let dots = "";
    for (const cell of view.seen()) {
      const { x, y } = view.box(cell);
      if (!panel.entries.has(cell))
        dots += `M${x + view.wide / 2 - 0.9},${y + view.cell / 2}a.9,.9 0 1,0 1.8,0a.9,.9 0 1,0 -1.8,0`;
    }
    view.base.append(svg("path", { d: dots, fill: palette.muted, opacity: 0.55 }));
  }
  for (const cell of view.seen()) if (panel.entries.has(cell)) drawCell(view, cell);
}

function drawCell(view, cell) {
  const rect = svg("rect", { ...view.inner(cell), class: "cell" });
  const group = svg("g", {}, rect);
  const { x, y } = view.box(cell);
  if (view.panel.isGhost(cell)) group.append(svg("rect", { ...view.inner(cell), fill: `url(#${view.hatch})` }));
  let text = null;
  if (view.numbered) {
    text = svg("text", {
      x: x + view.wide / 2,
      y: y + view.cell / 2 + 0.5,
      "font-size": view.font,
      "text-anchor": "middle",
      "dominant-baseline": "central",
      class: "number",
    });
    group.append(text);
  }
  view.nodes.set(cell, { rect, text });
  view.base.append(group);
  updateCell(view, cell);
}

/** Show a cell's present state; `how` animates the change ("arrive" or "grow"). */
export function updateCell(view, cell, how = null, duration = 0) {
  if (view.canvas) return paintPixel(view, cell);
  const node = view.nodes.get(cell);
  if (!node) return undefined;
  const state = cellState(view.stage, view.panel, cell, view);
  node.rect.setAttribute("fill", state.fill);
  node.rect.setAttribute("stroke", state.stroke || "none");
  node.rect.setAttribute("stroke-dasharray", state.dash ? "3 3" : "none");
  node.rect.setAttribute("data-state", state.kind);
  if (node.text) {
    if (node.text.textContent !== state.text) node.text.textContent = state.text;
    node.text.setAttribute("fill", state.ink);
    if (state.text && (view.panel.progress || view.panel.labels)) fitText(view, node.text, state.text);
    if (how && duration) arrive(node.text, how, duration);
  }
  return undefined;
}

/** Partial sums may be longer than the final numbers the font was chosen for. */
function fitText(view, node, text) {
  const fit = Math.min(view.font, (view.wide - 2 * view.inset - 4) / (GLYPH * text.length));
  node.setAttribute("font-size", Math.max(5, Math.round(fit * 10) / 10));
}

function paintCanvas(view) {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  view.canvas.width = Math.round(view.width * ratio);
  view.canvas.height = Math.round(view.height * ratio);
  view.canvas.style.width = `${view.width}px`;
  view.canvas.style.height = `${view.height}px`;
  view.pen = view.canvas.getContext("2d");
  view.pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  for (const cell of view.seen()) paintPixel(view, cell);
}

function paintPixel(view, cell) {
  const state = cellState(view.stage, view.panel, cell, view);
  const { x, y } = view.box(cell);
  const side = Math.max(1, view.cell - (view.cell >= 5 ? 0.6 : 0));
  view.pen.fillStyle = state.fill;
  view.pen.fillRect(x, y, Math.max(side, view.wide - 0.6), side);
  if (!view.panel.isGhost(cell)) return;
  view.pen.fillStyle = view.stage.palette.hatch;
  for (let i = 0; i < view.cell; i += 4) view.pen.fillRect(x + i, y + view.cell - i - 1, 1, 1);
}

/** A solid frame around the real cells where others are padding or cropped. */
function drawFrame(view, palette) {
  const { panel } = view;
  if (view.canvas)
    view.base.append(
      svg("rect", {
        x: view.left - 1,
        y: view.top - 1,
        width: view.width - view.left - 1,
        height: view.height - view.top - 1,
        fill: "none",
        stroke: palette.line,
      }),
    );
  if (!panel.ghost.size) return;
  for (let channel = 0; channel < panel.channels; channel += 1) {
    const offset = channel * panel.rows * panel.cols;
    const real = [];
    for (let i = 0; i < panel.rows * panel.cols; i += 1) if (!panel.ghost.has(offset + i)) real.push(offset + i);
    const box = real.length ? bounds(panel, real) : null;
    if (box)
      view.base.append(
        svg("rect", {
          ...view.outline(box.row, box.col, box.rows, box.cols, channel),
          fill: "none",
          stroke: palette.frame,
          "stroke-width": 2,
          rx: view.radius,
        }),
      );
  }
}
