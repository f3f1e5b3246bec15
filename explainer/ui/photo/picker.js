/* Thumbnails to choose a photo by: a group of radio buttons with pictures. The server hears of the choice. */

import { html } from "../../stage/dom.js";

export default function picker({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".picker");
  if (!root)
    root = parentElement.appendChild(html("div", { class: "picker", role: "radiogroup", "aria-label": "Photo" }));
  const text = JSON.stringify(data.photos.map(({ id }) => id));
  if (root.dataset.photos !== text) {
    root.dataset.photos = text;
    root.replaceChildren(
      ...data.photos.map(({ id, title, uri }) => {
        const input = html("input", { type: "radio", name: "photo", value: id });
        return html(
          "label",
          { title },
          input,
          html("img", { src: uri, alt: "", width: 92, height: 69 }),
          html("span", {}, title),
        );
      }),
    );
  }
  for (const input of root.querySelectorAll("input")) {
    input.checked = input.value === data.chosen;
    input.onchange = () => setTriggerValue("chosen", input.value);
    input.onkeydown = (event) => event.key.startsWith("Page") || event.stopPropagation(); // not: a lecture's clicker
  }
  const chosen = root.querySelector("input:checked")?.parentElement;
  if (chosen && root.dataset.chosen !== data.chosen)
    root.scrollLeft = chosen.offsetLeft - (root.clientWidth - chosen.offsetWidth) / 2;
  root.dataset.chosen = data.chosen;
}
