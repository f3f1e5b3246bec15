/* The page's address as text and to copy. It is read from the browser: stepping writes there without a server. */

import { html } from "../stage/dom.js";

const LOOK_MS = 250; // nobody is told of an address that a script writes, so it is looked at
const SAID_MS = 2000;

export default function addressBar({ parentElement }) {
  const root = parentElement.querySelector(".address") || parentElement.appendChild(build());
  root.look();
  root.timer ??= setInterval(root.look, LOOK_MS);
  return () => {
    clearInterval(root.timer);
    root.timer = undefined;
  };
}

function build() {
  const text = html("code", { tabindex: 0, "aria-label": "The page's address" });
  const button = html("button", { type: "button" }, "Copy");
  const root = html("div", { class: "address" }, text, button);
  root.look = () => {
    if (text.textContent !== window.location.href) text.textContent = window.location.href;
  };
  button.onclick = async () => {
    root.look();
    const copied = await copy(text);
    button.textContent = copied ? "Copied" : "Selected";
    setTimeout(() => (button.textContent = "Copy"), SAID_MS);
  };
  return root;
}

/** Onto the clipboard, which browsers allow on HTTPS or localhost only; elsewhere it is selected. */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text.textContent);
    return true;
  } catch {
    window.getSelection().selectAllChildren(text);
    return false;
  }
}
