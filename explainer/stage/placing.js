/* From a layout to panels on the board: which reading is in view, how much room there is, where everything lies. */

import { styleRoot } from "./colors.js";
import { html } from "./dom.js";
import { paintPanel } from "./drawing.js";
import { layout } from "./layout.js";
import { LINE } from "./measures.js";
import { PanelView } from "./panel.js";
import { buildOverview, followStep, isPart, paintOverviews } from "./windows.js";

const AROUND = 200; // pixels of the window's height that the page needs for its own words above the figure
const BAR = 104; // pixels of the lecture's bar, and the margins
const READABLE = 26; // pixels; with smaller cells one reading at a time is better than all of them

export function onResize(stage, force = false) {
  const width = stage.board.clientWidth;
  if (!stage.scene || (!force && Math.abs(width - stage.width) < 1)) return;
  relayout(stage);
}

/** How high the whole stage may be: what the screen, the offline page's frame or the page around it leaves. */
function heightFor(stage) {
  const { top } = stage.root.getBoundingClientRect();
  if (stage.full) return window.innerHeight - (stage.root.classList.contains("filled") ? top : 16) - 16;
  const slide = stage.root.closest(".slide");
  if (stage.large) return window.innerHeight - BAR;
  if (slide) return slide.getBoundingClientRect().bottom - top - 12;
  return Math.max(400, Math.min(760, window.innerHeight - AROUND));
}

/** The board's room, and what a cell may and must measure in it. */
function roomOf(stage) {
  const { full, large } = stage;
  const narrow = stage.width < 560;
  const line = large ? 27 : LINE;
  const chrome = stage.toolbar.offsetHeight + 2 * line + longSentence(stage) * line + 44;
  const height = narrow && !full ? Infinity : Math.max(180, heightFor(stage) - chrome);
  const size =
    full || (large && !narrow)
      ? { cell: 110, least: 26, font: 18.5, scale: 1.27 }
      : { scale: 1, cell: narrow ? 42 : 64, least: 20, font: 14.5 };
  return { width: stage.width - 4, height, flow: narrow && !full, ...size };
}

/** How many lines more than one the longest sentence of the scene needs, about. */
function longSentence(stage) {
  const step = Math.max(1, Math.floor((stage.lastStep + 1) / 12));
  let longest = 0;
  for (let at = 0; at <= stage.lastStep; at += step) longest = Math.max(longest, stage.sentence(at).length);
  return Math.max(0, Math.ceil((longest * (stage.large ? 10 : 8)) / stage.width) - 1);
}

/** The panels of a reading; of all of them where the scene has no readings. */
export function panelsIn(stage, id) {
  const view = stage.scene.views?.find((one) => one.id === id);
  return view ? stage.lookup.panels.filter((panel) => view.lanes.includes(panel.lane)) : stage.lookup.panels;
}

/** The reading that was asked for, or all of them if they can be read, or what the scene is about, or the first. */
function planOf(stage, room) {
  const ids = (stage.scene.views || []).map((view) => view.id);
  const planned = (id) => {
    explainGhosts(panelsIn(stage, id));
    return { id, ...layout(panelsIn(stage, id), stage.lookup, room) };
  };
  if (!ids.length) return planned(null);
  if (ids.includes(stage.asked)) return planned(stage.asked);
  const all = planned(ids[ids.length - 1]);
  return all.cell >= READABLE && all.font >= room.font && !room.flow ? all : planned(stage.scene.first_view ?? ids[0]);
}

export function relayout(stage) {
  stage.width = stage.board.clientWidth || 900;
  const room = roomOf(stage);
  const plan = planOf(stage, room);
  stage.view = plan.id;
  stage.wantedFont = room.font - 0.5;
  explainGhosts(panelsIn(stage, plan.id));
  stage.views = new Map();
  for (const panel of panelsIn(stage, plan.id))
    stage.views.set(panel.id, new PanelView(panel, plan.sizes.get(panel.id), stage));
  const rows = plan.lanes.map((lane) =>
    html("div", { class: "lane" }, ...lane.map((block) => blockRoot(block, stage.views))),
  );
  stage.lanes.className = plan.beside ? "lanes aside" : "lanes";
  stage.lanes.replaceChildren(...rows);
  stage.stepLine.style.minHeight = "";
  stage.seen = 0;
  followStep(stage, false);
  for (const view of stage.views.values()) paintPanel(view);
  paintOverviews(stage);
  alignLanes(stage, rows);
  styleRoot(stage);
  measure(stage);
  stage.refresh();
}

/** What hatching means is said once, on the first panel in view that has it. */
function explainGhosts(panels) {
  const said = new Set();
  for (const panel of panels) {
    const title = panel.ghost_title || "padding";
    panel.legend = panel.ghost.size > 0 && !said.has(title);
    if (panel.legend) said.add(title);
  }
}

/** A panel, or a matrix with the input above its columns, the output beside its rows, and a map if it is too large. */
function blockRoot({ panel, above, right }, views) {
  const own = views.get(panel.id).root;
  const overview = isPart(views.get(panel.id)) ? [buildOverview(views.get(panel.id))] : [];
  if (!above && !right && !overview.length) return own;
  const part = (other, side) => {
    if (!other) return [];
    views.get(other.id).root.classList.add(side);
    return [views.get(other.id).root];
  };
  own.classList.add("holder");
  const product = html("div", { class: "product" }, ...part(above, "above"), own, ...part(right, "right"));
  product.append(...overview, ...product.querySelectorAll(".foot")); // below all, so that rows go on meeting rows
  return product;
}

/** Give the panels of a lane one heading height and one foot height, so that centered grids share a middle line. */
function alignLanes(stage, rows) {
  for (const row of rows) {
    const alone = [...row.children].filter((child) => child.classList.contains("panel"));
    const lefts = [...row.children].map((panel) => panel.getBoundingClientRect().left);
    const wrapped = lefts.some((left, i) => i && left <= lefts[i - 1]);
    if (wrapped || !alone.length) continue;
    const headings = alone.map((panel) => panel.querySelector(".heading"));
    const tallest = Math.max(...headings.map((heading) => heading.offsetHeight));
    for (const heading of headings) heading.style.minHeight = `${tallest}px`;
    const feet = alone.map((panel) => panel.querySelector(".foot")?.offsetHeight || 0);
    alone.forEach((panel, i) => {
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
