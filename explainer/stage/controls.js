/* The transport, the two lines of text and the frame they stand in. */

import { cellPieces, stepPieces } from "../player/captions.js";
import { nowOf } from "./cells.js";
import { html, svg } from "./dom.js";
import { icon } from "./icons.js";

export const SPEEDS = [0.25, 0.5, 1, 2, 4, 8];

function button(name, label, keys, content) {
  return html(
    "button",
    { type: "button", class: `button ${name}`, "aria-label": label, title: keys ? `${label} (${keys})` : label },
    content || icon(name),
  );
}

export function write(line, pieces) {
  line.replaceChildren(...pieces.map(([text, role]) => html("span", { class: `role-${role}` }, text)));
}

export function buildStage(stage) {
  stage.controls = {
    first: button("first", "First step", "Home"),
    previous: button("previous", "Previous step", "←"),
    play: button("play", "Play", "space or k"),
    next: button("next", "Next step", "→"),
    last: button("last", "Last step", "End"),
    slider: html("input", { type: "range", class: "slider", min: 0, max: 0, step: 1, value: 0, "aria-label": "Step" }),
    count: html("span", { class: "count", "aria-hidden": "true" }),
    speed: html(
      "select",
      { class: "speed", "aria-label": "Speed", title: "Speed (+ and −)" },
      ...SPEEDS.map((s) => html("option", { value: s }, `${s}×`)),
    ),
    order: html("div", { class: "order", role: "radiogroup", "aria-label": "Reading order" }),
    views: html("div", { class: "order views", role: "radiogroup", "aria-label": "What is shown" }),
    predict: html(
      "button",
      {
        type: "button",
        class: "button text predict",
        "aria-pressed": "false",
        title: "Hide the result of each step until you have guessed it (p)",
      },
      "Predict",
    ),
    reveal: html(
      "button",
      { type: "button", class: "button text reveal", title: "Show the hidden result (v)" },
      "Reveal",
    ),
    question: html("label", { class: "question" }),
    answer: html("input", { type: "text", class: "answer", autocomplete: "off", size: 7 }),
    check: html("button", { type: "submit", class: "button text check" }, "Check"),
    verdict: html("span", { class: "verdict" }),
    help: button("help", "Keys", "?"),
    full: button("full", "Full screen", "f"),
    svg: button("text", "Download this picture as SVG", "", "SVG"),
    png: button("text", "Download this picture as PNG", "", "PNG"),
  };
  stage.controls.speed.value = "1";
  const c = stage.controls;
  c.ask = html("form", { class: "ask", hidden: true }, c.question, c.answer, c.check, c.reveal, c.verdict);
  const save = html(
    "details",
    { class: "save" },
    html(
      "summary",
      { class: "button", "aria-label": "Download this picture", title: "Download this picture" },
      icon("save"),
    ),
    html("div", { class: "menu" }, c.svg, c.png),
  );
  const transport = html("div", { class: "group transport" }, c.first, c.previous, c.play, c.next, c.last);
  stage.toolbar = html(
    "div",
    { class: "toolbar" },
    transport,
    html("div", { class: "group track" }, c.slider, c.count),
    c.order,
    c.views,
    html("div", { class: "group extras" }, c.speed, c.predict, save, c.help, c.full),
  );
  stage.stepLine = html("p", { class: "line step-line" });
  stage.cellLine = html("p", { class: "line cell-line" });
  stage.caption = html("div", { class: "caption", "aria-hidden": "true" }, stage.stepLine, stage.cellLine);
  stage.live = html("div", { class: "live", "aria-live": "polite", role: "status" });
  stage.under = svg("svg", { class: "overlay under", "aria-hidden": "true" });
  stage.over = svg("svg", { class: "overlay over", "aria-hidden": "true" });
  stage.lanes = html("div", { class: "lanes" });
  stage.board = html("div", { class: "board" }, stage.under, stage.lanes, stage.over);
  stage.says = html("div", { class: "says" }, stage.caption, c.ask);
  stage.root.replaceChildren(stage.toolbar, stage.says, stage.board, stage.live);
  Object.entries({ role: "group", tabindex: "0" }).forEach(([name, value]) => stage.root.setAttribute(name, value));
}

export function refreshControls(stage) {
  const c = stage.controls;
  const { step, lastStep } = stage;
  c.slider.max = lastStep;
  c.slider.value = step;
  c.slider.setAttribute("aria-valuetext", stage.sentence());
  c.count.textContent = `${step + 1} / ${lastStep + 1}`;
  c.first.disabled = c.previous.disabled = step === 0;
  c.next.disabled = c.last.disabled = step === lastStep;
  const label = stage.playing ? "Pause" : "Play";
  if (c.play.getAttribute("aria-label") !== label) {
    c.play.replaceChildren(icon(stage.playing ? "pause" : "play"));
    c.play.setAttribute("aria-label", label);
    c.play.title = `${label} (space or k)`;
  }
  stage.drawQuestion();
  c.predict.setAttribute("aria-pressed", String(stage.predict));
  c.reveal.disabled = stage.revealed;
  c.predict.disabled = Boolean(stage.locks?.predict);
  for (const [row, lock] of [
    [c.order, stage.locks?.order],
    [c.views, stage.locks?.reading],
  ]) {
    if (lock === "hidden") row.hidden = true;
    for (const option of row.children) option.disabled = Boolean(lock);
  }
  for (const option of c.order.children)
    option.setAttribute("aria-checked", String(option.dataset.order === stage.order));
  for (const option of c.views.children)
    option.setAttribute("aria-checked", String(option.dataset.view === stage.view));
  Object.assign(stage.root.dataset, { step, order: stage.order, playing: stage.playing, steps: lastStep + 1 });
  writeLines(stage);
}

export function writeLines(stage) {
  const hidden = stage.predict && !stage.revealed;
  write(stage.stepLine, [
    [`Step ${stage.step + 1}`, "label"],
    ...stepPieces(stage.lookup, stage.order, stage.step, hidden),
  ]);
  const focus = stage.focus;
  if (!focus) write(stage.cellLine, [[hint(stage), "hint"]]);
  else {
    const panel = stage.lookup.byId.get(focus.panel);
    write(stage.cellLine, [
      [stage.pin ? "Pinned" : "Cell", "label"],
      ...cellPieces(stage.lookup, panel, focus.cell, nowOf(stage, panel, focus.cell)),
    ]);
  }
  stage.cellLine.classList.toggle("pinned", Boolean(stage.pin));
  const letters = stage.stepLine.textContent.length;
  if (letters <= stage.seen) return; // to measure a line costs a layout of the whole figure
  stage.seen = letters;
  stage.stepLine.style.minHeight = `${stage.stepLine.offsetHeight}px`; // no jumping while it plays
}

function hint(stage) {
  if (stage.width < 560) return "Tap a cell to see everything tied to it.";
  const edit =
    stage.setStateValue && stage.lookup.panels.some((panel) => panel.editable)
      ? " Double-click an input or weight to change it."
      : "";
  return `Point at a cell to see everything tied to it; click to pin it.${edit}`;
}
