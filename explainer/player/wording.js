/* The words that captions are made of, as [text, role] pieces so that they can be colored. The twin of wording.py. */

import { formatNumber } from "./numerals.js";

/** What operators do that add nothing up: in words of one value, and of the place it came to. */
export const VERBS = {
  copy: { does: "is copied to", done: "copied" },
  move: { does: "moves to", done: "moved" },
  overwrite: { does: "overwrites", done: "written over" },
  put: { does: "is put at", done: "put there" },
};

const TERMS = 12; // longer sums are cut in the middle

export const textOf = (pieces) => pieces.map(([text]) => text).join("");

export function cellName(panel, cell) {
  const col = cell % panel.cols;
  const row = Math.floor(cell / panel.cols) % panel.rows;
  const channel = Math.floor(cell / (panel.rows * panel.cols));
  const at = [row + panel.origin[0], col + panel.origin[1]].map((n) => String(n).replace("-", "−"));
  if (panel.matrix) return `${panel.symbol === panel.id ? panel.title || panel.id : panel.symbol}[${at.join(",")}]`;
  if (panel.flat) return `${panel.symbol}[${cell}]`;
  const place = panel.rows === 1 ? [at[1]] : panel.cols === 1 ? [at[0]] : at;
  if (panel.channels > 1) place.unshift(String(channel));
  return `${panel.symbol}[${place.join(",")}]`;
}

export const named = (panel, cell) => [cellName(panel, cell), panel.role];
const guarded = (text) => (text.startsWith("−") ? `(${text})` : text);
export const plural = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;
export const valueText = (panel, cell, digits = 4) =>
  panel.labels?.[cell] ?? formatNumber(panel.values ? panel.values[cell] : 0, digits);

export function weightText(lookup, tie, digits = 4) {
  const cell = lookup.weights ? lookup.scene.ties[lookup.weights.column][tie] : -1;
  return (cell >= 0 && lookup.weights.labels?.[cell]) || formatNumber(lookup.weight[tie], digits);
}

/** The sum of the letter terms of some ties, in the order of the ties; products with a zero have none. */
export function termsText(lookup, ties) {
  const { terms } = lookup.scene;
  return (
    [...ties]
      .sort((a, b) => a - b)
      .map((tie) => terms[tie])
      .filter(Boolean)
      .join(" + ") || "0"
  );
}

/** What stands in a cell of a map or vector; `found` is the state of a panel that fills up, undefined while blank. */
export function cellText(lookup, panel, cell, found, digits = 4) {
  if (!panel.progress) return valueText(panel, cell, digits);
  if (!found) return "";
  if (panel.labels) return termsText(lookup, found.ties);
  return formatNumber(found.final && panel.values ? panel.values[cell] : found.value, digits);
}

export function productPieces(lookup, tie) {
  return [
    [guarded(weightText(lookup, tie)), "weight"],
    ["·", "plain"],
    [guarded(valueText(lookup.source, lookup.sourceCell(tie))), "input"],
  ];
}

/** Join the pieces of many terms; long lists keep their head and their tail. */
export function joined(terms, glue) {
  const cut = terms.length > TERMS;
  const kept = cut ? [...terms.slice(0, 6), [["…", "plain"]], ...terms.slice(-2)] : terms;
  const pieces = kept.flatMap((term, i) => (i ? [[glue, "plain"], ...term] : term));
  return cut ? [...pieces, [` (${terms.length} terms)`, "plain"]] : pieces;
}
