/* Tells the server where a stage stands. The address says it, without the server; a file that is made there has to know. */

const LOOK_MS = 250; // nobody is told of an address that a script writes, so it is looked at

export default function standing({ data, parentElement, setStateValue }) {
  const look = () => {
    const asked = new URLSearchParams(window.location.search);
    const own = ["step", "order", "view"].map((name) => `${data.stage}_${name}`).filter((name) => asked.has(name));
    const now = new URLSearchParams(own.map((name) => [name, asked.get(name)])).toString();
    if (now === data.known || now === parentElement.told) return;
    parentElement.told = now;
    setStateValue("at", now);
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
