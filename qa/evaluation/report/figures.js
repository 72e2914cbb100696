// The summary, the figures with their intervals, the comparison, and how the runs were made.

const VERDICTS = ["correct", "refused_rightly", "refused_wrongly", "wrong", "answered_unanswerable", "failed", "ungraded"];

function figureOf(group, figure) {
  return [group?.[figure.section]?.[figure.name], group?.intervals?.[figure.section]?.[figure.name]];
}

function figureCell(group, figure, tag = "td") {
  const [value, bounds] = figureOf(group, figure);
  const cell = make(tag, { className: "number" }, numeral(written(value, figure.kind)));
  if (bounds) cell.append(" ", bounded(bounds, figure.kind));
  return cell;
}

function figureName(figure, helped = true) {
  const name = make("th", { scope: "row" }, make("span", {}, figure[language]), " ", numeral(figure.name, "code"));
  if (helped && figure[`help_${language}`]) name.append(make("span", { className: "help" }, figure[`help_${language}`]));
  return name;
}

/** A table that scrolls by itself where it is too wide, also with the keyboard. */
function wide(caption, ...rows) {
  const table = make("table", { className: "figures" }, make("caption", { className: "hidden" }, caption), ...rows);
  return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": caption }, table);
}

const head = (...cells) => make("thead", {}, make("tr", {}, ...cells));
const column = (content, className = "") => make("th", { scope: "col", className }, content);

/** Rows of figures under the headings of their groups. */
function grouped(rows, width) {
  const body = make("tbody");
  let heading = null;
  for (const [figure, row] of rows) {
    if (figure.group !== heading) {
      heading = figure.group;
      body.append(make("tr", { className: "group" }, make("th", { colSpan: width, scope: "rowgroup" }, word(heading, {}, "sections"))));
    }
    body.append(row);
  }
  return body;
}

function summary() {
  const parts = [];
  for (const [number, run] of DATA.runs.entries()) {
    const failed = run.metrics.verdicts?.failed;
    const about = () => (DATA.runs.length > 1 ? [foreign(run.name), ": "] : []);
    if (run.info.complete === false) parts.push(make("p", { className: "banner" }, ...about(), word("unfinished")));
    if (failed) {
      const button = make("button", { type: "button", className: "link", onclick: () => showVerdict("failed", number) }, word("show_them"));
      parts.push(make("p", { className: "banner" }, ...about(), word("some_failed", { n: count(failed) }), " ", button));
    }
  }
  const cards = make("dl", { className: "cards" });
  for (const key of DATA.headlines) {
    const figure = DATA.figures.find((item) => `${item.section}/${item.name}` === key);
    const card = make("div", { className: "card" }, make("dt", {}, figure[language]));
    for (const run of DATA.runs) {
      const [value, bounds] = figureOf(run.metrics, figure);
      const line = make("dd", {}, numeral(written(value, figure.kind), "big"), " ", bounded(bounds, figure.kind));
      if (DATA.runs.length > 1) line.prepend(make("span", { className: "run" }, foreign(run.name)));
      card.append(line);
    }
    cards.append(card);
  }
  parts.push(cards, make("p", { className: "quiet" }, word("intervals_note")));
  for (const [number, run] of DATA.runs.entries()) parts.push(verdicts(run, number));
  return parts;
}

function verdicts(run, number) {
  const found = run.metrics.verdicts ?? {};
  const all = VERDICTS.reduce((sum, name) => sum + (found[name] ?? 0), 0) || 1;
  const bar = make("div", { className: "bar" });
  const keys = make("ul", { className: "keys" });
  for (const name of VERDICTS.filter((item) => found[item])) {
    const part = make("span", { className: `part ${name}` });
    part.style.flexGrow = found[name];
    bar.append(part);
    const text = [make("span", { className: `dot ${name}` }), `${verdictWord(name)} `, numeral(`${count(found[name])} (${((found[name] / all) * 100).toFixed(0)}%)`)];
    keys.append(make("li", {}, make("button", { type: "button", className: "link", onclick: () => showVerdict(name, number) }, ...text)));
  }
  bar.setAttribute("aria-hidden", "true");
  const heading = make("h3", {}, word("what_happened", { n: count(run.metrics.questions ?? all) }));
  if (DATA.runs.length > 1) heading.append(" · ", foreign(run.name));
  const causes = Object.entries(run.metrics.causes ?? {}).sort((a, b) => b[1] - a[1]);
  const list = make("ul", { className: "causes" }, ...causes.map(([name, times]) => make("li", {}, make("span", {}, numeral(count(times))), make("div", {}, word(name, {}, "causes")))));
  return make("div", {}, heading, bar, keys, ...(causes.length ? [make("p", { className: "quiet" }, word("where_lost")), list] : []));
}

function figures() {
  const single = DATA.runs.length === 1;
  const languages = Object.keys(DATA.runs[0].metrics.by?.lang ?? {});
  const columns = single
    ? [[word("all"), DATA.runs[0].metrics], ...(languages.length > 1 ? languages.map((name) => [word(name, {}, "languages"), DATA.runs[0].metrics.by.lang[name]]) : [])]
    : DATA.runs.map((run) => [run.name, run.metrics]);
  const heads = columns.map(([name, group]) => {
    const cell = column(foreign(name), "number");
    cell.append(" ", numeral(`(${count(group.questions ?? 0)})`, "quiet"));
    return cell;
  });
  const rows = DATA.figures.map((figure) => [figure, make("tr", {}, figureName(figure), ...columns.map(([, group]) => figureCell(group, figure)))]);
  const body = grouped(rows, columns.length + 1);
  const table = wide(word("figures"), head(column(word("figure")), ...heads), body);
  return [table, ...(single ? ["type", "source"] : ["lang", "type", "source"]).flatMap((part) => parts(part))];
}

/** The headline figures by type or source, folded away. */
function parts(part) {
  return DATA.runs.flatMap((run) => {
    const groups = Object.entries(run.metrics.by?.[part] ?? {}).sort((a, b) => (b[1].questions ?? 0) - (a[1].questions ?? 0));
    if (groups.length < 2) return [];
    const shown = DATA.headlines.map((key) => DATA.figures.find((item) => `${item.section}/${item.name}` === key));
    const rows = groups.map(([name, group]) =>
      make("tr", {}, make("th", { scope: "row" }, foreign(part === "lang" ? word(name, {}, "languages") : name), " ", numeral(`(${group.questions ?? 0})`, "quiet")), ...shown.map((figure) => figureCell(group, figure))));
    const caption = word(`by_${part}`) + (DATA.runs.length > 1 ? ` · ${run.name}` : "");
    const table = wide(caption, head(column(word(part === "lang" ? "language" : part)), ...shown.map((figure) => column(figure[language], "number"))), make("tbody", {}, ...rows));
    return [make("details", {}, make("summary", {}, caption), table)];
  });
}

function comparisons() {
  return DATA.comparisons.flatMap((item) => {
    const [base, other] = [DATA.runs[item.base].name, DATA.runs[item.other].name];
    const table = differences(word("comparison"), item.figures, base, other);
    const tallies = ["won", "lost", "same"].map((name) =>
      make("button", { type: "button", className: `tally ${name}`, onclick: () => showOutcome(name, item.other) },
        numeral(count(item.counts[name] ?? 0), "big"), " ", word(name, {}, "outcomes")));
    const notes = [word("compare_note", { n: count(item.shared) })];
    if (item.not_shared) notes.push(word("not_shared", { n: count(item.not_shared) }));
    const warning = item.other_text ? make("p", { className: "banner" }, word("other_text", { n: count(item.other_text) })) : null;
    const heading = make("h3");
    const [first, second] = word("compared").split(/\{other\}|\{base\}/).slice(1);
    heading.append(foreign(other), first, foreign(base), second ?? "");
    return [heading, warning, make("p", {}, word("won_lost")), make("div", { className: "tallies" }, ...tallies), table,
      make("p", { className: "quiet" }, notes.join(" "))].filter(Boolean);
  });
}

function differences(caption, rows, base, other) {
  const known = rows.map((row) => [DATA.figures.find((item) => item.section === row.section && item.name === row.name), row]);
  const heads = head(column(word("figure")), column(foreign(base), "number"), column(foreign(other), "number"),
    column(word("difference"), "number"), column("p", "number"), column(word("corrected"), "number"), column(word("significant")));
  return wide(caption, heads, grouped(known.map(([figure, row]) => [figure, differenceRow(figure, row)]), 7));
}

function differenceRow(figure, row) {
  const difference = make("td", { className: "number" }, numeral(written(row.difference, figure.kind, true)), " ",
    bounded(row.low === null ? null : [row.low, row.high], figure.kind, true));
  return make("tr", {}, figureName(figure, false), make("td", { className: "number" }, numeral(written(row.a, figure.kind))),
    make("td", { className: "number" }, numeral(written(row.b, figure.kind))), difference,
    ...[row.p, row.p_holm].map((p) => make("td", { className: "number" }, make("span", {}, numeral(p < 0.001 ? "<0.001" : p.toFixed(3))))),
    make("td", {}, make("span", { className: `sure ${row.verdict}` }, word(row.verdict))));
}

function about() {
  return DATA.runs.map((run) => {
    const { info, metrics } = run;
    const facts = [["run", run.name], ["dataset", metrics.dataset ?? info.dataset], ["system", metrics.system ?? info.system],
      ["count", metrics.questions], ["started", info.started], ["duration", info.wall_s == null ? null : `${info.wall_s.toFixed(0)} s`],
      ["workers", metrics.workers], ["throughput", metrics.throughput?.toFixed(2)], ["judge", info.judge?.name]];
    const list = make("dl", { className: "facts" });
    for (const [key, value] of facts.filter(([, found]) => found !== null && found !== undefined && found !== "")) {
      list.append(make("div", {}, make("dt", {}, word(key)), make("dd", {}, foreign(String(value)))));
    }
    const notes = (info.notes ?? []).map((note) => foreign(note, "p", "quiet"));
    const all = make("pre", { dir: "ltr", tabIndex: 0 });
    all.textContent = JSON.stringify({ fingerprint: info.fingerprint, versions: info.versions, judge: info.judge }, null, 2);
    return make("div", { className: "about" }, list, ...notes, make("details", {}, make("summary", {}, word("settings")), all));
  });
}
