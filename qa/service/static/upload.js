// Adding articles: files chosen or dropped, one after the other, each with its own progress and its own reason if it fails.

import { address, explain, headers, Refusal } from "./api.js";
import { make } from "./dom.js";
import { eventReader } from "./sse.js";
import { text } from "./strings.js";

const element = (id) => document.getElementById(id);
const waiting = [];
let running = false;
let done = 0;
let failed = 0;

/** Takes files in; `added()` is called when the last one is through. */
export function add(files, added) {
  for (const file of files) {
    const bar = make("progress", { max: 1, value: 0 });
    bar.setAttribute("aria-label", file.name);
    const said = make("span", { className: "said", words: "waiting" });
    element("uploads").append(make("li", {}, make("span", { className: "title" }, make("bdi", { textContent: file.name })), said, bar));
    waiting.push({ file, bar, said });
  }
  element("uploads").hidden = false;
  if (!running) work(added);
}

async function work(added) {
  running = true;
  done = failed = 0;
  while (waiting.length) {
    const one = waiting.shift();
    try {
      const report = await upload(one);
      const problem = report.skipped[0];
      if (problem && !report.added && !report.updated && !report.unchanged) throw new Refusal({ code: "skipped", message: problem.reason });
      say(one, outcome(report), "done");
    } catch (error) {
      failed += 1;
      say(one, explain(error), "failed");
    }
    one.bar.remove();
    done += 1;
    element("upload-status").textContent = text("uploaded", { done, failed, left: waiting.length });
  }
  running = false;
  added();
}

function say({ said }, words, state) {
  delete said.dataset.text;
  said.textContent = words;
  said.closest("li").className = state;
}

function outcome(report) {
  const counts = ["added", "updated", "unchanged"].filter((kind) => report[kind]).map((kind) => text(`file_${kind}`, { count: report[kind] }));
  const twins = Object.keys(report.duplicates).length;
  if (twins) counts.push(text("file_duplicates", { count: twins }));
  if (report.skipped.length) counts.push(text("file_skipped", { count: report.skipped.length, reason: report.skipped[0].reason }));
  counts.push(...report.notes.slice(0, 1).map((note) => note.note));
  return counts.join(" · ");
}

/** Sends one file and gives the report. Only XMLHttpRequest tells how much has gone out. */
function upload({ file, bar, said }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let read = 0;
    let report = null;
    const events = eventReader((name, data) => {
      if (name === "progress") said.textContent = text("file_progress", { count: data.done });
      if (name === "report") report = data;
      if (name === "error") reject(new Refusal(data.error, 500));
    });
    const take = () => {
      if (request.status !== 200) return;
      events(request.responseText.slice(read));
      read = request.responseText.length;
    };
    delete said.dataset.text;
    said.textContent = text("sending");
    request.open("POST", address(`articles/files?name=${encodeURIComponent(file.name)}`));
    for (const [name, value] of Object.entries(headers({ "Content-Type": "application/octet-stream", Accept: "text/event-stream" }))) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) bar.value = event.loaded / event.total;
    });
    request.upload.addEventListener("load", () => {
      bar.removeAttribute("value");
      said.textContent = text("reading");
    });
    request.addEventListener("progress", take);
    request.addEventListener("load", () => {
      take();
      if (report) resolve(report);
      else reject(asRefusal(request));
    });
    request.addEventListener("error", () => reject(new Refusal()));
    request.send(file);
  });
}

function asRefusal(request) {
  try {
    return new Refusal(JSON.parse(request.responseText).error, request.status);
  } catch {
    return new Refusal();
  }
}

/** The files of a drop; those in folders too. */
export async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...transfer.files];
  return (await Promise.all(entries.map(walk))).flat();
}

async function walk(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  // A folder tells its entries a hundred at a time, and none when there are no more.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(found.map(walk))).flat();
    found.push(...some);
  }
}
