/* The bar of a lecture: where the tour stands, previous and next, the presenter's notes.
 *
 * A clicker's Page Down and Page Up step the stage; at its end the stage says so (`stage-end`), and the tour goes on.
 * Where there is no stage they go on at once.
 */

import { html } from "../stage/dom.js";
import { blackOut, showHelp } from "../stage/overlays.js";

/** Where keys are for typing or choosing; a clicker goes on after a click on a round button or a slider. */
const FIELDS =
  "input:not([type=radio], [type=checkbox], [type=range]), select, textarea, [contenteditable], [role=dialog], dialog, [role=listbox]";
let notesOpen = false; // stays as it is from stop to stop

function build(parent) {
  const button = (name, label, text) =>
    html("button", { type: "button", class: `button ${name}`, "aria-label": label, title: label }, text);
  const parts = {
    done: html("div", { class: "done" }),
    slide: html("p", { class: "slide", "aria-live": "polite" }),
    place: html("span", { class: "place" }),
    notes: button("notes", "Notes for the presenter (n)", "Notes"),
    previous: button("previous", "Previous stop ([)", "‹"),
    next: button("next", "Next stop (])", "›"),
    end: html("a", { class: "button end", title: "Back to the page with its settings" }, "End"),
    say: html("p", { class: "say", hidden: true }),
  };
  const line = html(
    "div",
    { class: "line" },
    parts.slide,
    parts.place,
    parts.notes,
    parts.previous,
    parts.next,
    parts.end,
  );
  const progress = html("div", { class: "progress" }, parts.done);
  const root = html("nav", { class: "tour", "aria-label": "Lecture" }, parts.say, progress, line);
  parent.append(root);
  return Object.assign(root, { parts });
}

/** The stop `by` further on; on a page that the tour does not visit, its first one. */
function target({ at, count }, by) {
  const to = at === null ? 0 : at + by;
  return to >= 0 && to < count ? to : null;
}

function refresh(root) {
  const { parts, data } = root;
  const { at, count } = data;
  parts.slide.textContent = data.slide;
  parts.place.textContent = `${at === null ? "–" : at + 1} / ${count}`;
  parts.done.style.width = `${at === null ? 0 : ((at + 1) / count) * 100}%`;
  parts.say.textContent = data.say;
  parts.say.hidden = !notesOpen || !data.say;
  parts.notes.setAttribute("aria-expanded", String(notesOpen));
  parts.previous.disabled = target(data, -1) === null;
  parts.next.disabled = target(data, 1) === null;
  const away = new URL(window.location.href);
  for (const name of ["lecture", "stop"]) away.searchParams.delete(name);
  parts.end.href = away.href;
}

function toggleNotes(root) {
  notesOpen = !notesOpen;
  refresh(root);
}

/** Keys of the tour's own: before the stage sees them, but never from a field. */
function onOwnKey(root, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.composedPath().some((node) => node.matches?.(FIELDS))) return;
  const actions = { n: () => toggleNotes(root), "[": () => root.go(-1), "]": () => root.go(1) };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

/** What no stage has taken: there is none on this page. */
function onLeftKey(root, event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.composedPath().some((node) => node.matches?.(FIELDS))) return;
  const actions = {
    PageDown: () => root.go(1),
    PageUp: () => root.go(-1),
    b: () => blackOut({ root }),
    "?": () => showHelp({ root }),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

/** Once for each bar, however often the page hands over new data. */
function listen(root) {
  const heard = [
    ["keydown", (event) => onOwnKey(root, event), true],
    ["keydown", (event) => onLeftKey(root, event), false],
    ["stage-end", (event) => root.go(event.detail.by), false],
  ];
  for (const one of heard) window.addEventListener(...one);
  root.deafen = () => heard.forEach((one) => window.removeEventListener(...one));
  root.parts.previous.onclick = () => root.go(-1);
  root.parts.next.onclick = () => root.go(1);
  root.parts.notes.onclick = () => toggleNotes(root);
  root.parts.end.onpointerenter = () => refresh(root); // the stage may have moved on since
}

const bars = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  let root = bars.get(parentElement);
  if (!root) {
    root = build(parentElement);
    bars.set(parentElement, root);
    listen(root);
  }
  root.data = data;
  root.go = (by) => {
    const to = target(root.data, by);
    if (to !== null) setTriggerValue("go", to);
  };
  refresh(root);
  return () => {
    root.deafen();
    root.remove();
    bars.delete(parentElement);
  };
}
