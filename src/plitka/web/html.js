/** Markup as a tagged template: `html\`<p>${text}</p>\``. What is put in is text, never markup. */
import htm from "./vendor/htm.js";
import { h } from "./vendor/preact.js";

export const html = htm.bind(h);
