// The browsable table: filters, order, pages. Only the rows of one page are in the document.

const PAGE_SIZE = 25;
const filters = { verdicts: new Set(), outcomes: new Set(), run: DATA.runs.length - 1, low: false, below: 0.5, language: "", type: "", source: "", search: "", sort: "given" };
let shownPage = 0;
let open = new Set();
const folded = new Map();

const made = (question) => question.runs[filters.run];
const outcomes = () => DATA.comparisons.find((item) => item.other === filters.run)?.outcomes;

function haystack(question) {
  if (!folded.has(question)) {
    const said = question.runs.filter(Boolean).flatMap((run) => [run.answer, run.short, run.error, ...(run.citations ?? []).flatMap((item) => [item.quote, item.title])]);
    folded.set(question, fold([question.id, question.question, ...(question.gold ?? []), ...(question.gold_other ?? []), ...said].filter(Boolean).join("\n")));
  }
  return folded.get(question);
}

function fits(question, words, found) {
  const run = made(question);
  if (filters.verdicts.size && !filters.verdicts.has(run?.verdict)) return false;
  if (filters.outcomes.size && !filters.outcomes.has(found?.[question.id])) return false;
  if (filters.low && !(run && run.confidence != null && run.confidence < filters.below)) return false;
  for (const name of ["language", "type", "source"]) if (filters[name] && question[name] !== filters[name]) return false;
  return words.every((part) => haystack(question).includes(part));
}

function matching() {
  const words = fold(filters.search).split(/\s+/).filter(Boolean);
  const found = outcomes();
  const list = DATA.questions.filter((question) => fits(question, words, found));
  const by = (value, direction) => list.sort((a, b) => direction * ((value(made(a)) ?? direction * Infinity) - (value(made(b)) ?? direction * Infinity)) || 0);
  if (filters.sort === "confidence") by((run) => run?.confidence, 1);
  if (filters.sort === "confidence_down") by((run) => run?.confidence, -1);
  if (filters.sort === "f1") by((run) => run?.metrics?.f1, 1);
  if (filters.sort === "latency") by((run) => run?.latency_ms, -1);
  return list;
}

function chip(name, set, text, className = "") {
  const box = make("input", { type: "checkbox", checked: set.has(name), value: name });
  box.addEventListener("change", () => { box.checked ? set.add(name) : set.delete(name); refresh(); });
  return make("label", { className: `chip ${className}` }, box, make("span", { className: `dot ${name}` }), text);
}

/** The run whose verdicts count; the first one has nothing to win against. */
function chooseRun(number) {
  filters.run = number;
  if (!outcomes()) filters.outcomes.clear();
  questions();
}

function choice(key, label, values, write = (value) => value) {
  const select = make("select", { id: `filter-${key}` }, ...values.map((value) => {
    const option = make("option", { value: String(value), selected: filters[key] === value });
    option.textContent = write(value);
    return option;
  }));
  select.addEventListener("change", () => { key === "run" ? chooseRun(Number(select.value)) : (filters[key] = select.value, refresh()); });
  return make("label", { className: "field" }, make("span", {}, label), select);
}

/** A list of the values that questions have, or nothing where there is no choice. */
function choiceOf(key, write) {
  const values = [...new Set(DATA.questions.map((question) => question[key]).filter(Boolean))].sort();
  return values.length > 1 ? choice(key, word(key), ["", ...values], (value) => (value === "" ? word("all") : write ? write(value) : value)) : null;
}

function controls() {
  const present = VERDICTS.filter((name) => DATA.questions.some((question) => question.runs.some((run) => run?.verdict === name)));
  const verdictBox = make("fieldset", {}, make("legend", {}, word("verdict")), ...present.map((name) => chip(name, filters.verdicts, verdictWord(name))));
  const found = outcomes();
  const outcomeBox = found
    ? make("fieldset", {}, make("legend", {}, word("outcome", { base: DATA.runs[0].name })), ...["won", "lost", "same"].map((name) => chip(name, filters.outcomes, word(name, {}, "outcomes"))))
    : null;
  const search = make("input", { type: "search", id: "filter-search", value: filters.search, dir: "auto", placeholder: word("search_hint") });
  let waiting = 0;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { filters.search = search.value; refresh(); }, 150);
  });
  const low = make("input", { type: "checkbox", checked: filters.low, id: "filter-low" });
  const below = make("input", { type: "number", min: 0, max: 1, step: 0.05, value: filters.below, dir: "ltr", "aria-label": word("low_confidence") });
  low.addEventListener("change", () => { filters.low = low.checked; refresh(); });
  below.addEventListener("input", () => { filters.below = Number(below.value); if (filters.low) refresh(); });
  const clear = make("button", { type: "button", onclick: () => { resetFilters(); questions(); } }, word("reset"));
  const hasConfidence = DATA.questions.some((question) => question.runs.some((run) => run?.confidence != null));
  return make("form", { className: "controls", role: "search", "aria-label": word("filters"), onsubmit: (event) => event.preventDefault() },
    make("div", { className: "row" },
      make("label", { className: "field grow" }, make("span", {}, word("search")), search),
      DATA.runs.length > 1 ? choice("run", word("of_run"), DATA.runs.map((_, number) => number), (number) => DATA.runs[number].name) : null),
    verdictBox, outcomeBox,
    make("div", { className: "row" },
      hasConfidence ? make("span", { className: "chip" }, make("label", {}, low, word("low_confidence")), below) : null,
      choiceOf("language", (value) => word(value, {}, "languages")), choiceOf("type"), choiceOf("source"),
      choice("sort", word("sort"), ["given", "confidence", "confidence_down", "f1", "latency"], (value) => word(`sort_${value}`)), clear));
}

function resetFilters() {
  filters.verdicts.clear();
  filters.outcomes.clear();
  Object.assign(filters, { low: false, language: "", type: "", source: "", search: "" });
  shownPage = 0;
}

function questionRow(question) {
  const name = `detail-${DATA.questions.indexOf(question)}`;
  const isOpen = open.has(question.id);
  const button = foreign(question.question || question.id, "button", "question");
  Object.assign(button, { type: "button", onclick: () => toggle(question) });
  button.setAttribute("aria-expanded", isOpen);
  if (isOpen) button.setAttribute("aria-controls", name);
  const about = make("span", { className: "help" }, numeral(question.id), ...[question.type, question.language && word(question.language, {}, "languages")].filter(Boolean).flatMap((text) => [" · ", foreign(text)]));
  const gold = question.gold?.length ? question.gold.map((text) => foreign(text, "p", "clip")) : [make("p", { className: "quiet" }, question.answerable === false ? word("no_gold") : "–")];
  const run = made(question);
  const said = run ? [foreign(run.short || run.answer || run.error || "–", "p", "clip")] : [make("p", { className: "quiet" }, word("missing"))];
  const confidence = numeral(run?.confidence == null ? "–" : run.confidence.toFixed(2));
  const won = outcomes()?.[question.id];
  const judged = question.runs.map((item, number) => verdictMark(item, number)).concat(won && won !== "same" ? [make("span", { className: `sure ${won === "won" ? "better" : "worse"}` }, word(won, {}, "outcomes"))] : []);
  const cell = (label, className, ...content) => make("td", { className, "data-label": label }, ...content);
  const row = make("tr", { className: isOpen ? "open" : "" }, make("td", { className: "main" }, button, about), cell(word("answer"), "", ...said),
    cell(word("gold"), "", ...gold), cell(word("verdict"), "judged", ...judged), cell(word("confidence"), "number", confidence));
  if (!isOpen) return [row];
  return [row, make("tr", { className: "detail" }, make("td", { colSpan: 5, id: name }, ...detail(question)))];
}

function verdictMark(run, number) {
  const mark = make("span", { className: `verdict ${run?.verdict ?? "missing"}` }, make("span", { className: `dot ${run?.verdict}` }), run ? verdictWord(run.verdict) : word("missing"));
  if (DATA.runs.length > 1) mark.prepend(foreign(DATA.runs[number].name, "bdi", "run"), " ");
  return mark;
}

function toggle(question) {
  open.has(question.id) ? open.delete(question.id) : open.add(question.id);
  const place = DATA.questions.indexOf(question);
  refresh(false);
  document.querySelector(`[data-place="${place}"] .question`)?.focus();
}

/** The rows of the page again; from the first page on unless told to stay. */
function refresh(first = true) {
  if (first) shownPage = 0;
  const list = matching();
  const pages = Math.max(1, Math.ceil(list.length / PAGE_SIZE));
  shownPage = Math.min(shownPage, pages - 1);
  const body = make("tbody");
  for (const question of list.slice(shownPage * PAGE_SIZE, (shownPage + 1) * PAGE_SIZE)) {
    const rows = questionRow(question);
    rows[0].dataset.place = DATA.questions.indexOf(question);
    body.append(...rows);
  }
  document.querySelector("#list tbody").replaceWith(body);
  document.getElementById("none").hidden = list.length > 0;
  document.getElementById("shown").textContent = word("shown", { n: count(list.length), all: count(DATA.questions.length) });
  for (const pager of document.querySelectorAll(".pager")) {
    const [previous, where, next] = pager.children;
    where.textContent = word("page", { n: shownPage + 1, all: pages });
    previous.disabled = shownPage === 0;
    next.disabled = shownPage >= pages - 1;
    pager.hidden = pages === 1;
  }
}

function pager() {
  const turn = (step) => () => { shownPage += step; refresh(false); document.getElementById("list").scrollIntoView(); };
  return make("div", { className: "pager" }, make("button", { type: "button", onclick: turn(-1) }, word("previous")), make("span"),
    make("button", { type: "button", onclick: turn(1) }, word("next")));
}

function questions() {
  const heads = ["question", "answer", "gold", "verdict", "confidence"].map((key) => column(word(key), key === "confidence" ? "number" : ""));
  const table = make("table", { id: "list" }, make("caption", { className: "hidden" }, word("questions")), head(...heads), make("tbody"));
  const leftOut = DATA.total > DATA.questions.length ? make("p", { className: "banner" }, word("left_out", { all: count(DATA.total), n: count(DATA.questions.length) })) : null;
  const status = make("p", { id: "shown", role: "status", className: "quiet" });
  document.getElementById("questions-body").replaceChildren(...[leftOut, controls(), make("div", { className: "over" }, status, pager()), table,
    make("p", { id: "none", hidden: true }, word("none")), pager()].filter(Boolean));
  refresh(false);
}

function show(change) {
  resetFilters();
  change();
  questions();
  document.getElementById("questions").scrollIntoView();
  document.getElementById("questions").focus({ preventScroll: true });
}
const showVerdict = (name, run) => show(() => { filters.run = run; filters.verdicts.add(name); });
const showOutcome = (name, run) => show(() => { filters.run = run; filters.outcomes.add(name); });
