/* The terms of the field: a field that finds those in which something stands, and for each the page that shows it. */

import { html } from "../stage/dom.js";

export default function glossary({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".glossary") || parentElement.appendChild(build(data.terms));
  root.open = (page) => setTriggerValue("page", page);
}

function build(terms) {
  const field = html("input", { type: "search", placeholder: "Find a term", "aria-label": "Find a term" });
  const told = html("span", { role: "status" });
  const list = html("dl");
  const root = html("section", { class: "glossary" }, html("div", { class: "finder" }, field, told), list);
  const rows = terms.map((term) => drawn(term, (page) => root.open(page)));
  list.append(...rows);
  field.oninput = () => {
    const wanted = field.value.trim();
    for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted.toLowerCase());
    told.textContent = wanted && counted(rows.filter((row) => !row.hidden).length, rows.length, wanted);
  };
  return root;
}

function counted(found, all, wanted) {
  return found ? `${found} of ${all} terms` : `No term says “${wanted}”.`;
}

/** A term, its meaning, and a link: a plain click stays in this visit, any other does what the browser does. */
function drawn({ word, meaning, page, title, address }, open) {
  const link = html("a", { href: address || "./" }, title);
  link.onclick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open(page);
  };
  return html("div", {}, html("dt", {}, word), html("dd", {}, meaning), html("dd", {}, link));
}
