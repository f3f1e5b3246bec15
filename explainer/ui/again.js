// Draws the page again after a lost connection.
//
// The server keeps a visit for half a minute; a lid that was closed for longer, or a server that was restarted, makes a
// new visit of it. That one has drawn no page yet, so it knows none of the page's parts, and a changed setting, which
// asks for its own part only, would get no answer. A whole run tells it.

const STATE = "data-test-connection-state";

export default function again({ parentElement, setTriggerValue }) {
  const app = document.querySelector(`.stApp[${STATE}]`);
  if (!app || !parentElement) return undefined;
  let lost = false;
  const look = () => {
    const connected = app.getAttribute(STATE) === "CONNECTED";
    if (connected && lost) setTriggerValue("again", true);
    lost = !connected;
  };
  const observer = new MutationObserver(look);
  observer.observe(app, { attributes: true, attributeFilter: [STATE] });
  return () => observer.disconnect();
}
