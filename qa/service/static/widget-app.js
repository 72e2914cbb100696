// The widget: the chat of the page in a shadow root, so that neither the site nor the widget changes the other's looks.

import { address, ask, explain, holdKey, send } from "./api.js";
import { addClaim, fail, finish, learn, plain, point, turn } from "./answer.js";
import { copyText, iconButton, make } from "./dom.js";
import { sourceView } from "./source.js";
import { load, text } from "./strings.js";

const STYLES = ["base.css", "answer.css", "widget.css"];
const TURNS_SENT = 8;

/** Adds the widget to the document. `settings` are the `data-` attributes: language, theme, position, title, key, open. */
export async function mount(settings) {
  const language = languageOf(settings.language);
  // What a site says about its own elements, however strongly, must not reach this one.
  const host = make("dalil-widget", { popover: "manual" });
  host.style.cssText = "all: initial !important; display: block !important; position: fixed !important; overflow: visible !important;";
  const shadow = host.attachShadow({ mode: "open" });
  const place = settings.position === "start" ? "start" : "end";
  const root = make("div", { className: `widget at-${place}`, lang: language, dir: language === "ar" ? "rtl" : "ltr" });
  if (["light", "dark"].includes(settings.theme)) root.dataset.theme = settings.theme;
  if (settings.key) holdKey(settings.key);
  const [styles] = await Promise.all([Promise.all(STYLES.map(sheet)), load(address("strings.json"), root, language), font()]);
  shadow.adoptedStyleSheets = styles;
  new Widget(root, settings.title ?? text("title"));
  shadow.append(root);
  document.body.append(host);
  // In the top layer, where neither the stacking nor the transforms of the site reach.
  host.showPopover?.();
  if (settings.open !== undefined) root.querySelector(".launcher").click();
  return host;
}

function languageOf(wanted) {
  const page = wanted && wanted !== "auto" ? wanted : document.documentElement.lang || navigator.language;
  return page.toLowerCase().startsWith("ar") ? "ar" : "en";
}

const own = (name) => new URL(name, import.meta.url).href;

/** A style sheet made here, which the Content-Security-Policy of the site has no say in. */
async function sheet(name) {
  const css = await (await fetch(own(name))).text();
  const made = new CSSStyleSheet();
  // The size of a rem is the site's; font faces have no effect in a shadow root.
  made.replaceSync(css.replace(/@font-face\s*\{[^}]*\}/g, "").replace(/(\d*\.?\d+)rem\b/g, (_, size) => `${size * 16}px`));
  return made;
}

async function font() {
  const bytes = await (await fetch(own("fonts/naskh.woff2"))).arrayBuffer();
  const face = new FontFace("Dalil Naskh", bytes, { weight: "400 700", unicodeRange: "U+0600-06FF, U+200C-200F", sizeAdjust: "112%" });
  document.fonts.add(await face.load());
}

class Widget {
  constructor(root, title) {
    this.root = root;
    this.history = [];
    this.running = null;
    this.launcher = make("button", { type: "button", className: "launcher", onclick: () => this.toggle(true) }, title);
    this.log = make("div", { className: "log" });
    this.status = make("p", { className: "quiet", role: "status" });
    this.spoken = make("div", { className: "unseen", ariaLive: "polite" });
    this.source = make("div", { className: "beside", hidden: true, tabIndex: 0, role: "region", label: "source" });
    this.back = iconButton("back", "back", () => this.closeSource(), { hidden: true });
    const bar = make(
      "div",
      { className: "bar" },
      this.back,
      make("h2", { textContent: title }),
      iconButton("add", "new", () => this.fresh()),
      iconButton("close", "close", () => this.toggle(false)),
    );
    this.window = make("section", { className: "window", role: "dialog", ariaLabel: title, hidden: true }, bar, this.log, this.source, this.composer());
    this.fresh();
    this.lean();
    root.append(this.launcher, this.window);
    for (const event of ["keydown", "keypress", "keyup"]) root.addEventListener(event, (pressed) => this.pressed(pressed));
  }

  composer() {
    this.box = make("textarea", { dir: "auto", rows: 1, maxLength: 2000, required: true, label: "question", data: { placeholder: "placeholder" } });
    this.box.placeholder = text("placeholder");
    this.box.addEventListener("input", () => this.lean());
    this.go = make("button", { className: "go", icon: "send", label: "ask" });
    this.halt = make("button", { type: "button", className: "go", icon: "stop", label: "stop", hidden: true, onclick: () => this.running?.abort() });
    const form = make("form", {}, this.box, this.go, this.halt);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const question = this.box.value.trim();
      if (!question || this.running) return;
      this.box.value = "";
      this.lean();
      this.asked(question);
    });
    this.form = form;
    return make("div", { className: "composer" }, this.status, form, this.spoken);
  }

  /** The box reads in the direction of its text or, while it is empty, of the widget. */
  lean() {
    this.box.dir = this.box.value ? "auto" : this.root.dir;
  }

  /** Keys pressed here are no shortcuts of the site. */
  pressed(event) {
    event.stopPropagation();
    if (event.type !== "keydown" || event.isComposing) return;
    if (event.key === "Escape" && !this.closeSource()) this.toggle(false);
    if (event.key === "Enter" && !event.shiftKey && event.target === this.box) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  toggle(open) {
    this.window.hidden = !open;
    this.launcher.hidden = open;
    (open ? this.box : this.launcher).focus();
  }

  fresh() {
    this.running?.abort();
    this.closeSource();
    this.history = [];
    this.log.replaceChildren(make("p", { className: "hello", words: "welcome" }), make("p", { className: "quiet", words: "tagline" }));
    this.status.textContent = "";
  }

  async asked(question) {
    this.closeSource();
    if (!this.history.length) this.log.replaceChildren();
    const controller = new AbortController();
    const shown = turn(question, (...opened) => this.openSource(...opened));
    this.log.append(shown.article);
    this.spoken.replaceChildren();
    this.busy(controller);
    shown.article.scrollIntoView({ block: "start" });
    try {
      const said = this.history.slice(-2 * TURNS_SENT);
      await ask({ question, ...(said.length ? { history: said } : {}) }, (kind, data) => this.heard(shown, kind, data), controller.signal);
      this.history.push({ role: "user", content: question }, { role: "assistant", content: shown.given.answer });
      shown.tools.append(...this.tools(shown));
    } catch (error) {
      if (controller.signal.aborted) this.status.textContent = text("stopped");
      else fail(shown, explain(error));
    } finally {
      this.busy(null);
    }
  }

  heard(shown, kind, data) {
    learn(shown, data);
    if (kind === "claim") {
      addClaim(shown, data.claim);
      this.spoken.append(make("p", { textContent: data.claim.text }));
    }
    if (kind !== "answer") return;
    finish(shown, data);
    if (data.refused) this.spoken.append(make("p", { textContent: data.answer }));
    this.status.textContent = text(data.refused ? "refused" : "done");
  }

  busy(controller) {
    this.running = controller;
    this.go.hidden = Boolean(controller);
    this.halt.hidden = !controller;
    if (controller) this.status.textContent = text("looking");
    else if (this.status.textContent === text("looking")) this.status.textContent = "";
  }

  tools(shown) {
    const rate = async (thumb) => {
      const { question, language, answer, citations } = shown.given;
      this.status.textContent = await send("POST", "feedback", { question, thumb, language, answer, citations }).then(
        () => text("thanks"),
        (error) => explain(error),
      );
    };
    const copy = iconButton("copy", "copy", async () => {
      await copyText(plain(shown.given));
      this.status.textContent = text("copied");
    });
    return [copy, iconButton("up", "good", () => rate("up")), iconButton("down", "bad", () => rate("down"))];
  }

  openSource(shown, item, from) {
    const { view } = sourceView(shown, item);
    point(shown, item);
    this.opened = { shown, from };
    this.source.replaceChildren(view);
    this.source.hidden = this.back.hidden = false;
    this.log.inert = true;
    view.querySelector("h2").focus({ preventScroll: true });
  }

  closeSource() {
    if (!this.opened) return false;
    point(this.opened.shown, null);
    this.source.hidden = this.back.hidden = true;
    this.log.inert = false;
    this.opened.from?.focus({ preventScroll: true });
    this.opened = null;
    return true;
  }
}
