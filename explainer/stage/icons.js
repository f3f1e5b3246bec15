/* The icons of transports. */

import { svg } from "./dom.js";

const ICONS = {
  first: "M5 5v10M16 5l-8 5 8 5z",
  previous: "M14 5l-8 5 8 5z",
  next: "M6 5l8 5-8 5z",
  last: "M15 5v10M4 5l8 5-8 5z",
  play: "M6 4l10 6-10 6z",
  pause: "M6 4.5h2.6v11H6zM11.4 4.5H14v11h-2.6z",
  help: "M7 7.5a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.1-1.5 2.4M10 15.5v.2",
  full: "M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4",
  save: "M10 3v9M6.5 9l3.5 3.5L13.5 9M4 16h12",
};

const OUTLINED = new Set(["full", "save", "help"]);

export function icon(name) {
  const style = OUTLINED.has(name)
    ? {
        fill: "none",
        stroke: "currentColor",
        "stroke-width": 1.8,
        "stroke-linecap": "round",
        "stroke-linejoin": "round",
      }
    : { fill: "currentColor", stroke: "currentColor", "stroke-width": 1.4, "stroke-linejoin": "round" };
  return svg(
    "svg",
    { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true" },
    svg("path", { d: ICONS[name], ...style }),
  );
}
