/* The stage: plays a scene (explainer/scene) step by step in the browser, without a server.
 *
 * A step, a hovered cell and a pinned cell all select ties; the cells those ties touch light up on every panel.
 * Streamlit calls the default export for every change of data or theme; so do the HTML export and the tests.
 */

import { stepPieces } from "../player/captions.js";
import { Lookup } from "../player/lookup.js";
import { orderOf } from "../player/playback.js";
import { textOf } from "../player/wording.js";
import { linkedView, noteSettings, onHistory, tellAddress } from "./address.js";
import { takeData } from "./classroom.js";
import { styleRoot, themeOf } from "./colors.js";
import { buildStage, refreshControls } from "./controls.js";
import { html } from "./dom.js";
import { paintPanel } from "./drawing.js";
import { canEdit, openEditor } from "./editing.js";
import { isFull, onFullChange, toggleFull } from "./filling.js";
import { listenToKeys } from "./keys.js";
import { lightStep } from "./motion.js";
import { showHelp } from "./overlays.js";
import { savePicture } from "./picture.js";
import { onResize, relayout } from "./placing.js";
import { drawOrders, drawViews, goByHand, pause, repaintProgress, rest, setSpeed, toggle } from "./playing.js";
import { drawQuestion, judge, reveal, setPredict } from "./predicting.js";
import {
  keepFocus,
  lightFocus,
  onClick,
  onDoubleClick,
  onPanelFocus,
  onPointer,
  setCursor,
  setHover,
} from "./pointing.js";
import { paintOverviews } from "./windows.js";

let stages = 0;

class Stage {
  constructor(root) {
    this.root = root;
    this.uid = stages += 1;
    Object.assign(this, {
      step: 0,
      speed: 1,
      playing: false,
      predict: false,
      revealed: false,
      score: { right: 0, asked: 0 },
    });
    Object.assign(this, { pin: null, hover: null, cursor: null, timers: {}, views: new Map(), seen: 0 });
    buildStage(this);
    this.listen();
  }

  listen() {
    const c = this.controls;
    const moves = {
      first: () => 0,
      previous: () => this.step - 1,
      next: () => this.step + 1,
      last: () => this.lastStep,
    };
    for (const [name, to] of Object.entries(moves)) c[name].onclick = () => goByHand(this, to());
    c.play.onclick = () => toggle(this);
    c.slider.oninput = () => goByHand(this, Number(c.slider.value), false);
    c.speed.onchange = () => setSpeed(this, Number(c.speed.value));
    c.predict.onclick = () => setPredict(this, !this.predict);
    c.reveal.onclick = () => reveal(this);
    c.full.onclick = () => toggleFull(this);
    c.svg.onclick = () => savePicture(this, "svg");
    c.png.onclick = () => savePicture(this, "png");
    this.deafen = listenToKeys(this);
    c.help.onclick = () => showHelp(this);
    c.ask.onsubmit = (event) => {
      event.preventDefault();
      judge(this);
    };
    this.board.onpointermove = (event) => onPointer(this, event);
    this.board.onpointerleave = () => setHover(this, null);
    this.board.onclick = (event) => onClick(this, event);
    this.board.ondblclick = (event) => onDoubleClick(this, event);
    this.board.onpointerdown = (event) => {
      this.pointer = event.pointerType;
    };
    this.board.onmousedown = (event) => keepFocus(this, event);
    this.board.addEventListener("focusin", (event) => onPanelFocus(this, event));
    this.board.addEventListener("focusout", () => setCursor(this, null));
    this.resizing = new ResizeObserver(() => onResize(this));
    this.resizing.observe(this.root);
    this.onFull = () => {
      onFullChange(this);
      this.controls.full.setAttribute("aria-pressed", String(this.full));
      onResize(this, true);
    };
    this.onPrint = () => {
      this.printing = true;
      this.setTheme(this.look);
    };
    this.onPrinted = () => {
      this.printing = false;
      this.setTheme(this.look);
    };
    this.onHistory = () => onHistory(this);
    window.addEventListener("popstate", this.onHistory);
    document.addEventListener("fullscreenchange", this.onFull);
    window.addEventListener("beforeprint", this.onPrint);
    window.addEventListener("afterprint", this.onPrinted);
    this.calm = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  destroy() {
    pause(this, false);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
    this.resizing.disconnect();
    this.deafen();
    window.removeEventListener("popstate", this.onHistory);
    document.removeEventListener("fullscreenchange", this.onFull);
    window.removeEventListener("beforeprint", this.onPrint);
    window.removeEventListener("afterprint", this.onPrinted);
  }

  /** Take a scene; the visitor's place survives whatever leaves the panels as they were (an edited value, say). */
  setScene(scene) {
    const json = JSON.stringify(scene);
    if (json === this.json) return;
    const shape = JSON.stringify([
      scene.name,
      scene.panels.map((panel) => [panel.id, panel.shape]),
      scene.orders.map((order) => order.id),
    ]);
    const same = shape === this.shape;
    const asked = this.scene && this.scene.step === scene.step ? 0 : scene.step || 0; // an old start says nothing new
    const first = !this.scene;
    const kept = scene.name === this.scene?.name && scene.orders.some(({ id }) => id === this.order); // not: an example
    this.lookup = new Lookup(scene);
    Object.assign(this, { json, shape, scene: this.lookup.scene });
    if (!same) {
      pause(this, false);
      Object.assign(this, {
        order: kept ? this.order : scene.order || scene.orders[0].id,
        asked: this.asked || linkedView(this, scene) || scene.view,
        step: asked,
        pin: null,
        hover: null,
        cursor: null,
        revealed: false,
      });
      if (!first) this.tell();
    }
    const open = this.closeEditor?.();
    this.step = Math.max(0, Math.min(this.step, this.lastStep));
    this.root.setAttribute("aria-label", `${scene.name}, step by step`);
    this.theme = this.look;
    this.palette = scene.palette[this.theme];
    drawOrders(this);
    drawViews(this);
    relayout(this);
    if (same && open && canEdit(this, open.place)) openEditor(this, open.place, open.typed);
    if (first) noteSettings(this);
    if (same) this.tell(); // whoever changed the values may have written an address without the stage's place
  }

  setTheme(theme) {
    if (!this.scene || (theme === this.theme && this.palette === this.scene.palette[theme])) return;
    this.theme = theme;
    this.palette = this.scene.palette[theme];
    for (const view of this.views.values()) paintPanel(view);
    paintOverviews(this);
    styleRoot(this);
    this.refresh();
  }

  /** The page's theme; on paper always light. */
  get look() {
    return this.printing ? "light" : themeOf(this.root);
  }

  /** Does the stage fill the screen, or the whole window? */
  get full() {
    return isFull(this);
  }

  /** Large type: on a projector, in full screen. */
  get large() {
    return this.full || this.root.classList.contains("lecture");
  }

  resized() {
    this.controls.full.setAttribute("aria-pressed", String(this.full));
    onResize(this, true);
  }

  get current() {
    return orderOf(this.lookup, this.order);
  }

  get lastStep() {
    return this.current.steps.length - 1;
  }

  /** Let the page's address follow, at once after a deliberate change. */
  tell(deliberate = false) {
    tellAddress(this, deliberate);
  }

  drawQuestion() {
    drawQuestion(this);
  }

  rest() {
    rest(this);
  }

  announce() {
    this.live.textContent = this.sentence();
  }

  /** What a step does, in words; the present step if none is named. */
  sentence(step = this.step) {
    const hidden = this.predict && !this.revealed;
    return `Step ${step + 1} of ${this.lastStep + 1}: ${textOf(stepPieces(this.lookup, this.order, step, hidden))}`;
  }

  refresh() {
    repaintProgress(this);
    lightStep(this, 0);
    lightFocus(this);
    refreshControls(this);
  }

  get focus() {
    return this.pin || this.hover || this.cursor;
  }
}

const mounted = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  let root = parentElement.querySelector(".stage");
  if (!root) root = parentElement.appendChild(html("div", { class: "stage" }));
  let player = mounted.get(parentElement);
  if (!player || player.root !== root) {
    const before = player;
    before?.destroy();
    player = new Stage(root);
    mounted.set(parentElement, player);
  }
  player.setStateValue = setStateValue;
  player.address = data.address;
  takeData(player, data);
  player.setTheme(player.look);
  return () => {
    player.destroy();
    mounted.delete(parentElement);
  };
}
