/* Files to take away. They came with the page, so the server keeps no copy under an address of its own. */

export default function files({ data, parentElement }) {
  let root = parentElement.querySelector(".files");
  if (!root) {
    root = document.createElement("div");
    root.className = "files";
    parentElement.appendChild(root);
  }
  root.replaceChildren(
    ...data.files.map(({ label, name, mime, content, size }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(Object.assign(document.createElement("b"), { textContent: `↓ ${label}` }), ` ${size}`);
      button.onclick = () => save(name, mime, content);
      return button;
    }),
  );
}

function save(name, mime, content) {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: mime }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
