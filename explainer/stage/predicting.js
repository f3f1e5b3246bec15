/* Predict: the stage asks for a number, waits for the answer, judges it and then shows what comes. */

import { shown } from "../player/playback.js";
import { cellName, cellText } from "../player/wording.js";
import { hiddenCells } from "./cells.js";
import { refreshControls } from "./controls.js";
import { updateCell } from "./drawing.js";

const CLOSE = 0.005; // an answer may be off by this much; where the number is shown rounded, by this share

/** The cell whose number is asked for: of those that change, the one with most products, and in sight if possible. */
export function askedCell(stage) {
  const { target } = stage.lookup;
  const state = (cell) => shown(stage.lookup, stage.current, target, cell, stage.step);
  const open = [...hiddenCells(stage, target.column)].filter((cell) => !target.isGhost(cell) && state(cell));
  return open.reduce((best, cell) => (best < 0 || state(cell).ties.length > state(best).ties.length ? cell : best), -1);
}

/** The number, or the letters, that are asked for. */
function awaited(stage, cell) {
  const { target } = stage.lookup;
  const found = shown(stage.lookup, stage.current, target, cell, stage.step);
  const value = found.final && target.values ? target.values[cell] : found.value;
  return { value, text: cellText(stage.lookup, target, cell, found), letters: Boolean(target.labels), found };
}

/** Is a typed answer the awaited one? `1/3`, a comma and a true minus sign are understood; letters in any order. */
export function isRight(typed, { value, text, letters }) {
  if (letters) return normal(typed) === normal(text);
  const [above, below = "1"] = typed.replaceAll(",", ".").replaceAll("−", "-").split("/");
  if (!above.trim() || !below.trim()) return false;
  const given = /^-?inf|^-∞/.test(above.trim()) ? -Infinity : Number(above) / Number(below);
  const meant = value === null ? -Infinity : value;
  const full = Math.abs(meant) < 1e6 && Math.abs(meant - Math.round(meant)) < 1e-9; // shown as it is: 202 is not 203
  return given === meant || Math.abs(given - meant) <= (full ? CLOSE : Math.max(CLOSE, CLOSE * Math.abs(meant)));
}

const normal = (sum) =>
  sum
    .split("+")
    .map((term) => [...term.replaceAll(/[\s·*]/g, "")].sort().join(""))
    .sort()
    .join("+");

/** Why a wrong number was typed, if a mistake would give just that for the finished cell. */
function reasonFor(stage, cell, typed, { found, letters }) {
  if (letters || !found.final) return "";
  const given = (one) => one.values[cell] !== null && isRight(typed, { value: one.values[cell] });
  const fitting = (stage.scene.mistakes || []).filter(given);
  return fitting.length === 1 ? ` ${fitting[0].reason}` : "";
}

/** Are digits enough for every answer? A phone's number pad may have neither letters nor a minus sign. */
function inDigits({ target, source, weight }) {
  return !target.labels && [...weight, ...(source.values || [])].every((value) => value !== null && value >= 0);
}

/** Put the question of the present step into its place, or take it away. */
export function drawQuestion(stage) {
  const { ask, answer, verdict } = stage.controls;
  const cell = stage.predict ? askedCell(stage) : -1;
  ask.hidden = !stage.predict;
  if (!stage.predict) return;
  const open = !stage.revealed && cell >= 0;
  const key = `${stage.order}/${stage.step}`;
  if (open && stage.askedFor !== key) {
    stage.askedFor = key;
    answer.value = "";
    verdict.textContent = "";
  }
  answer.disabled = !open;
  answer.inputMode = inDigits(stage.lookup) ? "decimal" : "text";
  stage.controls.check.disabled = !open;
  const name = cell >= 0 ? cellName(stage.lookup.target, cell) : "";
  stage.controls.question.textContent = cell >= 0 ? `${name} =` : "Nothing new to predict";
  answer.setAttribute("aria-label", `What does ${name} become?`);
}

/** Judge what was typed, then show what the step brings. */
export function judge(stage) {
  const cell = stage.predict && !stage.revealed ? askedCell(stage) : -1;
  const typed = stage.controls.answer.value.trim();
  if (cell < 0 || !typed) return;
  const meant = awaited(stage, cell);
  const right = isRight(typed, meant);
  stage.score = { right: stage.score.right + Number(right), asked: stage.score.asked + 1 };
  const tally = `${stage.score.right} of ${stage.score.asked} right`;
  reveal(stage);
  const why = right ? "" : reasonFor(stage, cell, typed, meant);
  stage.controls.verdict.textContent = right ? `✓ Right (${tally})` : `✗ It is ${meant.text} (${tally})${why}`;
  stage.controls.verdict.dataset.right = String(right);
  stage.live.textContent = `${stage.controls.verdict.textContent}. ${stage.sentence()}`;
  stage.rest();
  stage.root.focus({ preventScroll: true });
}

export function setPredict(stage, on, byHand = true) {
  if (!on && stage.locks?.predict) return; // a class link keeps it on
  stage.predict = on;
  stage.revealed = false;
  stage.askedFor = null;
  stage.score = { right: 0, asked: 0 };
  stage.refresh();
  stage.announce();
  if (on && byHand) stage.controls.answer.focus({ preventScroll: true });
}

export function reveal(stage) {
  if (!stage.predict || stage.revealed) return;
  const hidden = [...stage.views.values()].map((view) => [view, [...hiddenCells(stage, view.panel.column)]]);
  stage.revealed = true;
  for (const [view, cells] of hidden)
    if (view.panel.progress && !view.panel.matrix)
      for (const cell of cells) updateCell(view, cell, "arrive", stage.calm.matches ? 0 : 220);
  refreshControls(stage);
  stage.announce();
}
