/** Signs of buttons; each stands beside a text or a label that says the same. */
import { html } from "../html.js";

const PATHS = {
  undo: "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 0 12h-3",
  redo: "m15 7 5 5-5 5M20 12H10a6 6 0 0 0 0 12h3",
  lock: "M7 11V8a5 5 0 0 1 10 0v3M5 11h14v10H5z",
  unlock: "M7 11V8a5 5 0 0 1 9.6-2M5 11h14v10H5z",
  remove: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  sun: "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2",
  moon: "M20 14A8 8 0 0 1 10 4a8 8 0 1 0 10 10",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9h.01",
  variations: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  keep: "M7 4h10v16l-5-4-5 4z",
  kept: "M5 12l5 5 9-10",
  exit: "M13 4h6v16h-6M4 12h11M11 8l4 4-4 4",
  zoom: "M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12M15 15l5 5M10 7v6M7 10h6",
  zoomOut: "M10 4a6 6 0 1 1 0 12 6 6 0 0 1 0-12M15 15l5 5M7 10h6",
  stop: "M6 6h12v12H6z",
  left: "M14 5l-7 7 7 7",
  right: "M10 5l7 7-7 7",
  up: "M5 14l7-7 7 7",
  down: "M5 10l7 7 7-7",
  near: "M12 5v14M5 12h14",
  far: "M5 12h14",
};

/** @typedef {keyof typeof PATHS} IconName */

/** @param {{name: IconName}} props */
export function Icon({ name }) {
  const box = name === "undo" || name === "redo" ? "2 4 20 22" : "0 0 24 24";
  return html`<svg class="icon" viewBox=${box} aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
}
