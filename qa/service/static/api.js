// The service, from wherever this file came.

import { readEvents } from "./sse.js";
import { has, text } from "./strings.js";

const KEY = "dalil.key";
const base = new URL("../../", import.meta.url);
let held = null;
let demand = async () => null;

/** An error as the service tells it: `code`, `message`, `status`. */
export class Refusal extends Error {
  constructor({ code = "network", message = "" } = {}, status = 0) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export function address(path) {
  return new URL(path, base).href;
}

/** The key that the service asks for; kept until the tab is closed. */
export function useKey(key) {
  held = key;
  try {
    sessionStorage.setItem(KEY, key);
  } catch {
    // Then it lasts as long as the page.
  }
}

/** The same for a widget, which leaves nothing in the storage of the site it is on. */
export function holdKey(key) {
  held = key;
}

/** Who is asked for a key when one is needed: gives one, or null. */
export function onKeyNeeded(ask) {
  demand = ask;
}

function stored() {
  try {
    return held ?? sessionStorage.getItem(KEY);
  } catch {
    return held;
  }
}

export function headers(more = {}) {
  const key = stored();
  return key ? { ...more, Authorization: `Bearer ${key}` } : more;
}

/** What went wrong, in the language of the interface. */
export function explain(error) {
  if (!(error instanceof Refusal)) return text("error_network");
  return has(`error_${error.code}`) ? text(`error_${error.code}`, { message: error.message }) : text("error", { message: error.message });
}

async function refusal(response) {
  try {
    return new Refusal((await response.json()).error, response.status);
  } catch {
    return new Refusal({ code: "network", message: String(response.status) }, response.status);
  }
}

/** A response that is all right. Asks for a key where one is needed, unless `quiet`. Throws `Refusal`. */
async function request(path, { quiet = false, ...options } = {}) {
  const send = async () => {
    try {
      return await fetch(address(path), { ...options, headers: headers(options.headers), credentials: "omit" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Refusal({ code: "network", message: String(error) });
    }
  };
  let response = await send();
  while (response.status === 401 && !quiet) {
    const key = await demand(Boolean(stored()));
    if (!key) break;
    useKey(key);
    response = await send();
  }
  if (!response.ok) throw await refusal(response);
  return response;
}

export async function get(path, options) {
  return (await request(path, options)).json();
}

/** Sends JSON, and gives the JSON that came back, or null. */
export async function send(method, path, body, options = {}) {
  const json = body === undefined ? {} : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await request(path, { method, ...json, ...options });
  return response.status === 204 ? null : response.json();
}

export function article(id, options) {
  return get(`articles/${encodeURIComponent(id)}`, options);
}

/** Asks, and calls `on(name, data)` for `passages`, each `claim` and the `answer`. Throws `Refusal`. */
export async function ask(body, on, signal) {
  const response = await request("ask", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(body),
    signal,
  });
  let complete = false;
  await readEvents(response.body, (name, data) => {
    if (name === "error") throw new Refusal(data.error, 500);
    complete ||= name === "answer";
    on(name, data);
  });
  if (!complete) throw new Refusal();
}
