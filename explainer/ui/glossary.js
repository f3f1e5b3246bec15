/* The terms of the field and what people get wrong, with a field that finds those in which something stands. */

import { html } from "../stage/dom.js";

export default function glossary({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".glossary") || parentElement.appendChild(build(data));
  root.tell = setTriggerValue;
}

function build({ terms, lessons }) {
  const field = html("input", { type: "search", placeholder: "Find", "aria-label": "Find a term or an experiment" });
  const told = html("span", { role: "status" });
  const tell = (...one) => root.tell(...one);
  const groups = {
    terms: terms.map((term) => drawn(term, tell)),
    experiments: lessons.map((lesson) => offered(lesson, tell)),
  };
  const heading = html("h2", {}, "What people get wrong");
  const root = html(
    "section",
    { class: "glossary" },
    html("div", { class: "finder" }, field, told),
    html("dl", {}, ...groups.terms),
    heading,
    html("div", { class: "lessons" }, ...groups.experiments),
  );
  field.oninput = () => {
    const wanted = field.value.trim().toLowerCase();
    const rows = Object.values(groups).flat();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
    heading.hidden = groups.experiments.every((row) => row.hidden);
    told.textContent = wanted && counted(groups);
  };
  return root;
}

function counted(groups) {
  const counts = Object.entries(groups).map(([name, rows]) => {
    return `${rows.filter((row) => !row.hidden).length} of ${rows.length} ${name}`;
  });
  return counts.join(", ");
}

/** A term, its meaning, and a link: a plain click stays in this visit, any other does what the browser does. */
function drawn({ word, meaning, page, title, address }, tell) {
  const link = html("a", { href: address || "./" }, title);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    tell("page", page);
  };
  return html("div", {}, html("dt", {}, word), html("dd", {}, meaning), html("dd", {}, link));
}

/** A claim that opens its experiment, and the page that it belongs to. */
function offered({ slug, claim, title }, tell) {
  const button = html("button", { type: "button" }, claim, html("small", {}, title));
  button.onclick = () => tell("lesson", slug);
  return button;
}
