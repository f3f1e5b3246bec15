/* From a layout to panels on the board. */

import { html } from "./dom.js";
import { paintPanel } from "./drawing.js";
import { layout } from "./layout.js";
import { PanelView } from "./panel.js";

export function limits(stage) {
  const full = stage.full;
  const narrow = stage.width < 560;
  const height = full ? Math.max(320, window.innerHeight - 280) : 420;
  return {
    height,
    tall: height,
    strict: full ? 1 : 0,
    cell: full ? 96 : narrow ? 44 : 56,
    matrix: full ? 44 : 34,
    min: narrow ? 22 : 18,
    wrapBelow: narrow ? 26 : 18,
    wrapped: narrow ? 40 : 46,
  };
}

export function onResize(stage, force = false) {
  const width = stage.board.clientWidth;
  if (!stage.scene || (!force && Math.abs(width - stage.width) < 1)) return;
  relayout(stage);
}

export function relayout(stage) {
  stage.width = stage.board.clientWidth || 900;
  const plan = layout(stage.lookup, stage.width - 4, limits(stage));
  stage.views = new Map(
    stage.lookup.panels.map((panel) => [panel.id, new PanelView(panel, plan.sizes.get(panel.id), stage)]),
  );
  const rows = plan.lanes.map((lane) => {
    const row = html(
      "div",
      { class: lane.tall ? "lane tall" : "lane" },
      ...lane.panels.map((panel) => stage.views.get(panel.id).root),
    );
    return { row, tall: lane.tall };
  });
  const pick = (tall) => rows.filter((row) => row.tall === tall).map((row) => row.row);
  stage.lanes.className = plan.aside ? "lanes aside" : "lanes";
  stage.lanes.replaceChildren(
    ...(plan.aside
      ? [html("div", { class: "stack" }, ...pick(false)), html("div", { class: "stack" }, ...pick(true))]
      : rows.map((row) => row.row)),
  );
  stage.stepLine.style.minHeight = "";
  stage.seen = 0;
  for (const view of stage.views.values()) paintPanel(view);
  alignLanes(
    stage,
    rows.map((row) => row.row),
  );
  stage.styleRoot();
  measure(stage);
  stage.refresh();
}

/** Give the panels of a lane one heading height and one foot height, so that centered grids share a middle line. */
function alignLanes(stage, rows) {
  for (const row of rows) {
    const rights = [...row.children].map((panel) => panel.getBoundingClientRect().left);
    const wrapped = rights.some((left, i) => i && left <= rights[i - 1]);
    const headings = [...row.querySelectorAll(".heading")];
    const tallest = Math.max(...headings.map((heading) => heading.offsetHeight));
    if (wrapped && stage.width < 560) continue;
    for (const heading of headings) heading.style.minHeight = `${tallest}px`;
    const feet = [...row.children].map((panel) => panel.querySelector(".foot")?.offsetHeight || 0);
    [...row.children].forEach((panel, i) => {
      panel.style.paddingBottom = `${Math.max(...feet) - feet[i]}px`;
    });
  }
}

/** Where each panel's drawing lies on the board, for the lines and the flying numbers. */
function measure(stage) {
  const frame = stage.board.getBoundingClientRect();
  for (const view of stage.views.values()) {
    const rect = view.svg.getBoundingClientRect();
    Object.assign(view, { x: rect.left - frame.left, y: rect.top - frame.top });
  }
  for (const overlay of [stage.under, stage.over]) {
    overlay.setAttribute("width", frame.width);
    overlay.setAttribute("height", frame.height);
  }
}
