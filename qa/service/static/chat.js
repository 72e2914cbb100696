// Asking: a question goes out, events come in.

import { ask, explain, Refusal, send } from "./api.js";
import { addClaim, fail, finish, learn, plain, point, turn } from "./answer.js";
import { tell } from "./dialogs.js";
import { copyText, iconButton, make } from "./dom.js";
import { closePanel, openPanel } from "./panel.js";
import { sourceView } from "./source.js";
import { text } from "./strings.js";
import { newId, read } from "./talks.js";

const element = (id) => document.getElementById(id);
let running = null;
let conversation = null;

/** What a screen reader hears and everyone sees of how far the answer is. */
export function status(key, values) {
  element("status").textContent = key ? text(key, values) : "";
}

function busy(controller) {
  running = controller;
  element("ask").hidden = Boolean(controller);
  element("stop").hidden = !controller;
  element("answers").setAttribute("aria-busy", String(Boolean(controller)));
}

export function stop() {
  running?.abort();
  return Boolean(running);
}

/** Opens a source beside its answer. */
export function openSource(shown, item, from) {
  const { view, ready } = sourceView(shown, item);
  openPanel(view, { from, onclose: () => point(shown, null) });
  point(shown, item);
  return ready;
}

/** Takes in a new question. `changed(id)` is called when a conversation began or grew. */
export async function asked(question, changed) {
  const controller = new AbortController();
  const shown = turn(question, openSource);
  element("empty").hidden = true;
  element("answers").append(shown.article);
  busy(controller);
  status("looking");
  shown.article.scrollIntoView({ block: "start" });
  try {
    await answer(shown, question, controller.signal);
    shown.tools.append(...tools(shown));
    changed(conversation);
  } catch (error) {
    if (controller.signal.aborted) {
      status("stopped");
    } else {
      fail(shown, explain(error));
      status("");
    }
  } finally {
    busy(null);
  }
}

async function answer(shown, question, signal) {
  conversation ??= newId();
  const spoken = element("spoken");
  spoken.replaceChildren();
  await ask(
    { question, conversation_id: conversation },
    (kind, data) => {
      learn(shown, data);
      if (kind === "passages") status("checking", { count: data.passages.length });
      if (kind === "claim") {
        addClaim(shown, data.claim);
        spoken.append(make("p", { textContent: data.claim.text }));
      }
      if (kind === "answer") {
        finish(shown, data);
        if (data.refused) spoken.append(make("p", { textContent: data.answer }));
        status(data.refused ? "refused" : "done");
      }
    },
    signal,
  );
}

/** Leaves the conversation that is shown. */
export function fresh() {
  stop();
  closePanel();
  conversation = null;
  element("answers").replaceChildren();
  element("empty").hidden = false;
  status("");
}

/** Shows a conversation that is kept. Throws `Refusal`. */
export async function resume(id) {
  const kept = await read(id);
  fresh();
  conversation = kept.id;
  element("empty").hidden = kept.history.length > 0;
  for (const one of kept.history) element("answers").append(showAnswer(one.answer, { question: one.question }).article);
  element("answers").lastElementChild?.scrollIntoView({ block: "start" });
}

/** An answer that was given before. */
export function showAnswer(given, { question = given.question, closed = false } = {}) {
  const shown = turn(question, openSource);
  finish(shown, given);
  shown.tools.append(...(closed ? [copyButton(shown)] : tools(shown)));
  return shown;
}

// -- what can be done with an answer -------------------------------------------------------------------------------------

function tools(shown) {
  const kept = conversation;
  return [copyButton(shown), iconButton("link", "share", () => shareAnswer(kept, shown)), ...thumbs(shown)];
}

function copyButton(shown) {
  return iconButton("copy", "copy", async () => {
    await copyText(plain(shown.given));
    status("copied");
  });
}

function thumbs(shown) {
  const rate = async (thumb) => {
    for (const [kind, button] of Object.entries(buttons)) button.setAttribute("aria-pressed", String(kind === thumb));
    const { language, answer, citations } = shown.given;
    try {
      await send("POST", "feedback", { question: shown.given.question, thumb, language, answer, citations });
      status("thanks");
    } catch (error) {
      for (const button of Object.values(buttons)) button.setAttribute("aria-pressed", "false");
      fail(shown, explain(error));
    }
  };
  const buttons = { up: iconButton("up", "good", () => rate("up")), down: iconButton("down", "bad", () => rate("down")) };
  for (const button of Object.values(buttons)) button.setAttribute("aria-pressed", "false");
  return Object.values(buttons);
}

async function shareAnswer(kept, { question, given }) {
  try {
    const { id } = await send("POST", "answers", { conversation_id: kept, question, answer: given.answer });
    const link = new URL(`?answer=${encodeURIComponent(id)}`, document.baseURI.split(/[?#]/)[0]).href;
    const line = make("input", { type: "text", readOnly: true, value: link, dir: "ltr", label: "share_link" });
    const copy = make("button", { type: "button", words: "copy_link", className: "primary" });
    copy.addEventListener("click", async () => {
      await copyText(link);
      status("copied");
      copy.closest("dialog").close();
    });
    await tell("share", make("p", { words: "share_about" }), line, make("footer", {}, copy));
  } catch (error) {
    status("error", { message: error instanceof Refusal ? explain(error) : text("error_network") });
  }
}
