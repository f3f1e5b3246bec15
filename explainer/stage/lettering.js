/* Words of the page as words of a picture, which has fonts of its own: other widths, and no breaking of lines. */

import { html, svg } from "./dom.js";

export const FAMILY = "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif";
const SLACK = 0.96; // the picture may be opened where letters are a little wider

/** A text in lines, each as long as `width` has room for. */
export function wrap(text, width, font) {
  const pen = html("canvas").getContext("2d");
  pen.font = `${font} ${FAMILY}`;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (lines[lines.length - 1] && pen.measureText(longer).width > width * SLACK) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

/** Every word below an element, and where it stands on the screen. */
function* wordsOf(element) {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode;
    for (const { 0: word, index } of node.data.matchAll(/[^ \n]+/g)) {
      const range = document.createRange();
      range.setStart(node, index);
      range.setEnd(node, index + word.length);
      const rect = range.getBoundingClientRect();
      if (rect.width) yield { word, rect, parent: node.parentElement }; // what is not shown has no width
    }
  }
}

/** What an element says, a `text` for each line of the page and as wide as there; `color` tells each part's. */
export function lettering(element, frame, color, before = "") {
  const lines = [];
  for (const found of wordsOf(element)) {
    const line = lines[lines.length - 1];
    if (line && found.rect.top < line[0].rect.bottom - line[0].rect.height / 3) line.push(found);
    else lines.push([found]);
  }
  return lines.map((line) => {
    const [left, right] = [line[0].rect.left, line[line.length - 1].rect.right];
    const y = line[0].rect.top - frame.top + line[0].rect.height * 0.75;
    // A text as wide as on the page meets no neighbor, whatever the font.
    const width = before ? {} : { textLength: right - left, lengthAdjust: "spacingAndGlyphs" };
    return svg("text", { x: left - frame.left, y, ...width }, ...runsOf(line, color, before));
  });
}

/** The words of a line, those of one look together. */
function runsOf(line, color, before) {
  const runs = [];
  for (const { word, parent } of line) {
    const last = runs[runs.length - 1];
    if (last?.parent === parent) last.text += ` ${word}`;
    else runs.push({ parent, text: last ? ` ${word}` : before + word });
  }
  return runs.map(({ parent, text }) => {
    const { fontSize, fontWeight } = getComputedStyle(parent);
    return svg("tspan", { "font-size": fontSize, "font-weight": fontWeight, fill: color(parent) }, text);
  });
}
