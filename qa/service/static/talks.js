// Conversations: kept by the service, listed at the side.

import { get, send } from "./api.js";
import { askLine, confirmed } from "./dialogs.js";
import { iconButton, make } from "./dom.js";
import { day } from "./strings.js";

const MOST = 200;

/** An id that cannot be guessed. The service begins the conversation with its first question. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function read(id) {
  return get(`conversations/${encodeURIComponent(id)}`);
}

/** The list at the side. `open(id)` is called for the one that is chosen, `gone(id)` for one that was deleted. */
export class Talks {
  constructor(element, { open, gone, failed }) {
    Object.assign(this, { element, open, gone, failed, current: null });
  }

  /** Shows what there is now; nothing where it cannot be had, as before a key was given. */
  async refresh() {
    try {
      const { conversations } = await get(`conversations?limit=${MOST}`, { quiet: true });
      this.element.replaceChildren(...conversations.filter((one) => one.turns).map((one) => this.entry(one)));
    } catch {
      this.element.replaceChildren();
    }
    this.mark(this.current);
  }

  mark(id) {
    this.current = id;
    for (const item of this.element.children) {
      const button = item.querySelector(".talk");
      if (item.dataset.id === id) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
  }

  entry(one) {
    const title = make("bdi", { className: "title", textContent: one.title });
    const about = make("span", { className: "where", textContent: day(one.updated) });
    const button = make("button", { type: "button", className: "talk", onclick: () => this.open(one.id) }, title, about);
    const change = make(
      "span",
      { className: "change" },
      iconButton("pen", "rename", () => this.rename(one)),
      iconButton("bin", "delete", () => this.remove(one)),
    );
    return make("li", { data: { id: one.id } }, button, change);
  }

  async rename(one) {
    const title = await askLine("rename", "name", one.title);
    if (title) await this.change(() => send("PATCH", `conversations/${encodeURIComponent(one.id)}`, { title }));
  }

  async remove(one) {
    if (!(await confirmed("delete_conversation", one.title, "delete"))) return;
    await this.change(async () => {
      await send("DELETE", `conversations/${encodeURIComponent(one.id)}`);
      this.gone(one.id);
    });
  }

  async change(work) {
    try {
      await work();
      await this.refresh();
    } catch (error) {
      this.failed(error);
    }
  }
}
