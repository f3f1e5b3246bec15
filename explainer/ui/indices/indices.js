/* A photo down and up through DeconvNet: four answers to choose from, five poolings with the unpoolings that mirror them,
 * and one pixel to follow through all of them.
 *
 * All numbers are torch's, in 16 bits; the browser colors them and looks them up. */

import { themeOf } from "../../stage/colors.js";
import { html } from "../../stage/dom.js";
import { byAddress } from "../by_address.js";
import { column, drawColumn } from "./columns.js";
import { unpack } from "./maps.js";

const REST_MS = 350;
const KEYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const CORNERS = ["top left", "top right", "bottom left", "bottom right", "to all four"];

function build(parent) {
  const root = html("div", { class: "indices", tabindex: 0, role: "group", "aria-label": "Down and up again" });
  const says = html("p", { class: "ix-says", "aria-live": "polite" });
  const ways = html("div", { class: "ix-ways", role: "radiogroup", "aria-label": "What the unpoolings are told" });
  const levels = html("div", { class: "ix-levels" });
  root.append(ways, says, levels);
  root.onkeydown = (event) => press(root, event);
  parent.append(root);
  return Object.assign(root, { says, ways, levels, way: 0, timer: 0 });
}

function press(root, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.type === "radio") return;
  const [down, right] = KEYS[event.key] ?? [0, 0];
  if (!down && !right) return;
  event.preventDefault();
  event.stopPropagation();
  const far = event.shiftKey ? 16 : 2;
  pointTo(root, root.at[0] + down * far, root.at[1] + right * far);
}

/** Point at a pixel of the photo. */
function pointTo(root, row, col) {
  const { height, width } = root.data;
  const inside = (value, length) => Math.max(0, Math.min(length - 1, Math.floor(value)));
  root.at = [inside(row, height), inside(col, width)];
  draw(root);
  rest(root);
}

/** Whoever moves over a picture of the whole photo points at the same place of it. */
function listen(root, picture) {
  const point = (event) => {
    const box = picture.getBoundingClientRect();
    const { height, width } = root.data;
    pointTo(root, ((event.clientY - box.top) / box.height) * height, ((event.clientX - box.left) / box.width) * width);
  };
  picture.onpointermove = (event) => event.pointerType === "mouse" && point(event);
  picture.onpointerdown = point;
}

function rest(root) {
  clearTimeout(root.timer);
  root.timer = setTimeout(() => {
    const place = `${root.at[0]}-${root.at[1]}`;
    if (place !== root.told) root.setStateValue("at", (root.told = place));
  }, REST_MS);
}

function choose(root, way) {
  root.way = way;
  draw(root);
  root.setStateValue("way", root.data.ways[way].name);
}

/** What the address asks for, if this photo has it. */
function fromAddress(root) {
  const asked = new URLSearchParams(window.location.search);
  const way = root.data.ways.findIndex(({ name }) => name === asked.get(`${root.data.prefix}_way`));
  const place = /^(\d{1,4})-(\d{1,4})$/.exec(asked.get(`${root.data.prefix}_at`) ?? "");
  const { height, width } = root.data;
  return { way: Math.max(0, way), at: place ? [Number(place[1]), Number(place[2])] : [height / 2, width / 2] };
}

function show(root, data) {
  if (root.data?.ways === data.ways) {
    draw(root);
    return;
  }
  root.data = data;
  root.maps = unpack(data);
  root.style.setProperty("--ix-ratio", data.width / data.height);
  const { way, at } = fromAddress(root);
  root.way = way;
  root.at = at;
  const photo = html("img", { class: "ix-tile", src: data.photo, alt: "The photo as the network sees it" });
  const whole = html("div", { class: "ix-cell" }, html("div", { class: "ix-frame" }, photo, mark()), words("Photo"));
  listen(root, whole.firstChild);
  root.ways.replaceChildren(whole, ...data.ways.map((one, number) => answer(root, one, number)));
  root.columns = root.maps.poolings.map((one, level) => column(one, level));
  root.levels.replaceChildren(...root.columns.map(({ node }) => node));
  for (const { tiles } of root.columns) for (const { frame } of tiles) listen(root, frame);
  pointTo(root, ...root.at);
}

const mark = () => html("i", { class: "ix-mark", "aria-hidden": "true" });
const words = (title, more = "") => html("div", { class: "ix-words" }, html("b", {}, title), html("span", {}, more));

function answer(root, one, number) {
  const input = html("input", { type: "radio", name: "told", class: "ix-radio", onchange: () => choose(root, number) });
  input.checked = number === root.way;
  const frame = html("div", { class: "ix-frame" }, html("img", { class: "ix-tile", src: one.answer, alt: one.alt }));
  return html("label", { class: "ix-cell ix-way" }, input, frame, words(one.title, one.score));
}

function draw(root) {
  const { data, maps, way, at } = root;
  const theme = data.palette[themeOf(root)];
  root.style.setProperty("--ix-accent", theme.accent);
  const place = root.ways.querySelector(".ix-mark");
  place.style.left = `${((at[1] + 0.5) / data.width) * 100}%`;
  place.style.top = `${((at[0] + 0.5) / data.height) * 100}%`;
  const kept = root.columns.map((one, level) =>
    drawColumn(one, maps.poolings[level], maps.ways[way][level], at, theme),
  );
  const told = data.ways[way];
  root.says.replaceChildren(html("b", {}, `${told.title}. `), `${told.how} ${trail(at, kept)}`);
}

/** Where the followed pixel's maxima stood, and where their places were taken on the way up. */
function trail(at, kept) {
  const place = `Row ${at[0]}, column ${at[1]}, finest pooling first:`;
  const [was, put] = [0, 1].map((side) => kept.map((pair) => CORNERS[pair[side]]));
  if (put.every((one, level) => one === was[level])) return `${place} kept and put back ${was.join(", ")}.`;
  const back = new Set(put).size === 1 ? `${put[0]} everywhere` : put.join(", ");
  return `${place} kept ${was.join(", ")}; put back ${back}.`;
}

export default function indices({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".indices") ?? build(parentElement);
  root.setStateValue = setStateValue;
  byAddress(root, data, show);
}
