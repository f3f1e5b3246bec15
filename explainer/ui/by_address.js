/* What is large and the same for everybody comes by address: fetched once, and then the browser's own. */

const TRIES = 3;
const PAUSE_MS = 1000;

/** Call `show(root, data)` with a component's data: as it came, or with what stands at its address. The same data is the
 * same object again. What is asked for meanwhile is shown instead; nothing can be pressed until there is something. */
export function byAddress(root, data, show) {
  const text = JSON.stringify(data);
  if (text === root.text) {
    if (root.whole) show(root, root.whole);
    return;
  }
  root.text = text;
  const { source, ...rest } = data;
  if (!source) {
    arrive(root, data, show);
    return;
  }
  root.whole = undefined;
  root.inert = true;
  fetchJson(source).then(
    (found) => root.text === text && arrive(root, { ...found, ...rest }, show),
    () => root.text === text && tell(root),
  );
}

function arrive(root, whole, show) {
  root.querySelector(":scope > .failed")?.remove();
  root.inert = false;
  root.whole = whole;
  show(root, whole);
}

async function fetchJson(address) {
  for (let left = TRIES; ;) {
    try {
      const answer = await fetch(new URL(address, document.baseURI));
      if (answer.ok) return await answer.json();
      throw new Error(`${answer.status}`);
    } catch (problem) {
      left -= 1;
      if (!left) throw problem;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

/** A figure that cannot be had says so, and is asked for again when the page is next drawn. */
function tell(root) {
  root.text = undefined;
  const words = "This figure could not be fetched from the server. Choose again, or load the page anew.";
  const place = document.createElement("p");
  Object.assign(place, { className: "failed", textContent: words });
  place.setAttribute("role", "alert");
  root.querySelector(":scope > .failed")?.remove();
  root.append(place);
}
