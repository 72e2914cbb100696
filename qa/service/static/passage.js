// Texts of articles as paragraphs, with spans marked. Spans count code points; JavaScript's own indexes count UTF-16 units.

import { make } from "./dom.js";

/** The text between two code points. */
export function slice(words, start, end) {
  return /[\ud800-\udfff]/.test(words) ? Array.from(words).slice(start, end).join("") : words.slice(start, end);
}

/** Paragraphs of `words`; each span `{start, end, className, data}` becomes a `mark`, where an earlier one does not hold its place. */
export function marked(words, spans = []) {
  const chars = /[\ud800-\udfff]/.test(words) ? Array.from(words) : words;
  const ordered = spans.filter((span) => span.end > span.start).sort((a, b) => a.start - b.start);
  const found = [];
  let offset = 0;
  for (const line of words.split("\n")) {
    const length = chars === words ? line.length : Array.from(line).length;
    if (line.trim()) found.push(paragraph(chars, offset, offset + length, ordered));
    offset += length + 1;
  }
  return found;
}

function paragraph(chars, start, end, spans) {
  const cut = (from, to) => (typeof chars === "string" ? chars.slice(from, to) : chars.slice(from, to).join(""));
  const element = make("p", { dir: "auto" });
  let at = start;
  for (const span of spans) {
    const from = Math.max(span.start, at);
    const to = Math.min(span.end, end);
    if (to <= from) continue;
    element.append(cut(at, from), make("mark", { className: span.className ?? "", data: span.data, textContent: cut(from, to) }));
    at = to;
  }
  element.append(cut(at, end));
  return element;
}
