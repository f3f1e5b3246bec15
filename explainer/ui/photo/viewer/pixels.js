/* What a label map or a class's probabilities look like, as canvases of their own resolution. */

import { html } from "../../../stage/dom.js";

/** Bytes that came as zlib in base64. */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

export function loadImage(uri) {
  return new Promise((done, failed) => {
    const image = new Image();
    image.onload = () => done(image);
    image.onerror = () => failed(new Error("the photo cannot be shown"));
    image.src = uri;
  });
}

export const channelsOf = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

function painted(width, height, paint) {
  const canvas = html("canvas", { width, height });
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(width, height);
  paint(pixels.data);
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/* Around each pixel at a border a dark rim, on it a bright line. */
const RIM = [
  [-1, 0],
  [2, 0],
  [0, -1],
  [0, 2],
  [1, 1],
  [2, 1],
  [1, 2],
  [-1, 1],
  [1, -1],
];
const LINE_OF = [
  [0, 0],
  [1, 0],
  [0, 1],
];
/* From dark to bright with even steps of lightness, so that it can be read without colors. */
const HEAT = [
  [13, 8, 50],
  [84, 20, 110],
  [170, 45, 100],
  [230, 95, 50],
  [250, 175, 40],
  [252, 250, 190],
];

/** The color fill and the outlines of a label map; `colors` are triples by class id. */
export function mapPictures(pixels, width, height, colors) {
  const fill = painted(width, height, (out) => {
    for (let i = 0; i < pixels.length; i += 1) if (pixels[i]) out.set([...colors[pixels[i]], 255], 4 * i);
  });
  const edges = edgesOf(pixels, width, height);
  const lines = painted(width, height, (out) => {
    const dots = (places, value) => {
      for (const [x0, y0] of edges)
        for (const [dx, dy] of places) {
          const [x, y] = [x0 + dx, y0 + dy];
          if (x >= 0 && y >= 0 && x < width && y < height) out.set([value, value, value, 255], 4 * (y * width + x));
        }
    };
    dots(RIM, 0);
    dots(LINE_OF, 255);
  });
  return { fill, lines };
}

/** Pixels whose right or lower neighbor has another label. */
function edgesOf(pixels, width, height) {
  const differs = (x, y, dx, dy) =>
    x + dx < width && y + dy < height && pixels[y * width + x] !== pixels[(y + dy) * width + x + dx];
  const edges = [];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) if (differs(x, y, 1, 0) || differs(x, y, 0, 1)) edges.push([x, y]);
  return edges;
}

/** One class's probabilities, 0 to 255 each, as a picture from dark to bright. */
export function heatPicture(probabilities, id, width, height) {
  const from = id * width * height;
  return painted(width, height, (out) => {
    for (let i = 0; i < width * height; i += 1) {
      const place = (probabilities[from + i] / 255) * (HEAT.length - 1);
      const low = Math.min(HEAT.length - 2, Math.floor(place));
      const mixed = HEAT[low].map((value, channel) => value + (HEAT[low + 1][channel] - value) * (place - low));
      out.set([...mixed, 255], 4 * i);
    }
  });
}
