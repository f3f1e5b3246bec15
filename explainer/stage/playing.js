/* Moving through the steps: by hand, by the clock, by another order. */

import { shown } from "../player/playback.js";
import { hiddenCells } from "./cells.js";
import { SPEEDS, refreshControls } from "./controls.js";
import { html } from "./dom.js";
import { updateCell } from "./drawing.js";
import { flyProducts, lightStep } from "./motion.js";
import { relayout } from "./placing.js";
import { askedCell } from "./predicting.js";
import { followStep } from "./windows.js";

const STEP_MS = 900; // one step at speed 1: a fast transition, then a pause to look at it
const MOVE_MS = 220;

/** A row of choices, one of which is taken. */
function choices(holder, items, name, choose) {
  holder.hidden = items.length < 2;
  holder.replaceChildren(
    ...items.map(({ id, label, title }) => {
      const option = html("button", { type: "button", class: "button text", role: "radio", title }, label);
      option.dataset[name] = id;
      option.onclick = () => choose(id);
      return option;
    }),
  );
}

/** One reading at a time, or all of them. */
export function drawViews(stage) {
  const items = (stage.scene.views || []).map((view) => ({ ...view, title: `${view.label} (t)` }));
  choices(stage.controls.views, items, "view", (id) => setView(stage, id));
}

export function setView(stage, id) {
  if (stage.locks?.reading) return; // a class link says so
  stage.asked = id;
  stage.hover = null;
  relayout(stage);
  stage.tell(true);
}

export function drawOrders(stage) {
  const items = stage.scene.orders.map((order) => ({ ...order, title: `${order.hint || order.label} (o)` }));
  choices(stage.controls.order, items, "order", (id) => setOrder(stage, id));
}

export function goByHand(stage, step, animate = true) {
  pause(stage, false);
  goTo(stage, step, animate);
  stage.tell();
  stage.announce();
}

/** Show a step; only the cells that differ are redrawn, so scrubbing is cheap however large the scene. */
function goTo(stage, step, animate = true) {
  const to = Math.max(0, Math.min(step, stage.lastStep));
  const from = stage.step;
  if (to === from) return refreshControls(stage);
  const asked = stage.predict && !stage.revealed ? hiddenIn(stage) : new Map();
  stage.step = to;
  stage.revealed = false;
  stage.over.replaceChildren(); // numbers still in flight belong to a step that is over
  const duration = animate && Math.abs(to - from) === 1 && !stage.calm.matches ? moveTime(stage) : 0;
  for (const panel of stage.lookup.panels)
    if (panel.progress && !panel.matrix) updateBetween(stage, panel, from, to, asked, duration);
  followStep(stage);
  lightStep(stage, duration);
  if (duration >= 90 && to > from && !stage.predict) flyProducts(stage, duration);
  return refreshControls(stage);
}

/** By column, the cells that hide their numbers now. */
function hiddenIn(stage) {
  const columns = stage.lookup.panels.filter((panel) => panel.progress && !panel.matrix).map((panel) => panel.column);
  return new Map(columns.map((column) => [column, hiddenCells(stage, column)]));
}

function moveTime(stage) {
  return stage.playing ? Math.min(MOVE_MS, (STEP_MS / stage.speed) * 0.4) : MOVE_MS;
}

function updateBetween(stage, panel, from, to, asked, duration) {
  const history = stage.current.histories.get(panel.column);
  const changed = new Set(asked.get(panel.column) || []);
  for (let step = Math.min(from, to) + 1; step <= Math.max(from, to); step += 1)
    for (const cell of history.changed(step)) changed.add(cell);
  if (stage.predict) for (const cell of history.changed(to)) changed.add(cell);
  const view = stage.views.get(panel.id);
  if (!view) return;
  const fresh = new Set(to > from ? history.changed(to) : []);
  for (const cell of changed) {
    const first = fresh.has(cell) && !shown(stage.lookup, stage.current, panel, cell, from);
    updateCell(view, cell, fresh.has(cell) ? (first ? "arrive" : "grow") : null, duration);
  }
}

export function repaintProgress(stage) {
  for (const view of stage.views.values()) {
    if (!view.panel.progress || view.panel.matrix) continue;
    for (const cell of view.seen()) updateCell(view, cell);
  }
}

export function toggle(stage) {
  if (stage.playing) pause(stage);
  else play(stage);
}

function play(stage) {
  if (stage.lastStep < 1) return;
  stage.playing = true;
  if (stage.step >= stage.lastStep) goTo(stage, 0, false);
  stage.nextAt = performance.now() + STEP_MS / stage.speed;
  const tick = (now) => {
    if (!stage.playing) return;
    const waits = stage.predict && !stage.revealed && askedCell(stage) >= 0; // for an answer
    if (waits) stage.nextAt = Math.max(stage.nextAt, now);
    else if (now >= stage.nextAt) {
      stage.nextAt = Math.max(stage.nextAt + STEP_MS / stage.speed, now);
      goTo(stage, stage.step + 1);
      if (stage.step >= stage.lastStep) pause(stage);
    }
    if (stage.playing) stage.frame = requestAnimationFrame(tick);
  };
  stage.frame = requestAnimationFrame(tick);
  refreshControls(stage);
}

export function pause(stage, tell = true) {
  const was = stage.playing;
  stage.playing = false;
  cancelAnimationFrame(stage.frame);
  if (!was) return;
  refreshControls(stage);
  if (tell) {
    stage.tell();
    stage.announce();
  }
}

/** Give what was just shown its time before the next step. */
export function rest(stage) {
  stage.nextAt = performance.now() + STEP_MS * 1.5;
}

export function setSpeed(stage, speed) {
  stage.speed = speed;
  stage.controls.speed.value = String(speed);
  stage.nextAt = performance.now() + STEP_MS / speed;
}

export function changeSpeed(stage, by) {
  const at = SPEEDS.indexOf(stage.speed) + by;
  if (at >= 0 && at < SPEEDS.length) setSpeed(stage, SPEEDS[at]);
}

export function setOrder(stage, id) {
  if (id === stage.order || stage.locks?.order) return;
  pause(stage, false);
  stage.order = id;
  stage.step = 0;
  stage.revealed = false;
  followStep(stage);
  stage.refresh();
  stage.tell(true);
  stage.announce();
}
