// Elements. Everything that comes from articles goes in as text, never as HTML.

import { text } from "./strings.js";

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  add: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  bin: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12",
  close: "M6 6l12 12M18 6L6 18",
  copy: "M9 9h10v11H9zM5 15V4h10",
  down: "M7 13V4h9l4 1-1 8h-5v6c-2 0-2-3-4-6zM3 4h1v9H3z",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  help: "M9 9.5a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 18v.2",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  menu: "M4 7h16M4 12h16M4 17h16",
  moon: "M19 14.5A7.5 7.5 0 0 1 9.5 5a7.5 7.5 0 1 0 9.5 9.5z",
  out: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  pen: "M5 19l1-4L16 5l3 3L9 18z",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  send: "M12 19V5M6 11l6-6 6 6",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6L7 7M17 17l1.4 1.4M5.6 18.4L7 17M17 7l1.4-1.4",
  up: "M7 11v9h9l4-1-1-8h-5V5c-2 0-2 3-4 6zM3 11h1v9H3z",
};
const MIRRORED = new Set(["back", "out"]);

/** An element. `words` names a string, which then follows the language switch; `dir` and `data` are set as attributes. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { dir, words, label, tip, data, icon: drawn, ...others } = properties;
  if (dir) element.dir = dir;
  Object.assign(element.dataset, data);
  if (words) {
    element.dataset.text = words;
    element.textContent = text(words);
  }
  if (label) name(element, label);
  if (tip) {
    element.dataset.tip = tip;
    element.title = text(tip);
  }
  Object.assign(element, others);
  if (drawn) element.append(icon(drawn));
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** Gives an element its accessible name, which follows the language switch. */
export function name(element, key) {
  element.dataset.label = key;
  element.setAttribute("aria-label", text(key));
}

/** A button that only shows a picture; its words are its name and its tip. */
export function iconButton(drawn, words, onclick, properties = {}) {
  return make("button", { type: "button", className: "icon-button", icon: drawn, label: words, tip: words, onclick, ...properties });
}

export function icon(drawn) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", MIRRORED.has(drawn) ? "icon mirrored" : "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[drawn]);
  svg.append(path);
  return svg;
}

/** An address to follow, if it is one of the web: an article's could be anything, a script too. */
export function safeAddress(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link to an article's own address that tells it nothing, or null. */
export function outside(address, words) {
  const href = safeAddress(address);
  if (!href) return null;
  return make("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, make("span", { words }), icon("out"));
}

export function isRtl(words) {
  return /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(words);
}

/** Outlet, day and the like in one line, each in its own direction. */
export function facts(...parts) {
  const line = make("span", { className: "where" });
  for (const part of parts.filter(Boolean)) {
    if (line.hasChildNodes()) line.append(" · ");
    line.append(make("bdi", { textContent: part }));
  }
  return line;
}

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Puts words on the clipboard. Pages that came without encryption, as inside a newsroom's network, have only the old way. */
export async function copyText(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  const box = make("textarea", { className: "unseen", value: words, ariaHidden: "true" });
  const before = document.activeElement;
  (document.querySelector("dialog[open]") ?? document.body).append(box);
  box.select();
  document.execCommand("copy");
  box.remove();
  before?.focus({ preventScroll: true });
}

/** Something kept between visits, where that is possible. */
export function remember(key, value) {
  try {
    if (value === undefined) return localStorage.getItem(`dalil.${key}`);
    if (value === null) localStorage.removeItem(`dalil.${key}`);
    else localStorage.setItem(`dalil.${key}`, value);
  } catch {
    // Storage can be switched off; then the choice lasts as long as the page.
  }
  return null;
}
