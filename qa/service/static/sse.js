// Server-sent events over fetch: EventSource can only send GET.

/** Gives pieces of a stream, as they come, to `on(name, data)`, whole events only. */
export function eventReader(on) {
  let waiting = "";
  return (piece) => {
    const events = (waiting + piece).split("\n\n");
    waiting = events.pop();
    for (const event of events) dispatch(event, on);
  };
}

/** Calls `on(name, data)` for every event of a response body, in order. */
export async function readEvents(body, on) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const read = eventReader(on);
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    read(value);
  }
}

function dispatch(event, on) {
  let name = "message";
  let data = "";
  for (const line of event.split("\n")) {
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data += line.slice(5).trim();
  }
  if (data) on(name, JSON.parse(data));
}
