// Questions and their answers, while they are being made and when they are complete.

import { facts, isRtl, make, outside } from "./dom.js";
import { text } from "./strings.js";

// Markers, and the quotes that stand before one: each keeps its own direction whatever stands around it.
const PARTS = /(«.*?»(?=\s*\[\d+\])|“.*?”(?=\s*\[\d+\])|\[\d+\])/;

/** The frame of one question and its answer. `open(shown, item)` is called for a citation or passage that is asked for. */
export function turn(question, open) {
  const understood = make("p", { className: "understood", hidden: true });
  const answer = make("div", { className: "answer" });
  const notes = make("div", { className: "notes" });
  const sources = make("section", { className: "sources" });
  const tools = make("div", { className: "tools" });
  const heading = make("h2", { dir: "auto", className: "question", tabIndex: -1, textContent: question });
  const article = make("article", { className: "turn" }, heading, understood, notes, answer, sources, tools);
  return { question, article, heading, understood, answer, notes, sources, tools, open, citations: new Map(), passages: new Map() };
}

/** Keeps passages and citations that arrived, so that markers and quotes can be resolved. */
export function learn(shown, { passages = [], citations = [] }) {
  for (const passage of passages) shown.passages.set(passage.passage_id, passage);
  for (const citation of citations) shown.citations.set(citation.marker, citation);
}

/** One verified claim, while the answer is still being made. */
export function addClaim(shown, claim) {
  const numbers = claim.citations;
  const first = shown.citations.get(numbers[0]);
  if (first?.quote === claim.text) {
    shown.answer.append(...quotation(shown, "", claim.text, first));
    return;
  }
  const markers = numbers.map((number) => `[${number}]`).join(" ");
  const line = claim.text.includes(markers) ? claim.text : `${claim.text} ${markers}`;
  shown.answer.append(paragraph(shown, line));
}

/** The whole answer in place of what was shown so far. */
export function finish(shown, answer) {
  learn(shown, answer);
  shown.given = answer;
  // These words belong to the answer, so they are in its language, not in that of the interface.
  const dir = answer.language === "ar" ? "rtl" : "ltr";
  const label = (key) => make("span", { className: "label", textContent: text(key, {}, answer.language) });
  const whole = answer.mode === "extractive" ? quotations(shown, answer) : paragraphsOf(shown, answer.answer);
  shown.answer.replaceChildren(...whole);
  if (answer.short && !answer.refused) {
    const few = make("bdi", { className: "few", textContent: answer.short });
    shown.answer.prepend(make("p", { className: "short", dir }, label("short"), " ", few));
  }
  if (answer.conflict) shown.answer.prepend(make("p", { className: "conflict", dir }, label("conflict")));
  shown.answer.classList.toggle("refused", answer.refused);
  shown.answer.lang = answer.language;
  shown.notes.replaceChildren(...(answer.note ? [make("p", { className: "note", dir: "auto", textContent: answer.note })] : []));
  understand(shown, answer.standalone);
  shown.sources.replaceChildren();
  const cited = Map.groupBy(answer.citations, (citation) => citation.article_id);
  if (!answer.refused) list(shown, "sources", [...cited.values()]);
  else if (answer.passages.length) list(shown, "nearest", answer.passages.map((passage) => [passage]));
}

/** The whole question that was answered, where a short one was asked. */
function understand(shown, standalone) {
  shown.understood.hidden = !standalone || standalone === shown.question;
  if (shown.understood.hidden) return;
  shown.understood.replaceChildren(make("span", { words: "understood" }), " ", make("bdi", { textContent: standalone }));
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
    if (citation.translation) found.push(translation(citation.translation));
    rest = rest.slice(end + mark.length);
  }
  return [...found, ...paragraphsOf(shown, rest)];
}

/** A quote and its marker after "According to X:", which stands on a line of its own when the quote reads in the other direction. */
function quotation(shown, lead, quote, citation) {
  const marked = ["\u00a0", marker(shown, citation)]; // which never begins a line
  // A quote that begins its paragraph gives it its direction, which a bdi would not.
  const lang = citation.language ?? "";
  const alone = make("p", { dir: "auto", className: "quote", lang }, quote, ...marked);
  if (!lead) return [alone];
  if (isRtl(lead) !== isRtl(quote)) return [make("p", { dir: "auto", className: "lead" }, ...isolated(lead, citation)), alone];
  const led = make("span", { className: "lead" }, ...isolated(lead, citation), " ");
  return [make("p", { dir: "auto", className: "quote" }, led, make("bdi", { textContent: quote, lang }), ...marked)];
}

/** "According to X (2018-05-20):" with the outlet and the day each in its own direction: a day after Arabic words is turned round. */
function isolated(lead, citation) {
  for (const part of [citation.date, citation.source].filter(Boolean)) {
    const at = lead.lastIndexOf(part);
    if (at < 0) continue;
    const before = isolated(lead.slice(0, at), { source: part === citation.date ? citation.source : null });
    return [...before, make("bdi", { textContent: part }), lead.slice(at + part.length)];
  }
  return [lead];
}

/** A quote in the other language, and who translated it. */
export function translation({ text: words, language, by }) {
  const label = make("span", { words: "translation", className: "label" });
  const who = by ? make("span", { className: "where" }, " (", make("bdi", { textContent: by }), ")") : "";
  const said = make("span", { lang: language ?? "", dir: "auto", className: "said", textContent: words });
  return make("p", { className: "translation" }, label, who, said);
}

export function fail(shown, message) {
  shown.answer.append(make("p", { className: "failure", dir: "auto", role: "alert", textContent: message }));
}

function list(shown, words, groups) {
  const entries = groups.map((items, place) => entry(shown, items, items.map((item) => item.marker ?? place + 1).join(" ")));
  shown.sources.append(make("h3", { words }), make("ol", {}, ...entries));
}

/** One near passage, or the quotes of one article: a button that opens the first. Quotes and address follow on paper only. */
function entry(shown, items, number) {
  const item = items[0];
  const about = make(
    "span",
    { className: "about" },
    make("bdi", { className: "title", textContent: item.title ?? text("untitled") }),
    facts(item.source, item.date),
    // Near passages may be of one article: only their words tell them apart.
    item.marker ? null : make("span", { className: "snippet", dir: "auto", textContent: item.text }),
  );
  const button = make("button", { type: "button", className: "source" }, make("span", { className: "number", textContent: number }), about);
  if (item.marker) button.dataset.article = item.article_id;
  else button.dataset.passage = item.passage_id;
  button.addEventListener("click", () => shown.open(shown, item, button));
  const printed = items.map((one) => make("blockquote", { className: "printed", dir: "auto", textContent: one.quote ?? one.text }));
  const link = outside(item.url, "original");
  if (link) link.replaceChildren(make("bdi", { textContent: link.href }));
  const address = link ? make("p", { className: "printed" }, link) : null;
  return make("li", { dir: isRtl(item.title ?? item.quote ?? item.text) ? "rtl" : "ltr" }, button, ...printed, address);
}

function paragraph(shown, line) {
  const element = make("p", { dir: "auto" });
  for (const part of line.split(PARTS).filter(Boolean)) {
    const number = /^\[(\d+)\]$/.exec(part);
    const citation = number && shown.citations.get(Number(number[1]));
    if (citation) element.append(marker(shown, citation));
    else if (part === " ") element.append("\u00a0");
    // A quote that begins its paragraph gives it its direction, which a bdi would not.
    else element.append(/^[«“]/.test(part) && element.hasChildNodes() ? make("bdi", { textContent: part }) : part);
  }
  return element;
}

function marker(shown, citation) {
  const button = make("button", { type: "button", className: "marker", textContent: String(citation.marker) });
  const about = [citation.title ?? text("untitled"), citation.source, citation.date].filter(Boolean).join(" · ");
  button.setAttribute("aria-label", text("open_source", { number: citation.marker, title: about }));
  button.title = about;
  button.dataset.marker = citation.marker;
  button.addEventListener("click", () => shown.open(shown, citation, button));
  return button;
}

/** Shows which citation or passage is open beside the answer; `null` for none. */
export function point(shown, item) {
  for (const button of shown.article.querySelectorAll(".marker, .source")) {
    const { marker, article, passage } = button.dataset;
    const cited = marker === String(item?.marker) || article === item?.article_id;
    if (item && (item.marker ? cited : passage === item.passage_id)) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

/** An answer with its sources as plain text, for a report or a message. */
export function plain(answer) {
  const say = (key) => text(key, {}, answer.language);
  const lines = [answer.question, ""];
  if (answer.short && !answer.refused) lines.push(`${say("short")} ${answer.short}`, "");
  lines.push(answer.answer);
  if (answer.citations.length) lines.push("", say("sources"));
  for (const one of answer.citations) {
    // A day after Arabic words would be turned round.
    const date = one.date && `\u2066${one.date}\u2069`;
    lines.push(`[${one.marker}] ${[one.title ?? say("untitled"), one.source, date].filter(Boolean).join(" · ")}`);
    if (!answer.answer.includes(one.quote)) lines.push(`    «${one.quote}»`);
    if (one.url) lines.push(`    ${one.url}`);
  }
  return lines.join("\n");
}
