/* What stands around the picture: ways of looking, layers, the legend with its probability maps. */

import { html } from "../../../stage/dom.js";
import { heatPicture } from "./pixels.js";
import { playLayers, stopLayers } from "./playing.js";
import { listenTo, tellPixel } from "./reading.js";
import { buildTip } from "./tip.js";
import { percent } from "./words.js";

export const MODES = { fill: "Fill", outline: "Outline", beside: "Side by side", divide: "Divider" };

export function buildControls(viewer) {
  const many = viewer.data.layers.length > 1;
  viewer.controls = html("div", { class: "controls" });
  viewer.controls.append(
    radiosFor("View", Object.entries(MODES), viewer.state.mode, (mode) => viewer.change({ mode }, true)),
  );
  viewer.opacity = sliderFor("Opacity", viewer.state.opacity, (opacity) => viewer.change({ opacity }, true));
  viewer.divider = sliderFor("Divider", viewer.state.divide, (divide) => viewer.change({ divide }));
  viewer.controls.append(viewer.opacity, viewer.divider);
  if (viewer.data.fields) viewer.controls.append(fieldBox(viewer));
  const tabs = html("div", { class: "controls" });
  if (many) {
    viewer.play = html(
      "button",
      { type: "button", class: "play", onclick: () => (viewer.timer ? stopLayers(viewer) : playLayers(viewer)) },
      "▶ Play",
    );
    const choices = viewer.data.layers.map((layer, i) => [String(i), layer.title]);
    tabs.append(
      viewer.play,
      radiosFor("Layer", choices, String(viewer.state.layer), (layer) => {
        stopLayers(viewer);
        viewer.change({ layer: Number(layer) });
      }),
    );
    viewer.layerRadios = tabs.querySelectorAll("input");
  }
  viewer.readout = html("p", { class: "readout" });
  viewer.said = html("p", { class: "quiet", "aria-live": "polite" });
  viewer.legend = html("div", { class: "legend", role: "group", "aria-label": "Classes in this picture" });
  viewer.tip = buildTip();
  viewer.stage = html("div", { class: "stage" }, ...viewer.canvases, viewer.tip);
  viewer.body = html("div", { class: "body" }, viewer.stage, viewer.legend);
  viewer.root.replaceChildren(...(many ? [tabs] : []), viewer.controls, viewer.body, viewer.readout, viewer.said);
  viewer.resize.disconnect();
  viewer.resize.observe(viewer.root);
  for (const canvas of viewer.canvases) listenTo(viewer, canvas);
  fillLegend(viewer);
  tellPixel(viewer, null);
}

function radiosFor(label, choices, now, choose) {
  const group = html("div", { class: "radios", role: "radiogroup", "aria-label": label });
  const name = `${label}-${Math.random().toString(36).slice(2)}`;
  for (const [value, text] of choices) {
    const input = html("input", { type: "radio", name, value, onchange: () => choose(value) });
    input.checked = value === now;
    group.append(html("label", {}, input, html("span", {}, text)));
  }
  return group;
}

function sliderFor(label, now, choose) {
  const input = html("input", {
    type: "range",
    min: 0,
    max: 100,
    value: Math.round(now * 100),
    "aria-label": label,
  });
  input.addEventListener("input", () => choose(Number(input.value) / 100));
  return html("label", { class: `slider ${label.toLowerCase()}` }, html("span", {}, label), input);
}

function fieldBox(viewer) {
  const input = html("input", {
    type: "checkbox",
    onchange: (event) => viewer.change({ field: event.target.checked }),
  });
  input.checked = viewer.state.field;
  return html(
    "label",
    { class: "check", title: "What the score maps see around a pixel" },
    input,
    html("span", {}, "Receptive field"),
  );
}

export function fillLegend(viewer) {
  const layer = viewer.layers[viewer.state.layer];
  viewer.legend.replaceChildren(...layer.legend.map(([id, share, sure]) => legendEntry(viewer, id, share, sure)));
}

function legendEntry(viewer, id, share, sure) {
  const [name, color] = viewer.data.classes[id];
  const parts = [
    html("span", { class: "swatch", style: `background:${color}` }),
    html("span", { class: "name" }, name),
    html("span", { class: "share" }, percent(share)),
  ];
  if (sure >= 0) parts.push(html("span", { class: "sure" }, `mean confidence ${percent(sure)}`));
  if (!viewer.probabilities) return html("div", { class: "entry" }, ...parts);
  const pressed = viewer.state.chosen === id;
  const title = pressed ? "Back to the label map" : `Show the probability map of ${name}`;
  return html(
    "button",
    {
      type: "button",
      class: "entry",
      title,
      "aria-pressed": String(pressed),
      onclick: () => chooseClass(viewer, pressed ? null : id),
    },
    ...parts,
  );
}

function chooseClass(viewer, id) {
  const { width, height } = viewer.data.probabilities;
  viewer.heat = id === null ? null : heatPicture(viewer.probabilities, id, width, height);
  viewer.change({ chosen: id });
  fillLegend(viewer);
  viewer.legend.querySelector('[aria-pressed="true"]')?.focus();
  tellPixel(viewer, viewer.state.pinned);
  viewer.said.textContent = id === null ? "Label map" : `Probability map of ${viewer.data.classes[id][0]}`;
}
