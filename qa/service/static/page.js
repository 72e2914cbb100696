// The page: what is shown, in which language and colours, and what the buttons do.

import { address, explain, get, onKeyNeeded } from "./api.js";
import { askLine } from "./dialogs.js";
import { icon, make, name, remember } from "./dom.js";
import { asked, fresh, resume, showAnswer, status, stop } from "./chat.js";
import { help, listen } from "./keys.js";
import { closePanel } from "./panel.js";
import { day, direction, language, load, onLanguage, show, text } from "./strings.js";
import { Talks } from "./talks.js";

const element = (id) => document.getElementById(id);
const root = document.documentElement;
let lastQuestion = "";

// -- language and colours ------------------------------------------------------------------------------------------------

onLanguage((chosen) => {
  root.lang = chosen;
  root.dir = direction();
  document.title = text("title");
  element("language").lang = chosen === "ar" ? "en" : "ar";
  fit();
});

function switchLanguage() {
  const other = language() === "ar" ? "en" : "ar";
  remember("language", other);
  show(other);
  count();
  talks.refresh();
}

const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);

function showTheme() {
  element("theme").replaceChildren(icon(isDark() ? "sun" : "moon"));
  name(element("theme"), isDark() ? "light" : "dark");
  element("theme").title = text(isDark() ? "light" : "dark");
}

/** To the other colours; those of the system are followed again when it is them that were chosen. */
function switchTheme() {
  const wanted = isDark() ? "light" : "dark";
  if ((wanted === "dark") === dark.matches) {
    delete root.dataset.theme;
    remember("theme", null);
  } else {
    root.dataset.theme = wanted;
    remember("theme", wanted);
  }
  showTheme();
}

dark.addEventListener("change", showTheme);
onLanguage(showTheme);

// -- what is shown -------------------------------------------------------------------------------------------------------

const talks = new Talks(element("talks"), {
  open: (id) => go(`#c=${encodeURIComponent(id)}`),
  gone: (id) => location.hash === `#c=${encodeURIComponent(id)}` && go("#"),
  failed: (error) => status("error", { message: explain(error) }),
});

function go(hash) {
  if (location.hash !== hash && (hash !== "#" || location.hash)) location.hash = hash;
}

/** Shows what the address names. */
async function route() {
  const shared = new URLSearchParams(location.search).get("answer");
  const [kind, id] = location.hash.slice(1).split("=");
  const browsing = kind === "articles";
  element("view-ask").hidden = browsing;
  element("view-articles").hidden = !browsing;
  for (const link of document.querySelectorAll("[data-view]")) {
    if ((link.dataset.view === "articles") === browsing) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  drawer(false);
  closePanel();
  try {
    if (shared) await openShared(shared);
    else if (browsing) await (await import("./articles.js")).refreshAll();
    else if (kind === "c" && id !== encodeURIComponent(talks.current)) await openTalk(decodeURIComponent(id));
    else if (kind !== "c" && talks.current) newTalk();
  } catch (error) {
    if (shared) element("answers").replaceChildren(make("p", { className: "failure", role: "alert", textContent: explain(error) }));
    else status("error", { message: explain(error) });
  }
}

async function openTalk(id) {
  await resume(id);
  current(id);
}

/** Which conversation is shown: marked at the side, and the one to come back to from the articles. */
function current(id) {
  talks.mark(id);
  document.querySelector('[data-view="ask"]').setAttribute("href", id ? `#c=${encodeURIComponent(id)}` : "#");
}

function newTalk() {
  fresh();
  current(null);
  go("#");
  if (!matchMedia("(pointer: coarse)").matches) element("question").focus({ preventScroll: true });
}

/** An answer that somebody shared: as it was given, to read. */
async function openShared(id) {
  document.body.classList.add("shared");
  element("empty").hidden = true;
  const { answer, created } = await get(`answers/${encodeURIComponent(id)}`, { quiet: true });
  const about = make("p", { className: "note" }, text("shared_on", { date: day(created) }), " ", make("a", { href: "./", words: "ask_own" }));
  element("answers").replaceChildren(about, showAnswer(answer, { closed: true }).article);
}

async function count() {
  const found = await get("readyz", { quiet: true }).catch(() => null);
  const some = found && found.articles > 0;
  element("count").textContent = some ? text("articles", { count: found.articles }) : "";
  element("no-articles").hidden = !found || some;
}

function drawer(open = !document.body.classList.contains("with-drawer")) {
  document.body.classList.toggle("with-drawer", open);
  element("menu").setAttribute("aria-expanded", String(open));
  if (open) element("new").focus();
}

// -- the question --------------------------------------------------------------------------------------------------------

/** The box is as high as its text, and reads in the direction of its text or, while it is empty, of the page. */
function fit() {
  const box = element("question");
  box.dir = box.value ? "auto" : root.dir;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

element("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const question = element("question").value.trim();
  if (!question || !element("stop").hidden) return;
  lastQuestion = question;
  element("question").value = "";
  fit();
  await asked(question, async (id) => {
    current(id);
    history.replaceState(null, "", `#c=${encodeURIComponent(id)}`);
    await talks.refresh();
  });
  if (element("panel").hidden) element("question").focus({ preventScroll: true });
});
element("question").addEventListener("keydown", (event) => {
  // While a word is being composed, Enter belongs to the input method.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    element("form").requestSubmit();
  } else if (event.key === "ArrowUp" && !element("question").value && lastQuestion) {
    event.preventDefault();
    element("question").value = lastQuestion;
    fit();
  }
});
element("question").addEventListener("input", fit);
element("stop").addEventListener("click", stop);

// -- adding articles -----------------------------------------------------------------------------------------------------

async function addFiles(files) {
  go("#articles");
  const [{ add }, { refreshAll }] = await Promise.all([import("./upload.js"), import("./articles.js")]);
  add(files, () => {
    refreshAll();
    count();
  });
}

const carriesFiles = (event) => event.dataTransfer?.types.includes("Files") && !document.body.classList.contains("shared");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  document.body.classList.add("dropping");
});
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
document.addEventListener("drop", async (event) => {
  document.body.classList.remove("dropping");
  if (!carriesFiles(event)) return;
  event.preventDefault();
  const { dropped } = await import("./upload.js");
  addFiles(await dropped(event.dataTransfer));
});
element("choose").addEventListener("click", () => element("files").click());
element("files").addEventListener("change", () => {
  addFiles([...element("files").files]);
  element("files").value = "";
});

// -- buttons and keys ----------------------------------------------------------------------------------------------------

for (const button of document.querySelectorAll("[data-icon]")) button.prepend(icon(button.dataset.icon));
element("menu").addEventListener("click", () => drawer());
element("shade").addEventListener("click", () => drawer(false));
element("new").addEventListener("click", newTalk);
element("language").addEventListener("click", switchLanguage);
element("theme").addEventListener("click", switchTheme);
element("help").addEventListener("click", help);
addEventListener("hashchange", route);
listen({
  key_ask: () => {
    if (!element("view-articles").hidden) document.querySelector('[data-view="ask"]').click();
    element("question").focus();
  },
  key_new: newTalk,
  key_articles: () => go("#articles"),
  key_language: switchLanguage,
  key_theme: switchTheme,
  key_help: () => void help(),
  key_leave: () => closePanel() || (document.body.classList.contains("with-drawer") && (drawer(false), true)) || stop(),
});
onKeyNeeded((again) => askLine(again ? "key_wrong" : "key_needed", "key", "", "password"));

await load(address("strings.json"), document, root.lang);
document.body.classList.remove("loading");
fit();
await Promise.all([route(), count(), talks.refresh()]);
