/* Full screen. On a page the figure's whole place fills it, so that its line of settings comes along; where the browser
 * refuses, and in an offline page, whatever fills the window does. */

/** What the page marks as the figure's place: the stage with its settings above it. */
function placeOf(stage) {
  const host = stage.root.getRootNode().host ?? stage.root;
  return host.closest('[class*="st-key-figure_"]');
}

export const isFull = (stage) =>
  stage.root.classList.contains("filling") ||
  stage.root.classList.contains("filled") ||
  stage.root.getRootNode().fullscreenElement === stage.root;

export async function toggleFull(stage) {
  const on = !isFull(stage);
  if (!on) return leaveFull(stage);
  const place = placeOf(stage);
  // Menus of the settings open beside the page's other content: the document fills the screen, the place the document.
  if (place) fillPlace(stage, place, true);
  try {
    await (place ? document.documentElement : stage.root).requestFullscreen();
  } catch {
    if (!place) fillWindow(stage, true); // phones that refuse full screen to anything but video
  }
}

export function leaveFull(stage) {
  const place = placeOf(stage);
  if (place) fillPlace(stage, place, false);
  if (stage.root.classList.contains("filling")) fillWindow(stage, false);
  if (document.fullscreenElement) document.exitFullscreen();
}

/** Whoever leaves by the browser's own key leaves the figure's place too. */
export function onFullChange(stage) {
  const place = placeOf(stage);
  if (place && !document.fullscreenElement && stage.root.classList.contains("filled")) fillPlace(stage, place, false);
}

function fillPlace(stage, place, on) {
  stage.root.classList.toggle("filled", on);
  place.toggleAttribute("data-full", on); // an attribute, since the page writes its classes anew
  const background = getComputedStyle(stage.root).getPropertyValue("--st-background-color");
  place.style.background = on ? background : "";
  stage.resized();
}

function fillWindow(stage, on) {
  stage.root.classList.toggle("filling", on);
  stage.resized();
}
