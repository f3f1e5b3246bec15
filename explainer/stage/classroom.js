/* What a lecture and a class link ask of a stage: large type, a move to the next stop, Predict that stays on. */

import { relayout } from "./placing.js";
import { pause } from "./playing.js";
import { setPredict } from "./predicting.js";

/** Take what the page hands over: the scene, the lecture's stop (if there is one), what a class link fixes. */
export function takeData(stage, { scene, visit = null, locks = {} }) {
  const moved = stage.scene && visit !== stage.visit;
  stage.root.classList.toggle("lecture", visit !== null);
  Object.assign(stage, { visit, locks });
  stage.setScene(scene);
  if (locks.predict && !stage.predict) setPredict(stage, true, false);
  if (moved) obey(stage, scene); // the lecture has gone on, perhaps to another step of the same picture
}

/** Go to a place (a step from 0, an order, a reading), as far as the scene has it and no class link fixes another. */
export function obey(stage, { step = 0, order, view }) {
  const { scene, locks = {} } = stage;
  const known = (items, id) => (items || []).some((item) => item.id === id);
  if (!locks.reading) stage.asked = known(scene.views, view) ? view : null; // null: as the scene is seen without a link
  const told = locks.order ? stage.order : order;
  const wanted = known(scene.orders, told) ? told : scene.order || scene.orders[0].id;
  pause(stage, false);
  Object.assign(stage, { order: wanted, revealed: false });
  stage.step = Math.max(0, Math.min(step, stage.lastStep));
  relayout(stage);
}
