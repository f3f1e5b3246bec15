/* Files to take away. They came with the page, so the server keeps no copy under an address of its own. */

import { download, html } from "../../stage/dom.js";

export default function files({ data, parentElement }) {
  const root = parentElement.querySelector(".files") || parentElement.appendChild(html("div", { class: "files" }));
  root.replaceChildren(
    ...data.files.map(({ label, name, mime, content, size }) => {
      const onclick = () => download(new Blob([bytesOf(content)], { type: mime }), name);
      return html("button", { type: "button", onclick }, html("b", {}, `↓ ${label}`), ` ${size}`);
    }),
  );
}

function bytesOf(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
