// The words of the interface in both languages, and the switch between them.

const STORED = "dalil.language";
const LANGUAGES = ["ar", "en"];
let all = { ar: {}, en: {} };
let current = "en";

/** One string in a language, by itself that of the interface, its {placeholders} filled in. */
export function text(key, values = {}, language = current) {
  const found = all[language][key] ?? key;
  return found.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function has(key) {
  return key in all[current];
}

export function otherLanguage() {
  return LANGUAGES.find((language) => language !== current);
}

/** Shows the interface in a language: every word, and the side on which it begins. */
export function show(language) {
  current = language;
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-text]")) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll("[data-placeholder]")) element.placeholder = text(element.dataset.placeholder);
  const button = document.getElementById("switch");
  if (button) button.lang = otherLanguage();
  document.title = text("title");
}

/** The same, and remembered for the next visit. */
export function choose(language) {
  show(language);
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // Storage can be switched off; then the choice lasts as long as the page.
  }
}

export async function load() {
  all = await (await fetch("/strings.json")).json();
  show(preferred());
}

function preferred() {
  let stored = null;
  try {
    stored = localStorage.getItem(STORED);
  } catch {
    stored = null;
  }
  if (LANGUAGES.includes(stored)) return stored;
  return (navigator.languages ?? [navigator.language]).some((language) => language.startsWith("ar")) ? "ar" : "en";
}
