/* What covers the stage: a black screen for when the class should look at the teacher, and the list of keys. */

import { html } from "./dom.js";

const KEYS = [
  ["space, k", "play or pause"],
  ["→ ←, Page Down, Page Up", "next, previous step (a presenter's clicker too)"],
  [
    "in a lecture",
    "Page Down, Page Up go on to the next, previous slide at the end; ] [ go at once; n shows the notes",
  ],
  ["Home, End", "first, last step"],
  ["+ −", "faster, slower"],
  ["o", "other reading order"],
  ["t", "what is shown"],
  ["p, v", "predict, reveal"],
  ["f", "full screen"],
  ["b", "black screen"],
  ["Tab, arrows, Enter", "to a panel, from cell to cell, pin or change"],
  ["Esc", "unpin, close"],
];

export function blackOut(stage) {
  const cover = html("dialog", { class: "black", "aria-label": "Black screen; any key ends it" });
  const end = (event) => {
    event.preventDefault();
    event.stopPropagation();
    cover.close();
    cover.remove();
  };
  cover.addEventListener("keydown", end);
  cover.addEventListener("click", end);
  cover.addEventListener("cancel", end);
  stage.root.append(cover);
  cover.showModal();
}

export function showHelp(stage) {
  const rows = KEYS.flatMap(([keys, meaning]) => [html("dt", {}, keys), html("dd", {}, meaning)]);
  const close = html("button", { type: "button", class: "button text" }, "Close");
  const help = html("dialog", { class: "help", "aria-label": "Keys" }, html("dl", {}, ...rows), close);
  close.onclick = () => help.close();
  help.addEventListener("close", () => help.remove());
  help.addEventListener("keydown", (event) => {
    if (event.key === "?") help.close();
  });
  stage.root.append(help);
  help.showModal();
}
