/* What a cell looks like now. */

import { shown } from "../player/playback.js";
import { cellText, weightText } from "../player/wording.js";
import { colorAt, scalePosition } from "./colors.js";

/** The fill, ink and text of a cell at the present step. */
export function cellState(stage, panel, cell, view) {
  const { palette } = stage;
  const scale = palette.scales[panel.role] || palette.scales.plain;
  if (panel.matrix) {
    const tie = panel.entries.get(cell);
    return {
      kind: "value",
      text: weightText(stage.lookup, tie, view.digits),
      ink: palette.ink,
      fill: colorAt(scale, scalePosition(stage.lookup.weight[tie], panel.vmax)),
    };
  }
  const found = panel.progress
    ? shown(stage.lookup, stage.current, panel, cell, stage.step)
    : { value: panel.values?.[cell], final: true };
  if (isHidden(stage, panel, cell))
    return { kind: "hidden", text: "?", ink: palette.ink, fill: palette.blank, stroke: palette.accent, dash: true };
  if (!found) return { kind: "blank", text: "", ink: palette.muted, fill: palette.blank, stroke: palette.line };
  const value = found.final && panel.values ? panel.values[cell] : found.value;
  const text = cellText(stage.lookup, panel, cell, found, view.digits);
  const position = panel.labels && !panel.values ? 0.4 : scalePosition(value, panel.vmax);
  const quiet = panel.inserted.has(cell) || (panel.isGhost(cell) && !panel.progress);
  return {
    kind: found.final ? "value" : "partial",
    text,
    ink: quiet ? palette.muted : palette.ink,
    fill: quiet ? colorAt(scale, 0) : colorAt(scale, position),
  };
}

/** Cells whose new number the visitor is asked to predict, and every copy of them. */
export function isHidden(stage, panel, cell) {
  if (!stage.predict || stage.revealed || !panel.progress || panel.matrix) return false;
  return hiddenCells(stage, panel.column).has(cell);
}

/** The cells of a column that the present step changes. */
export function hiddenCells(stage, column) {
  const { current, step } = stage;
  if (stage.hiddenAt?.order !== current || stage.hiddenAt.step !== step)
    stage.hiddenAt = { order: current, step, columns: new Map() };
  const { columns } = stage.hiddenAt;
  if (!columns.has(column)) columns.set(column, new Set(current.histories.get(column)?.changed(step) || []));
  return columns.get(column);
}

/** What the sentence about a cell may tell: of a cell that fills up, no more than stands in it now. */
export function nowOf(stage, panel, cell) {
  if (!panel.progress || panel.matrix) return {};
  if (isHidden(stage, panel, cell)) return { hidden: true };
  const found = shown(stage.lookup, stage.current, panel, cell, stage.step);
  return found ? { found } : { hidden: true };
}
