/* The sentence about a step or a cell, with its numbers in. The twin of captions.py. */

import { orderOf } from "./playback.js";
import { VERBS, cellText, joined, named, plural, productPieces, valueText, weightText } from "./wording.js";

/** How one output pixel is gathered: `out[1,2] = 3·1 + 0·2 = 3`.
 *
 * `hidden` puts a question mark for the result; `found` is what stands in the cell now, where not all has arrived.
 */
function gatherPieces(lookup, cell, { hidden, found } = {}) {
  const { target } = lookup;
  const partial = found && !found.final;
  const ties = (partial ? found.ties : lookup.tiesOf(target, cell)).filter((tie) => lookup.sourceCell(tie) >= 0);
  const text = partial ? cellText(lookup, target, cell, found) : valueText(target, cell);
  const result = [hidden ? "?" : text, "output"];
  const ghost = target.ghost.has(cell) ? [[` (${target.ghost_title || "cropped"})`, "plain"]] : [];
  const tail = [...(partial ? [[" so far", "plain"]] : []), ...ghost];
  const start = [named(target, cell), [" = ", "plain"]];
  if (!ties.length)
    return [...start, hidden ? result : ["0", "output"], [" (no input reaches this pixel)", "plain"], ...tail];
  if (lookup.scene.combine === "max") return [...start, ...maxPieces(lookup, ties, result, hidden), ...tail];
  const verb = VERBS[lookup.scene.verb];
  if (verb)
    return [...start, ...sourceNames(lookup, ties), [" = ", "plain"], result, [` (${verb.done})`, "plain"], ...tail];
  const terms = joined(
    ties.map((tie) => productPieces(lookup, tie)),
    " + ",
  );
  return [...start, ...terms, [" = ", "plain"], result, ...tail];
}

function sourceNames(lookup, ties) {
  return joined(
    ties.map((tie) => [named(lookup.source, lookup.sourceCell(tie))]),
    ", ",
  );
}

function maxPieces(lookup, ties, result, hidden) {
  const values = ties.map((tie) => [[valueText(lookup.source, lookup.sourceCell(tie)), "input"]]);
  const winner = ties.find((tie) => lookup.weight[tie] === 1);
  const at =
    winner === undefined || hidden ? [] : [[", at ", "plain"], named(lookup.source, lookup.sourceCell(winner))];
  return [["max(", "plain"], ...joined(values, ", "), [") = ", "plain"], result, ...at];
}

/** The first three things a cell does: `out[0,1] += 1·2, …`, or `out[0,1] = in[0,0], …` where nothing is added. */
function additionPieces(lookup, ties) {
  const moves = VERBS[lookup.scene.verb];
  const terms = ties.slice(0, 3).map((tie) => {
    const product = moves ? sourceNames(lookup, [tie]) : productPieces(lookup, tie);
    return [targetName(lookup, tie), [moves ? " = " : " += ", "plain"], ...product];
  });
  const pieces = terms.flatMap((term, i) => (i ? [[", ", "plain"], ...term] : term));
  return ties.length > 3 ? [...pieces, [", …", "plain"]] : pieces;
}

const targetName = (lookup, tie) => named(lookup.target, lookup.scene.ties[lookup.scene.target][tie]);

/** Where a value goes that is not summed: `in[0,0] = 1 is copied to 4 output pixels: out[0,0], …`. */
function movePieces(lookup, ties) {
  const { does } = VERBS[lookup.scene.verb];
  const names = ties.slice(0, 3).flatMap((tie, i) => [...(i ? [[", ", "plain"]] : []), targetName(lookup, tie)]);
  const count = ties.length > 1 ? ` ${ties.length} output pixels:` : "";
  return [[` ${does}${count} `, "plain"], ...names, ...(ties.length > 3 ? [[", …", "plain"]] : [])];
}

/** What one input pixel does: `x[0,1] = 2 is multiplied by 9 weights and added to 9 output pixels: ...`. */
function scatterPieces(lookup, cell) {
  const { source } = lookup;
  const ties = reaching(lookup, source, cell);
  const start = [named(source, cell), [" = ", "plain"], [valueText(source, cell), "input"]];
  const ghost = source.ghost.has(cell) ? [[` (${source.ghost_title || "padding"})`, "plain"]] : [];
  if (!ties.length) return [...start, ...ghost, [" reaches no output pixel", "plain"]];
  if (lookup.scene.combine === "max") return [...start, ...ghost, ...contestPieces(lookup, ties)];
  if (VERBS[lookup.scene.verb]) return [...start, ...ghost, ...movePieces(lookup, ties)];
  const to = ` is multiplied by ${plural(ties.length, "weight")} and added to ${plural(ties.length, "output pixel")}: `;
  return [...start, ...ghost, [to, "plain"], ...additionPieces(lookup, ties)];
}

function contestPieces(lookup, ties) {
  const won = ties.filter((tie) => lookup.weight[tie] === 1);
  const head = ` is compared in ${plural(ties.length, "window")} and is the largest in ${won.length || "none"}`;
  const names = won.map((tie) => [targetName(lookup, tie)]);
  return won.length ? [[head + ": ", "plain"], ...joined(names, ", ")] : [[head, "plain"]];
}

/** The ties of a cell that carry a real product: from a source pixel to a target pixel. */
function reaching(lookup, panel, cell) {
  const targets = lookup.scene.ties[lookup.scene.target];
  return lookup.tiesOf(panel, cell).filter((tie) => lookup.sourceCell(tie) >= 0 && targets[tie] >= 0);
}

function weightPieces(lookup, panel, cell) {
  const ties = reaching(lookup, panel, cell);
  const start = [named(panel, cell), [" = ", "plain"], [valueText(panel, cell), panel.role]];
  const same = panel === lookup.weights ? [] : alias(lookup, ties, lookup.weights);
  if (!ties.length) return [...start, ...same, [" is not used", "plain"]];
  const times = ties.length === 1 ? " is used once: " : ` is used ${ties.length} times: `;
  return [...start, ...same, [times, "plain"], ...additionPieces(lookup, ties)];
}

/** ` = w[2,2]` when every tie of a cell touches one and the same cell of another panel. */
function alias(lookup, ties, panel) {
  if (!panel || !ties.length) return [];
  const cells = new Set(ties.map((tie) => lookup.cellOf(panel, tie)));
  const [cell] = cells;
  return cells.size === 1 && cell >= 0 ? [[" = ", "plain"], named(panel, cell)] : [];
}

function otherPieces(lookup, panel, cell, { hidden, found } = {}) {
  const text = hidden ? "?" : found && !found.final ? cellText(lookup, panel, cell, found) : valueText(panel, cell);
  const start = [named(panel, cell), [" = ", "plain"], [text, panel.role]];
  if (panel.inserted.has(cell)) {
    const what = panel.ghost.has(cell) ? panel.ghost_title || "padding" : "an inserted zero";
    return [...start, [` (${what}): it adds nothing`, "plain"]];
  }
  const ties = reaching(lookup, panel, cell);
  if (!ties.length) return [...start, [" takes part in no product", "plain"]];
  const from = alias(lookup, ties, lookup.source === panel ? null : lookup.source);
  return [
    ...start,
    ...from,
    [` takes part in ${plural(ties.length, "product")}: `, "plain"],
    ...additionPieces(lookup, ties),
  ];
}

function matrixPieces(lookup, panel, cell) {
  const tie = panel.entries.get(cell);
  const rowPanel = lookup.lead(panel.matrix.rows);
  const colPanel = lookup.lead(panel.matrix.cols);
  const row = Math.floor(cell / panel.cols);
  const col = cell % panel.cols;
  const input = panel.matrix.rows === lookup.scene.source ? named(rowPanel, row) : named(colPanel, col);
  const output = panel.matrix.rows === lookup.scene.source ? named(colPanel, col) : named(rowPanel, row);
  const start = [named(panel, cell), [" = ", "plain"]];
  if (tie === undefined)
    return [...start, ["0", "weight"], [": ", "plain"], input, [" does not reach ", "plain"], output];
  const from = lookup.weights ? [[" = ", "plain"], named(lookup.weights, lookup.cellOf(lookup.weights, tie))] : [];
  return [...start, [weightText(lookup, tie), "weight"], ...from, [": ", "plain"], ...additionPieces(lookup, [tie])];
}

/** The sentence about any cell of any panel. */
export function cellPieces(lookup, panel, cell, now = {}) {
  if (panel.matrix) return matrixPieces(lookup, panel, cell);
  if (panel.column === lookup.scene.target) return gatherPieces(lookup, cell, now);
  if (panel.column === lookup.scene.source) return scatterPieces(lookup, cell);
  if (panel.role === "weight") return weightPieces(lookup, panel, cell);
  return otherPieces(lookup, panel, cell, now);
}

/** What happens in a step; `hidden` leaves out what it brings. */
export function stepPieces(lookup, orderId, step, hidden = false) {
  const order = orderOf(lookup, orderId);
  return cellPieces(lookup, order.lead, order.steps[step], { hidden });
}
