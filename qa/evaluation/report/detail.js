// One question opened: what was expected, and what each run said, quoted and found.

const WINDOW = 500;

function detail(question) {
  const expected = make("dl", { className: "facts" });
  const add = (key, values, name = false) => {
    if (values?.length) expected.append(make("div", {}, make("dt", {}, word(key)), ...values.map((text) => (name ? make("dd", {}, foreign(text)) : foreign(text, "dd")))));
  };
  add("gold", question.gold);
  if (!question.gold?.length && question.answerable === false) expected.append(make("div", {}, make("dt", {}, word("gold")), make("dd", {}, word("no_gold"))));
  add("gold_other", question.gold_other);
  add("evidence", question.evidence);
  add("relevant", question.relevant, true);
  add("source", question.source && [question.source], true);
  add("conversation", question.conversation && [question.conversation], true);
  const runs = make("div", { className: "runs" }, ...question.runs.map((run, number) => runDetail(run, number, question)));
  return [expected, runs];
}

function runDetail(run, number, question) {
  const box = make("section", { className: "made" });
  if (DATA.runs.length > 1) box.append(make("h4", {}, foreign(DATA.runs[number].name)));
  if (!run) return make("section", { className: "made" }, ...box.childNodes, make("p", { className: "quiet" }, word("missing")));
  const facts = make("p", {}, make("span", { className: `verdict ${run.verdict}` }, make("span", { className: `dot ${run.verdict}` }), verdictWord(run.verdict)));
  if (run.cause) facts.append(" · ", word(run.cause, {}, "causes"));
  if (run.confidence != null) facts.append(` · ${word("confidence")} `, numeral(run.confidence.toFixed(2)));
  if (run.latency_ms != null) facts.append(` · ${word("time")} `, numeral(written(run.latency_ms, "ms")));
  box.append(facts);
  if (run.error) box.append(make("h5", {}, word("error")), foreign(run.error, "pre", "error"));
  const places = new Map();
  const citations = (run.citations ?? []).map((citation) => quoted(citation, places));
  if (run.short) box.append(make("h5", {}, word("short")), foreign(run.short, "p", "short"));
  if (run.answer) box.append(make("h5", {}, word("answer") + (run.refused ? ` (${word("refused")})` : "")), ...answerText(run.answer, places));
  else if (!run.error) box.append(make("p", { className: "quiet" }, run.refused ? word("refused") : word("no_answer")));
  if (citations.length) box.append(make("h5", {}, word("citations")), ...citations);
  if (run.notes?.length) box.append(make("h5", {}, word("notes")), ...run.notes.map((note) => foreign(note, "p")));
  if (run.passages?.length) box.append(found(run, question));
  const values = Object.entries(run.metrics ?? {});
  if (values.length) {
    const rows = values.map(([name, value]) => make("tr", {}, make("th", { scope: "row" }, numeral(name)), make("td", { className: "number" }, numeral(Number.isInteger(value) ? String(value) : value.toFixed(3)))));
    box.append(make("details", {}, make("summary", {}, word("values")), make("table", { className: "values" }, make("tbody", {}, ...rows))));
  }
  return box;
}

/** The answer by paragraphs, each in its own direction; its markers lead to their quotes. */
function answerText(text, places) {
  return text.split(/\n+/).filter((line) => line.trim()).map((line) => {
    const paragraph = make("p", { className: "said", dir: "auto" });
    for (const part of line.split(/(\[\d+\])/)) {
      const target = /^\[\d+\]$/.test(part) ? places.get(Number(part.slice(1, -1))) : undefined;
      if (!target) {
        paragraph.append(part);
        continue;
      }
      const button = make("button", { type: "button", className: "marker", onclick: () => { target.scrollIntoView({ block: "nearest" }); target.focus(); } });
      button.textContent = part.slice(1, -1);
      paragraph.append(button);
    }
    return paragraph;
  });
}

/** A quote marked in its passage, under the name of the article. */
function quoted(citation, places) {
  const passage = DATA.passages[citation.passage];
  const about = { ...passage, ...citation };
  const box = make("figure", { className: "quote", tabIndex: -1 }, caption(about, citation.marker));
  places.set(citation.marker, box);
  if (!passage) {
    if (citation.quote) box.append(make("blockquote", {}, marked(citation.quote, 0, citation.quote.length)), make("p", { className: "quiet" }, word("unplaced")));
    else box.append(make("p", { className: "quiet" }, word("no_quote")));
    return box;
  }
  const { start, end } = citation;
  const from = start > WINDOW ? passage.text.lastIndexOf(" ", start - WINDOW / 2) + 1 : 0;
  const near = passage.text.indexOf(" ", end + WINDOW / 2);
  const to = passage.text.length - end > WINDOW && near > 0 ? near : passage.text.length;
  const block = make("blockquote", {}, marked(passage.text, start, end, from, to));
  box.append(block);
  if (from > 0 || to < passage.text.length) {
    const button = make("button", { type: "button", className: "link" }, word("whole"));
    button.onclick = () => { block.replaceChildren(marked(passage.text, start, end)); block.tabIndex = -1; block.focus(); button.remove(); };
    box.append(button);
  }
  return box;
}

function marked(text, start, end, from = 0, to = text.length) {
  const paragraph = make("p", { dir: "auto", className: "passage" });
  const mark = make("mark");
  mark.textContent = text.slice(start, end);
  paragraph.append(from > 0 ? "… " : "", text.slice(from, start), mark, text.slice(end, to), to < text.length ? " …" : "");
  return paragraph;
}

function caption(about, marker) {
  const line = make("figcaption");
  if (marker !== undefined) line.append(numeral(`[${marker}]`, "number-of"), " ");
  const title = foreign(about.title || about.article_id || "–", "bdi", "title");
  // Only addresses of the web become links; an article may carry any text there.
  if (/^https?:\/\//i.test(about.url ?? "")) {
    const link = make("a", { href: about.url, target: "_blank", rel: "noopener noreferrer" }, title);
    line.append(link);
  } else line.append(title);
  for (const text of [about.source, about.date]) if (text) line.append(" · ", foreign(text));
  return line;
}

function found(run, question) {
  const list = make("ol", { className: "found" });
  const right = new Set(question.relevant ?? []);
  for (const [place, score] of run.passages) {
    const passage = DATA.passages[place];
    const line = caption(passage);
    if (right.has(passage.article_id)) line.prepend(make("span", { className: "right-one" }, "✓ "));
    if (score != null) line.append(" · ", numeral(score.toPrecision(3)));
    const item = make("li", {}, line);
    if (passage.text) item.append(foreign(passage.text.length > WINDOW ? `${passage.text.slice(0, WINDOW)} …` : passage.text, "p", "passage"));
    list.append(item);
  }
  const details = make("details", {}, make("summary", {}, `${word("passages")} (${run.passages.length})`), list);
  if (!(run.citations ?? []).length && !run.answer) details.open = true;
  return details;
}
