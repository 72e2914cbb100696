// Puts the page together, and again when the language is switched.

const SECTIONS = ["summary", "comparison", "figures", "plots", "questions", "about"];

function render() {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  for (const element of document.querySelectorAll("[data-word]")) element.textContent = word(element.dataset.word);
  const compares = DATA.comparisons.length > 0;
  const names = DATA.runs.map((run) => run.name);
  const heading = word(compares ? "title_compare" : "title");
  document.title = `${heading}: ${names.join(", ")}`;
  document.getElementById("heading").textContent = heading;
  const subject = document.getElementById("subject");
  subject.replaceChildren(...names.flatMap((name, number) => [number ? " · " : "", foreign(name)]));
  const [{ metrics }] = DATA.runs;
  if (metrics.dataset && metrics.dataset !== names[0]) subject.append(` · ${word("dataset")}: `, foreign(metrics.dataset));
  const button = document.getElementById("switch");
  button.textContent = word("switch");
  button.lang = language === "ar" ? "en" : "ar";
  document.getElementById("comparison").hidden = !compares;
  const shown = SECTIONS.filter((name) => !document.getElementById(name).hidden);
  document.getElementById("contents").replaceChildren(...shown.map((name) => make("a", { href: `#${name}` }, word(name))));
  document.getElementById("contents").setAttribute("aria-label", word("contents"));
  document.getElementById("summary-body").replaceChildren(...summary());
  document.getElementById("comparison-body").replaceChildren(...comparisons());
  document.getElementById("figures-body").replaceChildren(...figures());
  document.getElementById("about-body").replaceChildren(...about());
  document.getElementById("made").textContent = word("made", { date: DATA.made });
  questions();
}

document.getElementById("switch").addEventListener("click", () => {
  language = language === "ar" ? "en" : "ar";
  chooseLanguage(language);
  render();
});
language = preferredLanguage();
if (!document.querySelector(".plot")) document.getElementById("plots").hidden = true;
render();
