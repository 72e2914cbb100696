// The example page: what to put into a site, with this service's own address in it.

import { address } from "./api.js";
import { load, text } from "./strings.js";

await load(address("strings.json"), document, document.documentElement.lang);
document.title = text("widget_title");
document.getElementById("code").textContent = `<script src="${address("widget.js")}" data-language="auto" data-theme="auto" data-position="end" defer></script>`;
