// What the keyboard does. By the place of a key, not its letter, so that it is the same under an Arabic layout.

import { make } from "./dom.js";
import { tell } from "./dialogs.js";

const SHORTCUTS = [
  { keys: ["Ctrl", "K"], words: "key_ask", match: (event) => (event.ctrlKey || event.metaKey) && event.code === "KeyK" },
  { keys: ["Alt", "N"], words: "key_new", match: (event) => event.altKey && event.code === "KeyN" },
  { keys: ["Alt", "A"], words: "key_articles", match: (event) => event.altKey && event.code === "KeyA" },
  { keys: ["Alt", "L"], words: "key_language", match: (event) => event.altKey && event.code === "KeyL" },
  { keys: ["Alt", "C"], words: "key_theme", match: (event) => event.altKey && event.code === "KeyC" },
  { keys: ["Ctrl", "/"], words: "key_help", match: (event) => (event.ctrlKey || event.metaKey) && event.code === "Slash" },
  { keys: ["Esc"], words: "key_leave", match: (event) => event.key === "Escape" },
];
const IN_THE_BOX = [
  { keys: ["Enter"], words: "key_send" },
  { keys: ["Shift", "Enter"], words: "key_line" },
  { keys: ["↑"], words: "key_before" },
];

/** Calls `actions[words]` for the shortcut of that name; an action that gives false leaves the key to the browser. */
export function listen(actions) {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const found = SHORTCUTS.find((one) => one.match(event));
    if (found && actions[found.words]() !== false) event.preventDefault();
  });
}

/** The list of them. */
export function help() {
  const rows = [...SHORTCUTS, ...IN_THE_BOX].map(({ keys, words }) => {
    const shown = keys.flatMap((key, place) => [place ? " + " : "", make("kbd", { textContent: key })]);
    return make("tr", {}, make("th", { scope: "row", words }), make("td", { dir: "ltr" }, ...shown));
  });
  return tell("shortcuts", make("table", { className: "keys" }, make("tbody", {}, ...rows)));
}
