// All articles: search, filters, reading, deleting.

import { article as fetchArticle, explain, get, send } from "./api.js";
import { confirmed } from "./dialogs.js";
import { facts, isRtl, make } from "./dom.js";
import { marked } from "./passage.js";
import { closePanel, openPanel } from "./panel.js";
import { articleView, reveal, sourceView } from "./source.js";
import { onLanguage, text } from "./strings.js";

const element = (id) => document.getElementById(id);
const PAGE = 30;
let latest = 0;
let shown = 0;

function filters() {
  const query = new URLSearchParams();
  const form = new FormData(element("filters"));
  for (const [name, value] of form) if (value && name !== "q") query.set(name, value);
  return query;
}

/** Fills the list anew, or with the next articles of it. */
export async function refresh({ more = false } = {}) {
  const turn = ++latest;
  const words = element("search").value.trim();
  try {
    const found = words ? await search(words) : await browse(more ? shown : 0);
    if (turn !== latest) return; // Another search began meanwhile.
    if (!more) element("found").replaceChildren();
    element("found").append(...found.entries);
    shown = element("found").children.length;
    element("more").hidden = Boolean(words) || shown >= found.total;
    element("total").textContent = words ? text("hits", { count: found.total }) : text("articles", { count: found.total });
    element("nothing").hidden = found.total > 0;
  } catch (error) {
    if (turn === latest) element("total").textContent = explain(error);
  }
}

async function browse(offset) {
  const query = filters();
  for (const [name, value] of Object.entries({ offset, limit: PAGE, order: "newest" })) query.set(name, value);
  const { articles, total } = await get(`articles?${query}`);
  return { entries: articles.map((article) => entry(article, (from) => openArticle(article.id, from))), total };
}

async function search(words) {
  const query = filters();
  query.set("q", words);
  query.set("k", PAGE);
  const { hits } = await get(`search?${query}`);
  return { entries: hits.map((hit) => entry(hit, (from) => openHit(hit, from), marked(hit.text))), total: hits.length };
}

function entry(about, open, passage = []) {
  const title = make("bdi", { className: "title", textContent: about.title ?? text("untitled") });
  const button = make("button", { type: "button", className: "found" }, title, facts(about.source, about.date));
  button.addEventListener("click", () => open(button));
  return make("li", { dir: isRtl(title.textContent) ? "rtl" : "ltr" }, button, passage.length ? make("div", { className: "excerpt" }, ...passage) : null);
}

async function openArticle(id, from) {
  try {
    openPanel(articleView(await fetchArticle(id)), { from, foot: [remover(id)] });
  } catch (error) {
    element("total").textContent = explain(error);
  }
}

/** A passage that was found, in its article. */
function openHit(hit, from) {
  const { view, ready } = sourceView({ citations: new Map(), passages: new Map([[hit.passage_id, hit]]) }, hit);
  openPanel(view, { from, foot: [remover(hit.article_id)] });
  return ready.then(() => reveal(view));
}

function remover(id) {
  const remove = make("button", { type: "button", className: "plain danger", words: "delete_article" });
  remove.addEventListener("click", async () => {
    const title = element("panel-body").querySelector(".headline").textContent;
    if (!(await confirmed("delete_article", title, "delete"))) return;
    try {
      await send("DELETE", `articles/${encodeURIComponent(id)}`);
      closePanel();
      await refreshAll();
    } catch (error) {
      remove.after(make("p", { className: "failure", role: "alert", textContent: explain(error) }));
    }
  });
  return remove;
}

async function outlets() {
  const { sources } = await get("sources");
  const select = element("outlet");
  const chosen = select.value;
  const options = sources.map(({ source, articles }) => make("option", { value: source, textContent: `${source} (${articles})` }));
  select.replaceChildren(select.options[0], ...options);
  select.value = sources.some(({ source }) => source === chosen) ? chosen : "";
}

/** The list and the outlets to choose from, after something changed. */
export async function refreshAll() {
  await Promise.all([refresh(), outlets().catch(() => {})]);
}

let waiting = 0;
element("filters").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(refresh, 250);
});
element("filters").addEventListener("submit", (event) => {
  event.preventDefault();
  refresh();
});
element("filters").addEventListener("reset", () => setTimeout(refresh));
element("more").addEventListener("click", () => refresh({ more: true }));
onLanguage(() => {
  if (!element("view-articles").hidden) refresh();
});
