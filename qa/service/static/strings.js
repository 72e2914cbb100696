// The words of the interface in both languages.

const ATTRIBUTES = { label: "aria-label", placeholder: "placeholder", tip: "title" };
let all = { ar: {}, en: {} };
let current = "en";
const roots = new Set();
const listeners = new Set();

/** One string in a language, by itself that of the interface, its {placeholders} filled in; words in them keep their own direction. */
export function text(key, values = {}, language = current) {
  const found = all[language][key] ?? key;
  const fill = (value) => (typeof value === "string" ? `\u2068${value}\u2069` : value);
  return found.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? fill(values[name]) : whole));
}

export function has(key) {
  return key in all[current];
}

export function language() {
  return current;
}

export function direction() {
  return current === "ar" ? "rtl" : "ltr";
}

/** The day of a moment, in the language of the interface. */
export function day(moment) {
  const date = new Date(moment);
  const written = { day: "numeric", month: "long", year: "numeric" };
  return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(current === "ar" ? "ar-u-nu-latn" : "en-GB", written).format(date);
}

/** Calls `listener` whenever the language changes. */
export function onLanguage(listener) {
  listeners.add(listener);
}

/** Puts the words into every element under `root` that names one. */
export function translate(root) {
  for (const element of root.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const [name, attribute] of Object.entries(ATTRIBUTES)) {
    for (const element of root.querySelectorAll(`[data-${name}]`)) element.setAttribute(attribute, text(element.dataset[name]));
  }
}

/** Shows everything under the roots in a language. */
export function show(chosen) {
  current = chosen;
  for (const root of roots) translate(root);
  for (const listener of listeners) listener(chosen);
}

/** Fetches the words and shows what is under `root` in `chosen` from then on. */
export async function load(address, root, chosen) {
  roots.add(root);
  all = await (await fetch(address)).json();
  show(chosen);
}
