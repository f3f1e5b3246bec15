/* The pixel that is read, and around it what the network's score maps see of the photo. */

const FIELD_COLORS = { 8: "#fde047", 16: "#67e8f9", 32: "#f9a8d4" };

export function marksOn(viewer, canvas, dense) {
  const { field } = viewer.state;
  const read = viewer.state.hovered ?? viewer.state.pinned;
  if (!read) return;
  const context = canvas.getContext("2d");
  const { width, height } = viewer.data;
  const [kx, ky] = [canvas.width / width, canvas.height / height];
  const [x, y] = [(read[0] + 0.5) * kx, (read[1] + 0.5) * ky];
  if (field && viewer.data.fields) for (const one of viewer.data.fields) fieldOn(viewer, read, context, one, dense);
  for (const [color, wide] of [
    ["#000000", 4],
    ["#ffffff", 2],
  ]) {
    context.strokeStyle = color;
    context.lineWidth = wide * dense;
    context.beginPath();
    context.arc(x, y, 6 * dense, 0, 7);
    context.stroke();
  }
}

/** The window that the nearest pixel of a score map sees, in the network's own coordinates (corners aligned). */
function fieldOn(viewer, read, context, { stride, reach }, dense) {
  const [high, wide] = viewer.data.working;
  const { width, height } = viewer.data;
  const center = (at, length, side) => Math.round(((at / Math.max(1, length - 1)) * (side - 1)) / stride) * stride;
  const [kx, ky] = [context.canvas.width / wide, context.canvas.height / high];
  const [cx, cy] = [center(read[0], width, wide), center(read[1], height, high)];
  const clip = (low, side) => Math.max(0, Math.min(side, low));
  const [left, top] = [clip(cx - reach, wide) * kx, clip(cy - reach, high) * ky];
  const [right, bottom] = [clip(cx + reach + 1, wide) * kx, clip(cy + reach + 1, high) * ky];
  const inset = 3 * dense;
  for (const [color, line] of [
    ["rgba(0,0,0,.8)", 5],
    [FIELD_COLORS[stride], 2.5],
  ]) {
    context.strokeStyle = color;
    context.lineWidth = line * dense;
    context.strokeRect(left + inset, top + inset, right - left - 2 * inset, bottom - top - 2 * inset);
  }
  const text = `stride ${stride}: ${2 * reach + 1} × ${2 * reach + 1}`;
  context.font = `600 ${12 * dense}px system-ui, sans-serif`;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.lineWidth = 3 * dense;
  context.strokeStyle = "rgba(0,0,0,.9)";
  context.fillStyle = FIELD_COLORS[stride];
  const [x, y] = [left + inset + 4 * dense, top + inset + 4 * dense];
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}
