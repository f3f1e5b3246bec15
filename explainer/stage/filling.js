/* Full screen, or the whole window where the browser refuses. */

export async function toggleFull(stage) {
  if (stage.root.classList.contains("filling")) return fillWindow(stage, false);
  if (stage.full) return document.exitFullscreen();
  try {
    return await stage.root.requestFullscreen();
  } catch {
    return fillWindow(stage, true); // phones that refuse full screen to anything but video: fill the window instead
  }
}

function fillWindow(stage, on) {
  stage.root.classList.toggle("filling", on);
  stage.resized();
}
