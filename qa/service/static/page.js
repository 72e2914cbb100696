// The page: a question goes out, events come in.

import { addClaim, fail, finish, learn, turn } from "./render.js";
import { readEvents } from "./sse.js";
import { choose, has, load, otherLanguage, text } from "./strings.js";

const element = (id) => document.getElementById(id);
let running = null;

function status(key, values) {
  element("status").textContent = key ? text(key, values) : "";
}

function explain({ code, message }) {
  return has(`error_${code}`) ? text(`error_${code}`, { message }) : text("error", { message });
}

function busy(controller) {
  running = controller;
  element("ask").hidden = Boolean(controller);
  element("stop").hidden = !controller;
}

async function send(question, shown, signal) {
  const response = await fetch("/ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify({ question }),
    signal,
  });
  if (!response.ok) throw (await response.json()).error;
  let complete = false;
  await readEvents(response.body, (name, data) => {
    if (name === "passages") {
      learn(shown, data);
      status("checking", { count: data.passages.length });
    } else if (name === "claim") {
      learn(shown, data);
      addClaim(shown, data.claim);
    } else if (name === "answer") {
      complete = true;
      finish(shown, data);
      status(data.refused ? "refused" : "done");
    } else if (name === "error") {
      throw data.error;
    }
  });
  if (!complete) throw { code: "network" };
}

async function ask(question) {
  const controller = new AbortController();
  const shown = turn(question);
  element("empty").hidden = true;
  element("answers").append(shown.article);
  busy(controller);
  status("looking");
  shown.article.scrollIntoView({ block: "start" });
  try {
    await send(question, shown, controller.signal);
  } catch (error) {
    if (controller.signal.aborted) {
      status("stopped");
    } else {
      fail(shown, explain(error.code ? error : { code: "network", message: String(error) }));
      status("");
    }
  } finally {
    busy(null);
    element("question").focus({ preventScroll: true });
  }
}

/** The box is as high as its text, and reads in the direction of its text or, while it is empty, of the page. */
function fit() {
  const box = element("question");
  box.dir = box.value ? "auto" : document.documentElement.dir;
  box.style.height = "auto";
  box.style.height = `${box.scrollHeight + 2}px`;
}

async function count() {
  const response = await fetch("/readyz");
  const found = await response.json();
  const ready = response.ok && found.articles > 0;
  element("count").textContent = ready ? text("articles", { count: found.articles }) : text("no_articles");
}

element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const question = element("question").value.trim();
  if (!question || running) return;
  element("question").value = "";
  fit();
  ask(question);
});
element("question").addEventListener("keydown", (event) => {
  // While a word is being composed, Enter belongs to the input method.
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    element("form").requestSubmit();
  }
});
element("question").addEventListener("input", fit);
element("stop").addEventListener("click", () => running?.abort());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") running?.abort();
});
element("switch").addEventListener("click", () => {
  choose(otherLanguage());
  status("");
  fit();
  count();
});

await load();
fit();
await count();
