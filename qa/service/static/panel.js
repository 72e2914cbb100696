// The place beside the answers where sources and articles open. On a narrow screen it covers the page.

import { make } from "./dom.js";

const element = (id) => document.getElementById(id);
const narrow = matchMedia("(max-width: 60rem)");
let opener = null;
let closed = () => {};

/** Shows `content`, and gives it the focus; `onclose` is called when it goes. */
export function openPanel(content, { from = document.activeElement, onclose = () => {}, foot = [] } = {}) {
  closed();
  opener = from;
  closed = onclose;
  element("panel-body").replaceChildren(content, make("footer", { className: "panel-foot" }, ...foot));
  element("panel-body").scrollTop = 0;
  element("panel").hidden = false;
  document.body.classList.add("with-panel");
  cover();
  content.querySelector("h2")?.focus({ preventScroll: true });
}

export function closePanel() {
  if (element("panel").hidden) return false;
  element("panel").hidden = true;
  document.body.classList.remove("with-panel");
  element("panel-body").replaceChildren();
  cover();
  closed();
  closed = () => {};
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  return true;
}

/** While the panel covers the page, nothing under it can be reached. */
function cover() {
  const covered = narrow.matches && !element("panel").hidden;
  for (const id of ["top", "side", "main"]) element(id).inert = covered;
}

narrow.addEventListener("change", cover);
element("panel-close").addEventListener("click", closePanel);
