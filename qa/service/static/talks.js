// Conversations: kept by the service, listed at the side.

import { get, Refusal, send } from "./api.js";
import { askLine, confirmed } from "./dialogs.js";
import { iconButton, make, remember } from "./dom.js";
import { day } from "./strings.js";

const OWN = "conversations";
const MOST = 200;

/** Those begun in this browser: whoever may not list all of them still finds their own. */
function own() {
  try {
    return JSON.parse(remember(OWN)) ?? [];
  } catch {
    return [];
  }
}

function keepOwn(ids) {
  remember(OWN, JSON.stringify(ids.slice(0, MOST)));
}

async function list() {
  try {
    return (await get(`conversations?limit=${MOST}`, { quiet: true })).conversations;
  } catch (error) {
    if (!(error instanceof Refusal) || ![401, 403].includes(error.status)) throw error;
  }
  const found = await Promise.allSettled(own().map((id) => read(id)));
  return found.filter((one) => one.status === "fulfilled").map((one) => one.value);
}

/** An id that cannot be guessed. The service begins the conversation with its first question. */
export function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Notes that a conversation was begun in this browser. */
export function mine(id) {
  if (!own().includes(id)) keepOwn([id, ...own()]);
}

export function read(id) {
  return get(`conversations/${encodeURIComponent(id)}`, { quiet: true });
}

/** The list at the side. `open(id)` is called for the one that is chosen, `gone(id)` for one that was deleted. */
export class Talks {
  constructor(element, { open, gone, failed }) {
    Object.assign(this, { element, open, gone, failed, current: null });
  }

  /** Shows what there is now. A service that keeps none leaves the list empty. */
  async refresh() {
    try {
      this.element.replaceChildren(...(await list()).filter((one) => one.turns !== 0).map((one) => this.entry(one)));
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
      keepOwn(own().filter((id) => id !== one.id));
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
