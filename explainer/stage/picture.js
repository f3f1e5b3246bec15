/* Pictures to take away: the present step as SVG or PNG. */

import { SVG, download, html, svg } from "./dom.js";

function wrap(text, length) {
  const lines = [""];
  for (const word of text.split(" ")) {
    if ((lines[lines.length - 1] + " " + word).length > length) lines.push(word);
    else lines[lines.length - 1] = (lines[lines.length - 1] + " " + word).trim();
  }
  return lines;
}

/** The present picture as one SVG document, in the light palette so that it prints. */
function drawPicture(stage) {
  const theme = stage.theme;
  stage.setTheme("light");
  const pad = 20;
  const frame = stage.board.getBoundingClientRect();
  const lines = wrap(stage.sentence(), Math.max(40, Math.floor(frame.width / 7)));
  const height = frame.height + 3 * pad + 24 + lines.length * 20;
  const width = frame.width + 2 * pad;
  const style = { "font-family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif" };
  const out = svg("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, ...style });
  out.append(
    svg("rect", { width, height, fill: "#ffffff" }),
    svg(
      "text",
      { x: pad, y: pad + 14, "font-size": 18, "font-weight": 600, fill: stage.palette.ink },
      stage.scene.name,
    ),
  );
  const shift = svg("g", { transform: `translate(${pad}, ${2 * pad + 14})` });
  shift.append(...[...stage.under.children].map((child) => child.cloneNode(true)));
  for (const view of stage.views.values()) shift.append(...pictureOf(stage, view, frame));
  out.append(
    shift,
    ...lines.map((line, i) =>
      svg("text", { x: pad, y: frame.height + 3 * pad + 24 + i * 20, "font-size": 14, fill: stage.palette.ink }, line),
    ),
  );
  stage.setTheme(theme);
  return { source: new XMLSerializer().serializeToString(out), width, height };
}

function pictureOf(stage, view, frame) {
  const { palette } = stage;
  const nodes = [];
  const write = (element, attributes, text) => {
    const rect = element.getBoundingClientRect();
    nodes.push(
      svg("text", { x: rect.left - frame.left, y: rect.top - frame.top + rect.height * 0.75, ...attributes }, text),
    );
  };
  write(
    view.heading.children[0],
    { "font-size": 14, "font-weight": 600, fill: palette.text[view.panel.role] || palette.ink },
    view.panel.title || view.panel.id,
  );
  if (view.panel.note) write(view.heading.children[1], { "font-size": 11.5, fill: palette.muted }, view.panel.note);
  for (const foot of view.root.querySelectorAll(".foot"))
    write(foot, { "font-size": 11.5, fill: palette.muted }, `hatched: ${foot.textContent}`);
  for (const sign of view.root.querySelectorAll(".sign"))
    write(sign, { "font-size": 22, fill: palette.muted }, sign.textContent);
  const rect = view.svg.getBoundingClientRect();
  const group = svg("g", { transform: `translate(${rect.left - frame.left}, ${rect.top - frame.top})` });
  if (view.canvas)
    group.append(svg("image", { href: view.canvas.toDataURL(), width: view.width, height: view.height }));
  group.append(...[...view.svg.children].map((child) => child.cloneNode(true)));
  return [...nodes, group];
}

export async function savePicture(stage, kind) {
  const { source, width, height } = drawPicture(stage);
  const name = `${
    stage.scene.name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "stage"
  }-step-${stage.step + 1}.${kind}`;
  stage.root.querySelector("details.save").open = false;
  if (kind === "svg") return download(new Blob([source], { type: "image/svg+xml" }), name);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
  await image.decode();
  const canvas = html("canvas", { width: Math.round(width * 2), height: Math.round(height * 2) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toBlob((blob) => download(blob, name), "image/png");
}
