// The source beside the answer: an article with the quotes marked where they stand, or the passage alone.

import { article as fetchArticle } from "./api.js";
import { translation } from "./answer.js";
import { calm, facts, isRtl, make, outside } from "./dom.js";
import { marked, slice } from "./passage.js";
import { text } from "./strings.js";

/** What of an article to show: its id, the spans to mark, which of them was asked for, and what to show if it is gone. */
function wanted(shown, item) {
  const same = [...shown.citations.values()].filter((one) => one.article_id === item.article_id);
  if (!item.marker) return { item, spans: [{ start: item.start, end: item.end, className: "passage", quote: item.text }] };
  const spans = same.map((one) => ({
    start: one.start,
    end: one.end,
    quote: one.quote,
    className: one.marker === item.marker ? "chosen" : "other",
    data: { marker: one.marker },
  }));
  return { item, spans };
}

/** The source of a citation or passage as an element; the article comes when it has been fetched. */
export function sourceView(shown, item) {
  const { spans } = wanted(shown, item);
  const body = make("div", { className: "text", lang: item.language ?? "" });
  const view = make("article", { className: "article" }, head(item), body);
  if (item.translation) body.before(translation(item.translation));
  const ready = fill(body, item, spans, shown.passages.get(item.passage_id));
  return { view, ready: ready.then(() => reveal(view)) };
}

/** An article as it is stored, for browsing. */
export function articleView(article) {
  const body = make("div", { className: "text", lang: article.language }, ...marked(article.text));
  return make("article", { className: "article" }, head(article), body);
}

function head(item) {
  const title = make("h2", { className: "headline", dir: "auto", tabIndex: -1, textContent: item.title ?? text("untitled") });
  const about = make("p", { className: "byline" }, facts(item.source, item.date));
  const links = make("p", { className: "links" });
  const link = outside(item.url, "original");
  if (link) links.append(link);
  const others = (item.also ?? []).map((other) => other.source ?? other.url ?? other.article_id).filter(Boolean);
  if (others.length) links.append(make("span", {}, make("span", { words: "also" }), ": ", make("bdi", { textContent: others.join("، ") })));
  return make("header", { dir: isRtl(title.textContent) ? "rtl" : "ltr" }, about, title, links.hasChildNodes() ? links : null);
}

async function fill(body, item, spans, passage) {
  body.replaceChildren(...fromPassage(item, spans, passage));
  body.ariaBusy = "true";
  await fillWhole(body, item, spans);
  body.ariaBusy = "false";
}

async function fillWhole(body, item, spans) {
  let article;
  try {
    article = await fetchArticle(item.article_id, { quiet: true });
  } catch {
    body.before(make("p", { className: "note", words: "only_passage" }));
    return;
  }
  // An article that changed since must not be marked at places that say something else now.
  if (spans.some((span) => slice(article.text, span.start, span.end) !== span.quote)) {
    body.before(make("p", { className: "note", words: "changed" }));
    return;
  }
  body.replaceChildren(...marked(article.text, spans));
}

/** What the answer itself brought: the passage with its quotes marked, or the quote alone. */
function fromPassage(item, spans, passage) {
  const whole = passage?.text ?? "";
  const inside = spans
    .map((span) => ({ ...span, start: span.start - (passage?.start ?? 0), end: span.end - (passage?.start ?? 0) }))
    .filter((span) => span.start >= 0 && slice(whole, span.start, span.end) === span.quote);
  if (inside.some((span) => span.className !== "other")) return marked(whole, inside);
  const quote = item.quote ?? item.text;
  return marked(quote, [{ start: 0, end: Array.from(quote).length, className: "chosen" }]);
}

/** Scrolls to what was asked for. */
export function reveal(view) {
  const place = view.querySelector("mark.chosen, mark.passage");
  place?.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
}
