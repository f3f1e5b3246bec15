/* Pictures to take away: the present step as SVG or PNG. */

import { SVG, download, html, svg } from "./dom.js";
import { FAMILY, lettering, wrap } from "./lettering.js";

const [TITLE, TEXT] = [22, 20]; // how high a line is

/** The present picture as one SVG document, in the light palette so that it prints. */
function drawPicture(stage) {
  const theme = stage.theme;
  stage.setTheme("light");
  const pad = 20;
  const frame = stage.board.getBoundingClientRect();
  const titles = wrap(stage.scene.name, frame.width, "600 18px");
  const sentence = wrap(stage.sentence(), frame.width, "14px");
  const top = 2 * pad + 14 + (titles.length - 1) * TITLE;
  const below = top + frame.height + pad + 10;
  const height = below + sentence.length * TEXT;
  const width = frame.width + 2 * pad;
  const out = svg("svg", { xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`, "font-family": FAMILY });
  const line = (text, y, look) => svg("text", { x: pad, y, fill: stage.palette.ink, ...look }, text);
  const shift = svg("g", { transform: `translate(${pad}, ${top})` });
  shift.append(...[...stage.under.children].map((child) => child.cloneNode(true)));
  shift.append(...wordsAround(stage, frame));
  for (const view of stage.views.values()) shift.append(pictureOf(view, frame));
  out.append(
    svg("rect", { width, height, fill: "#ffffff" }),
    ...titles.map((text, i) => line(text, pad + 14 + i * TITLE, { "font-size": 18, "font-weight": 600 })),
    shift,
    ...sentence.map((text, i) => line(text, below + i * TEXT, { "font-size": 14 })),
  );
  stage.setTheme(theme);
  return { source: new XMLSerializer().serializeToString(out), width, height };
}

/** Headings, signs, what hatching means, and which part of a large matrix is in sight. */
function wordsAround(stage, frame) {
  const { palette } = stage;
  const muted = () => palette.muted;
  const headings = [...stage.views.values()].flatMap((view) =>
    lettering(view.heading, frame, (part) =>
      part.classList.contains("title") ? palette.text[view.panel.role] || palette.ink : palette.muted,
    ),
  );
  const others = [...stage.board.querySelectorAll(".foot, .sign, .overview .note")].flatMap((one) =>
    lettering(one, frame, muted, one.classList.contains("foot") ? "hatched: " : ""),
  );
  return [...headings, ...others];
}

function pictureOf(view, frame) {
  const rect = view.svg.getBoundingClientRect();
  const group = svg("g", { transform: `translate(${rect.left - frame.left}, ${rect.top - frame.top})` });
  if (view.canvas)
    group.append(svg("image", { href: view.canvas.toDataURL(), width: view.width, height: view.height }));
  group.append(...[...view.svg.children].map((child) => child.cloneNode(true)));
  return group;
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
