// Answers as elements. Everything that comes from articles goes in as text, never as HTML.

import { text } from "./strings.js";

// Markers, and the quotes that stand before one: each keeps its own direction whatever stands around it.
const PARTS = /(«.*?»(?=\s*\[\d+\])|“.*?”(?=\s*\[\d+\])|\[\d+\])/;

let turns = 0;

export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { dir, words, ...others } = properties;
  if (dir) element.dir = dir;
  // Words of the interface follow the language switch even after they were shown.
  if (words) {
    element.dataset.text = words;
    element.textContent = text(words);
  }
  Object.assign(element, others);
  element.append(...children);
  return element;
}

/** The frame of one question and its answer. */
export function turn(question) {
  turns += 1;
  const article = make("article", { className: "turn", id: `turn-${turns}` });
  const answer = make("div", { className: "answer" });
  const sources = make("div", { className: "sources" });
  article.append(make("h2", { dir: "auto", textContent: question }), answer, sources);
  return { article, answer, sources, citations: new Map(), passages: new Map() };
}

/** Adds passages and citations that arrived, so that markers and quotes can be resolved. */
export function learn(shown, { passages = [], citations = [] }) {
  for (const passage of passages) shown.passages.set(passage.passage_id, passage);
  for (const citation of citations) shown.citations.set(citation.marker, citation);
}

/** One verified claim, while the answer is still being made. */
export function addClaim(shown, claim) {
  const numbers = claim.citations;
  if (shown.citations.get(numbers[0])?.quote === claim.text) {
    shown.answer.append(...quotation(shown, "", claim.text, shown.citations.get(numbers[0])));
    return;
  }
  const markers = numbers.map((number) => `[${number}]`).join(" ");
  const line = claim.text.includes(markers) ? claim.text : `${claim.text} ${markers}`;
  shown.answer.append(paragraph(shown, line));
}

/** The whole answer in place of what was shown so far. */
export function finish(shown, answer) {
  learn(shown, answer);
  shown.answer.replaceChildren(...(answer.mode === "extractive" ? quotations(shown, answer) : paragraphsOf(shown, answer.answer)));
  if (answer.short && !answer.refused) {
    // These words belong to the answer, so they are in its language, not in that of the interface.
    const dir = answer.language === "ar" ? "rtl" : "ltr";
    const few = make("bdi", { textContent: answer.short });
    shown.answer.prepend(make("p", { className: "short", dir }, `${text("short", {}, answer.language)}: `, few));
  }
  shown.answer.classList.toggle("refused", answer.refused);
  shown.answer.lang = answer.language;
  shown.sources.replaceChildren();
  if (answer.refused) {
    if (answer.passages.length) list(shown, "nearest", answer.passages.map((passage, n) => passageCard(passage, n + 1)));
  } else {
    list(shown, "sources", answer.citations.map((citation) => citationCard(shown, citation)));
  }
}

function paragraphsOf(shown, words) {
  return words.split("\n").filter((line) => line.trim()).map((line) => paragraph(shown, line));
}

/** An answer in the articles' own words, one quote under the other, cut at the quotes themselves: an article may hold a [1] too. */
function quotations(shown, answer) {
  const found = [];
  let rest = answer.answer;
  for (const citation of answer.citations) {
    const mark = `[${citation.marker}]`;
    const start = rest.indexOf(citation.quote);
    const end = start < 0 ? -1 : rest.indexOf(mark, start + citation.quote.length);
    if (end < 0) break;
    const opens = Math.max(start - 1, 0);
    found.push(...quotation(shown, rest.slice(0, opens).trim(), rest.slice(opens, end).trim(), citation));
    rest = rest.slice(end + mark.length);
  }
  return [...found, ...paragraphsOf(shown, rest)];
}

/** A quote and its marker after "According to X:", which stands on a line of its own when the quote reads in the other direction. */
function quotation(shown, lead, quote, citation) {
  const marked = [" ", marker(shown, citation)];
  // A quote that begins its paragraph gives it its direction, which a bdi would not.
  if (!lead) return [make("p", { dir: "auto" }, quote, ...marked)];
  if (isRtl(lead) !== isRtl(quote)) return [make("p", { dir: "auto" }, lead), make("p", { dir: "auto" }, quote, ...marked)];
  return [make("p", { dir: "auto" }, `${lead} `, make("bdi", { textContent: quote }), ...marked)];
}

function isRtl(words) {
  return /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}]/u.test(words);
}

export function fail(shown, message) {
  shown.answer.append(make("p", { className: "failure", dir: "auto", textContent: message }));
}

function list(shown, words, cards) {
  const items = cards.map((card) => make("li", {}, card));
  shown.sources.append(make("h3", { words }), make("ol", {}, ...items));
}

function paragraph(shown, line) {
  const element = make("p", { dir: "auto" });
  for (const part of line.split(PARTS).filter(Boolean)) {
    const number = /^\[(\d+)\]$/.exec(part);
    const citation = number && shown.citations.get(Number(number[1]));
    if (citation) element.append(marker(shown, citation));
    // A quote that begins its paragraph gives it its direction, which a bdi would not.
    else element.append(/^[«“]/.test(part) && element.hasChildNodes() ? make("bdi", { textContent: part }) : part);
  }
  return element;
}

function marker(shown, citation) {
  const button = make("button", { type: "button", className: "marker", textContent: String(citation.marker) });
  const title = citation.title ?? text("untitled");
  button.setAttribute("aria-label", text("open_source", { number: citation.marker, title }));
  button.setAttribute("aria-expanded", "false");
  button.dataset.marker = citation.marker;
  button.addEventListener("click", () => openCard(shown, citation.marker));
  return button;
}

function openCard(shown, number) {
  const card = shown.sources.querySelector(`details[data-marker="${number}"]`);
  if (!card) return;
  card.open = true;
  card.querySelector("summary").focus({ preventScroll: true });
  (card.querySelector("mark") ?? card).scrollIntoView({ block: "center" });
}

function citationCard(shown, citation) {
  const card = frame(citation, `[${citation.marker}]`);
  card.dataset.marker = citation.marker;
  const body = make("div", { className: "passage" }, ...quoted(citation, shown.passages.get(citation.passage_id)));
  const links = make("p", { className: "links" });
  const address = safeAddress(citation.url);
  if (address) {
    links.append(make("a", { words: "original", href: address, target: "_blank", rel: "noopener noreferrer nofollow" }));
  }
  const others = (citation.also ?? []).map((other) => other.source ?? other.url ?? other.article_id).filter(Boolean);
  if (others.length) links.append(make("span", { words: "also" }), ": ", make("bdi", { textContent: others.join("، ") }));
  if (links.hasChildNodes()) body.append(links);
  card.append(body);
  card.addEventListener("toggle", () => {
    for (const button of shown.answer.querySelectorAll(`[data-marker="${citation.marker}"]`)) {
      button.setAttribute("aria-expanded", String(card.open));
    }
  });
  return card;
}

function passageCard(passage, number) {
  const card = frame(passage, String(number));
  card.append(make("div", { className: "passage" }, ...paragraphs(passage.text, 0, 0)));
  return card;
}

function frame(about, number) {
  const title = make("span", { className: "title" }, make("bdi", { textContent: about.title ?? text("untitled") }));
  const where = make("span", { className: "where" });
  for (const part of [about.source, about.date].filter(Boolean)) {
    if (where.hasChildNodes()) where.append(" · ");
    where.append(make("bdi", { textContent: part }));
  }
  const summary = make(
    "summary",
    {},
    make("bdi", { className: "number", textContent: number }),
    make("span", { className: "about" }, title, where),
  );
  return make("details", {}, summary);
}

/** The passage with the quote marked in it; only the quote where its passage was not sent. */
function quoted(citation, passage) {
  const start = passage ? citation.start - passage.start : 0;
  const end = passage ? citation.end - passage.start : 0;
  // Offsets count code points; JavaScript's own indexes count UTF-16 units.
  const whole = Array.from(passage?.text ?? "");
  if (start < 0 || whole.slice(start, end).join("") !== citation.quote) {
    const quote = Array.from(citation.quote);
    return paragraphs(citation.quote, 0, quote.length);
  }
  return paragraphs(passage.text, start, end);
}

function paragraphs(words, start, end) {
  const found = [];
  let offset = 0;
  for (const line of words.split("\n")) {
    const chars = Array.from(line);
    const from = Math.min(Math.max(start - offset, 0), chars.length);
    const to = Math.min(Math.max(end - offset, 0), chars.length);
    if (line.trim()) {
      const element = make("p", { dir: "auto" }, chars.slice(0, from).join(""));
      if (to > from) element.append(make("mark", { textContent: chars.slice(from, to).join("") }));
      element.append(chars.slice(to).join(""));
      found.push(element);
    }
    offset += chars.length + 1;
  }
  return found;
}

/** An address to follow, if it is one of the web: an article's could be anything, a script too. */
function safeAddress(address) {
  try {
    const url = new URL(address);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}
