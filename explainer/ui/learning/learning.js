/* A course of learning, played: kernel, answer and loss at every look, with the transport of the stage. */

import { html } from "../../stage/dom.js";
import { themeOf } from "../../stage/colors.js";
import { icon } from "../../stage/icons.js";
import { byAddress } from "../by_address.js";
import { drawKernels } from "./kernels.js";
import { drawLoss, markLoss } from "./loss.js";

const LOOK_MS = 110;
const KEYS = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

function build(parent) {
  const button = (name, drawn, onclick) =>
    html("button", { class: "learn-button", type: "button", "aria-label": name, title: name, onclick }, icon(drawn));
  const root = html("div", { class: "learning", tabindex: 0, role: "group", "aria-label": "A course of learning" });
  const parts = {
    first: button("First step", "first", () => goTo(root, 0)),
    back: button("Previous step", "previous", () => goTo(root, root.at - 1)),
    play: button("Play", "play", () => toggle(root)),
    next: button("Next step", "next", () => goTo(root, root.at + 1)),
    last: button("Last step", "last", () => goTo(root, Infinity)),
    slider: html("input", { type: "range", min: 0, step: 1, "aria-label": "Step of training" }),
    count: html("output", { class: "learn-count" }),
    says: html("p", { class: "learn-says", "aria-live": "polite" }),
    kernels: html("figure", { class: "learn-kernels" }),
    answer: html("img", { class: "learn-picture" }),
    answerTitle: html("figcaption", {}),
    truth: html("img", { class: "learn-picture" }),
    loss: html("figure", { class: "learn-loss" }),
    rivals: html("div", { class: "learn-rivals" }),
  };
  const transport = [parts.first, parts.back, parts.play, parts.next, parts.last, parts.slider, parts.count];
  const answer = html("figure", {}, parts.answerTitle, parts.answer);
  const truth = html("figure", {}, html("figcaption", {}, "as it should be"), parts.truth);
  root.append(
    html("div", { class: "learn-transport" }, ...transport),
    parts.says,
    html("div", { class: "learn-row" }, parts.kernels, answer, truth, parts.loss),
    parts.rivals,
  );
  parts.slider.oninput = () => goTo(root, Number(parts.slider.value));
  root.onkeydown = (event) => press(root, event);
  parent.append(root);
  return Object.assign(root, { parts, at: 0, timer: 0 });
}

function press(root, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === " " && event.target === root) toggle(root);
  else if (event.key in KEYS && event.target !== root.parts.slider) goTo(root, root.at + KEYS[event.key]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function goTo(root, place) {
  stop(root);
  draw(root, place);
}

function stop(root) {
  clearInterval(root.timer);
  root.timer = 0;
  label(root.parts.play, "Play");
}

function label(play, name) {
  play.replaceChildren(icon(name.toLowerCase()));
  play.setAttribute("aria-label", name);
  play.title = name;
}

function toggle(root) {
  if (root.timer) return stop(root);
  if (root.at >= root.data.looks.length - 1) draw(root, 0);
  label(root.parts.play, "Pause");
  root.timer = setInterval(() => {
    if (!root.isConnected || root.at >= root.data.looks.length - 1) stop(root);
    else draw(root, root.at + 1);
  }, LOOK_MS);
}

function draw(root, place) {
  const { data, parts } = root;
  const last = data.looks.length - 1;
  root.at = Math.max(0, Math.min(last, place));
  const look = data.looks[root.at];
  parts.slider.value = root.at;
  parts.count.textContent = `step ${look.step} of ${data.steps}`;
  parts.says.textContent = look.says;
  parts.first.disabled = parts.back.disabled = root.at === 0;
  parts.next.disabled = parts.last.disabled = root.at === last;
  parts.slider.setAttribute("aria-valuetext", look.says);
  drawKernels(parts.kernels, data, look, themeOf(root));
  parts.answer.src = look.answer;
  parts.answer.alt = `The layer's answer after step ${look.step}`;
  parts.answerTitle.textContent = `answer · ${decibels(look.psnr, data.cap)}`;
  markLoss(parts.loss, data, look.step);
  drawRivals(parts.rivals, data, look);
}

/* Beyond the cap two pictures look the same, and the number would be that of rounding. */
const decibels = (value, cap) => (value >= cap ? `over ${cap} dB` : `${value.toFixed(1)} dB`);

/* One bar each, as long as it is ahead of the last: what learns, and what cannot. */
function drawRivals(place, data, look) {
  const all = [["learned", Math.min(look.psnr, data.cap)], ...data.rivals];
  const ahead = (value) => Math.max(0, Math.min(value, data.cap) - data.floor);
  place.replaceChildren(
    ...all.map(([name, value]) =>
      html(
        "div",
        { class: name === "learned" ? "learn-rival mine" : "learn-rival" },
        html("span", {}, name),
        html("b", {}, decibels(value, data.cap)),
        html("i", { style: `width:${(90 * ahead(value)) / (data.most_ahead || 1)}px` }),
      ),
    ),
  );
}

export default function learning({ data, parentElement }) {
  const root = parentElement.querySelector(".learning") ?? build(parentElement);
  byAddress(root, data, show);
  return () => stop(root);
}

function show(root, data) {
  const fresh = root.data?.id !== data.id;
  root.data = data;
  root.parts.slider.max = data.looks.length - 1;
  root.parts.truth.src = data.truth;
  root.parts.truth.alt = data.truthAlt;
  drawLoss(root.parts.loss, data);
  draw(root, fresh ? 0 : root.at);
  if (fresh && !matchMedia("(prefers-reduced-motion: reduce)").matches) toggle(root);
}
