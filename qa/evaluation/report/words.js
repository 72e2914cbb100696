"use strict";

// Everything a dataset, a system or an article said reaches the page through textContent; there is no innerHTML here.

const DATA = JSON.parse(document.getElementById("data").textContent);
const STORED = "dalil.report.language";
const MINUS = "\u2212";
let language = "en";

/** A word of the interface, its {placeholders} filled in. */
function word(key, values = {}, part = "words") {
  const found = DATA.labels[part][key];
  const text = found ? found[language] : key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));
}

const verdictWord = (name) => word(name, {}, "verdicts");

/** An element with properties, attributes (a dash or `role` in the name) and children, which are texts or elements. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.includes("-") || name === "role" || name === "for") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A text that is not the interface's own: in the direction of its own first strong letter. */
function foreign(text, tag = "bdi", className = "") {
  const element = make(tag, { className });
  element.dir = "auto";
  element.textContent = text;
  return element;
}

/** A number with its unit, left to right also inside Arabic. */
function numeral(text, className = "") {
  const element = make("bdi", { className, dir: "ltr" });
  element.textContent = text;
  return element;
}

function written(value, kind, sign = false) {
  if (value === null || value === undefined) return "–";
  const plus = sign && value > 0 ? "+" : "";
  let text;
  if (kind === "share") text = (value * 100).toFixed(1) + (sign ? "" : "%");
  else if (kind === "score") text = value.toFixed(3);
  else if (kind === "ms") text = Math.abs(value) < 1000 ? `${value.toFixed(0)} ms` : `${(value / 1000).toFixed(2)} s`;
  else text = value.toFixed(1);
  return (plus + text).replace("-", MINUS);
}

function interval(bounds, kind, sign = false) {
  if (!bounds) return "";
  const [low, high] = bounds.map((value) => written(value, kind, sign).replace("%", ""));
  return `[${low.endsWith(" ms") && high.endsWith(" ms") ? low.slice(0, -3) : low}, ${high}]`;
}

/** The interval beside a figure; on narrow screens below it. */
function bounded(bounds, kind, sign = false) {
  return make("span", { className: "interval" }, numeral(interval(bounds, kind, sign)));
}

const count = (number) => number.toLocaleString("en");

/** One spelling for searching: without tashkeel, tatweel and accents, alefs, yas and ta marbutas as one, digits as 0-9. */
function fold(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f\u064b-\u065f\u0670\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g, "")
    .replace(/[أإآٱ]/g, "ا")
    .replace(/ى/g, "ي")
    .replace(/ة/g, "ه")
    .replace(/[٠-٩]/g, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x0660 + 0x30))
    .toLowerCase();
}

function preferredLanguage() {
  try {
    const stored = localStorage.getItem(STORED);
    if (stored === "ar" || stored === "en") return stored;
  } catch {
    // Storage can be switched off; then the browser's languages decide.
  }
  return (navigator.languages ?? [navigator.language]).some((name) => name.startsWith("ar")) ? "ar" : "en";
}

function chooseLanguage(name) {
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // Then the choice lasts as long as the page.
  }
}
