// Small windows that ask something: native dialogs, which keep the focus and close with Escape.

import { iconButton, make } from "./dom.js";

/** Shows a dialog; resolves to its `returnValue`, "" when it was left. */
function ask(title, ...content) {
  const heading = make("h2", { words: title, id: "dialog-title" });
  const close = iconButton("close", "close", () => dialog.close(""));
  const form = make("form", { method: "dialog" }, make("header", {}, heading, close), ...content);
  const dialog = make("dialog", { className: "dialog" }, form);
  dialog.setAttribute("aria-labelledby", "dialog-title");
  document.body.append(dialog);
  dialog.showModal();
  form.querySelector("input, .primary")?.focus();
  form.querySelector("input")?.select();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      resolve(dialog.returnValue);
      dialog.remove();
    });
  });
}

function choices(words, className = "primary") {
  return make(
    "footer",
    {},
    make("button", { value: "", words: "cancel", formNoValidate: true }),
    make("button", { value: "yes", words, className }),
  );
}

/** Whether something that cannot be undone is really wanted. */
export async function confirmed(title, about, words) {
  return (await ask(title, make("p", {}, make("bdi", { textContent: about })), choices(words, "primary danger"))) === "yes";
}

/** A line of text, or null. */
export async function askLine(title, label, value = "", kind = "text") {
  const input = make("input", { type: kind, value, dir: "auto", required: true, maxLength: 200, autocomplete: "off" });
  // Enter takes the first button of a form, which is the one that closes it.
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || !input.reportValidity()) return;
    event.preventDefault();
    input.closest("dialog").close("yes");
  });
  const answer = await ask(title, make("label", {}, make("span", { words: label }), input), choices("save"));
  return answer === "yes" && input.value.trim() ? input.value.trim() : null;
}

/** Something to look at. */
export function tell(title, ...content) {
  return ask(title, ...content);
}
