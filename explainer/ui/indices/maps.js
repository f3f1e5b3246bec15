/* Numbers as they travel, unpacked; and maps drawn as pictures, one pixel each. */

const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));

function numbers({ unit, numbers: text }) {
  return Float32Array.from(new Int16Array(bytes(text).buffer), (whole) => whole * unit);
}

/** All maps of a journey as numbers: `poolings` and each way's rises, the finest first. */
export function unpack(data) {
  const poolings = data.poolings.map((one) => ({ ...one, before: numbers(one.before), kept: bytes(one.kept) }));
  const ways = data.ways.map(({ rises }) =>
    rises.map((rise, level) => {
      const { height, width } = poolings[level];
      const [values, put] = [numbers(rise.values), bytes(rise.put)];
      const unpooled = unpool(values, put, height, width);
      return { values, put, unpooled, grown: numbers(rise.grown), channel: rise.channel };
    }),
  );
  return { poolings, ways };
}

/** Each value in the pixel of its window that its corner names (0 to 3), or in all four (4); zeros elsewhere. */
export function unpool(values, put, height, width) {
  const whole = new Float32Array(height * width);
  values.forEach((value, cell) => {
    const [row, col] = [2 * Math.floor(cell / (width / 2)), 2 * (cell % (width / 2))];
    for (let corner = 0; corner < 4; corner += 1)
      if (put[cell] === 4 || put[cell] === corner) whole[(row + (corner >> 1)) * width + col + (corner & 1)] = value;
  });
  return whole;
}

/** The four numbers of the window at (row, col) of the halved map. */
export function windowAt(values, width, row, col) {
  const first = 2 * row * width + 2 * col;
  return [first, first + 1, first + width, first + width + 1].map((place) => values[place]);
}

const rgb = (hex) => [1, 3, 5].map((from) => parseInt(hex.slice(from, from + 2), 16));

/** Draw a map on a canvas of its own size, from the page's background to a color; the lowest value is background. */
export function paint(canvas, values, height, width, background, color) {
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const [from, to] = [rgb(background), rgb(color)];
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(width, height);
  values.forEach((value, cell) => {
    const share = high > low ? (value - low) / (high - low) : 0;
    for (let part = 0; part < 3; part += 1)
      image.data[4 * cell + part] = from[part] + (to[part] - from[part]) * Math.sqrt(share);
    image.data[4 * cell + 3] = 255;
  });
  pen.putImageData(image, 0, 0);
}
