/* What every cell shows after every step of a reading order. The twin of playback.py. */

import { groupBy } from "./lookup.js";

/** A reading order of the scene by its name, with its histories; built once. */
export function orderOf(lookup, id) {
  if (!lookup.orders.has(id))
    lookup.orders.set(
      id,
      buildOrder(
        lookup,
        lookup.scene.orders.find((order) => order.id === id),
      ),
    );
  return lookup.orders.get(id);
}

/** What a cell of a progress panel shows after a step: {value, final, ties}, or undefined while it is blank. */
export function shown(lookup, order, panel, cell, step) {
  const history = order.histories.get(panel.column);
  let found;
  for (let i = history.start[cell]; i < history.start[cell + 1] && history.events[i].step <= step; i += 1)
    found = history.events[i];
  if (found && !found.final && (panel.role === "index" || panel.column !== lookup.scene.target)) return undefined;
  return found;
}

/** Number the steps of a reading order and record, for each column that fills up, when each cell changes. */
function buildOrder(lookup, order) {
  const lead = lookup.lead(order.by);
  const steps = [];
  const stepOf = new Int32Array(lead.cells).fill(-1);
  for (let cell = 0; cell < lead.cells; cell += 1) if (!lead.ghost.has(cell)) stepOf[cell] = steps.push(cell) - 1;
  const keys = lookup.scene.ties[order.by];
  const tieStep = Float64Array.from(keys, (cell, tie) => {
    if (cell >= 0 && stepOf[cell] >= 0) return stepOf[cell];
    const free = order.by !== lookup.scene.target && (lookup.scene.combine === "max" || lookup.product(tie) === 0);
    return free ? -1 : Infinity; // padding adds nothing, so nobody has to wait for it; cropped outputs never come
  });
  const built = { ...order, lead, steps, stepOf, tieStep, histories: new Map() };
  for (const panel of lookup.panels) {
    if (panel.progress && !panel.matrix && !built.histories.has(panel.column)) {
      built.histories.set(panel.column, buildHistory(lookup, built, panel));
    }
  }
  return built;
}

function buildHistory(lookup, order, panel) {
  const start = new Int32Array(panel.cells + 1);
  const events = [];
  const cells = [];
  for (let cell = 0; cell < panel.cells; cell += 1) {
    for (const event of cellHistory(lookup, order, panel, cell)) {
      events.push(event);
      cells.push(cell);
    }
    start[cell + 1] = events.length;
  }
  const bySteps = groupBy(
    events.map((event) => Math.max(-1, event.step)),
    order.steps.length,
  );
  return { start, events, changed: (step) => Array.from(bySteps.of(step), (event) => cells[event]) };
}

/** The partial sums of one cell, one event per step that changes it; the last one is torch's own number. */
function cellHistory(lookup, order, panel, cell) {
  const ties = lookup.tiesOf(panel, cell).filter((tie) => lookup.sourceCell(tie) >= 0);
  const gathered = order.by === panel.column;
  if (!ties.length) {
    if (gathered) return order.stepOf[cell] < 0 ? [] : [{ step: order.stepOf[cell], value: 0, final: true, ties }];
    return [{ step: -1, value: 0, final: true, ties }];
  }
  ties.sort((a, b) => order.tieStep[a] - order.tieStep[b] || a - b);
  const max = lookup.scene.combine === "max";
  const events = [];
  let value = max ? -Infinity : 0;
  ties.forEach((tie, index) => {
    const step = order.tieStep[tie];
    const given = lookup.source.values?.[lookup.sourceCell(tie)] ?? -Infinity;
    value = max ? Math.max(value, given) : value + lookup.product(tie);
    const last = index === ties.length - 1;
    if (step === Infinity || (!last && order.tieStep[ties[index + 1]] === step)) return;
    if (step >= 0 || last) events.push({ step, value, final: last, ties: ties.slice(0, index + 1) });
  });
  return events;
}
