/* The scene's own palette on a panel, and whether the page is dark. */

/** A panel's magnitude limit and a value give a place from -1 to 1 on its role's scale. */
export function scalePosition(value, vmax) {
  if (value === null || value === -Infinity) return -1;
  return vmax > 0 ? Math.max(-1, Math.min(1, value / vmax)) : 0;
}

export function colorAt(stops, position) {
  for (let i = 1; i < stops.length; i += 1) {
    const [left, low] = stops[i - 1];
    const [right, high] = stops[i];
    if (position <= right) {
      const share = (position - left) / (right - left);
      const mix = (from) => {
        const a = parseInt(low.slice(from, from + 2), 16);
        const b = parseInt(high.slice(from, from + 2), 16);
        return Math.floor(a + (b - a) * share + 0.5)
          .toString(16)
          .padStart(2, "0");
      };
      return "#" + mix(1) + mix(3) + mix(5);
    }
  }
  return stops[stops.length - 1][1];
}

/** Is the page dark? Read from Streamlit's own variable, by way of a canvas, which understands every CSS color. */
export function themeOf(root) {
  const declared = getComputedStyle(root).getPropertyValue("--st-background-color").trim();
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = "#ffffff";
  if (declared) context.fillStyle = declared;
  const hex = context.fillStyle;
  const rgb = hex.startsWith("#")
    ? [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16))
    : (hex.match(/[\d.]+/g) || ["255", "255", "255"]).slice(0, 3).map(Number);
  return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2] < 128 ? "dark" : "light";
}

/** Hand the palette to the style sheet. */
export function styleRoot({ root, theme, palette }) {
  root.dataset.theme = theme;
  const { text, accent, hatch, frame, muted, ink } = palette;
  for (const [name, color] of Object.entries({ ...text, accent, hatch, frame, muted, ink }))
    root.style.setProperty(`--stage-${name}`, color);
}
