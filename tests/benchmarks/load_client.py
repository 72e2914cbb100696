"""Clients for `bench_load.py`: HTTP/1.1 over bare asyncio streams, because they share the machine with what they measure."""

import asyncio
import json
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations, count, cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

STREAM = {"Accept": "text/event-stream"}


@dataclass(slots=True)
class Reply:
    """What came back; `status` 0 where nothing did."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Tally:
    """What one process of clients saw: seconds by kind of request and status, and what was wrong."""

    seconds: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    wrong: Counter[str] = field(default_factory=Counter)
    cpu_s: float = 0.0
    wall_s: float = 0.0

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Count one."""
        self.seconds.setdefault((kind, status), []).append(seconds)

    def merge(self, other: "Tally") -> None:
        """Add what another process saw."""
        for key, values in other.seconds.items():
            self.seconds.setdefault(key, []).extend(values)
        self.wrong += other.wrong
        self.cpu_s += other.cpu_s
        self.wall_s = max(self.wall_s, other.wall_s)


class Connection:
    """One connection that is kept, and opened again where the service closed it between two requests."""

    def __init__(self, port: int, timeout_s: float = 60.0) -> None:
        self._port, self._timeout = port, timeout_s
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
        """One request and its whole response. Raises `OSError`, `TimeoutError`."""
        data = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {len(data)}"]
        if data:
            lines.append("Content-Type: application/json")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        raw = "\r\n".join(lines).encode() + b"\r\n\r\n" + data
        kept = self._streams is not None
        async with asyncio.timeout(self._timeout):
            try:
                return await self._exchange(raw)
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                self.close()
                began = isinstance(error, asyncio.IncompleteReadError) and error.partial
                if not kept or began:
                    raise ConnectionError("the connection ended before the response did") from None
                return await self._exchange(raw)  # it was idle, and closed just now

    async def _exchange(self, raw: bytes) -> Reply:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=2**20)
        reader, writer = self._streams
        writer.write(raw)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        found = (line.partition(":") for line in head[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in found}
        if "content-length" in headers:
            body = await reader.readexactly(int(headers["content-length"]))
        elif "chunked" in headers.get("transfer-encoding", ""):
            body = b"".join([chunk async for chunk in _chunks(reader)])
        else:
            body = b""
        if headers.get("connection") == "close":
            self.close()
        return Reply(int(head[0].split()[1]), headers, body)

    def close(self) -> None:
        """Let go of it."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def _chunks(reader: asyncio.StreamReader) -> Any:
    while True:
        size = int(await reader.readuntil(b"\r\n"), 16)
        chunk = await reader.readexactly(size + 2)
        if not size:
            return
        yield chunk[:-2]


def variations(questions: list[str], seed: int) -> Iterator[str]:
    """The questions and then, in an order of the seed's own, the same with up to three words left out: no two are equal."""
    chooser = random.Random(seed)
    given: set[str] = set()
    for left_out in count():
        batch = []
        for question in questions:
            words = question.split()
            ways = list(combinations(range(len(words)), left_out)) if len(words) > left_out + 2 else []
            for way in chooser.sample(ways, min(len(ways), 60)):
                batch.append(" ".join(word for place, word in enumerate(words) if place not in way))
        chooser.shuffle(batch)
        for text in batch:
            if text not in given:
                given.add(text)
                yield text
        if left_out == 3:
            return


class Clients:
    """Many clients of one process. Each kind of request is a method that gives its reply and notes what is wrong in it."""

    def __init__(self, port: int, folder: Path, seed: int, again: bool = False) -> None:
        """`again`: the questions of the folder over and over, as people ask who read the same news; else no two are equal."""
        self.port, self.seed, self.tally = port, seed, Tally()
        asked = [json.loads(line)["question"] for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
        random.Random(seed).shuffle(asked)
        self._questions = cycle(asked) if again else variations(asked, seed)
        self._made = count()
        self._random = random.Random(seed)
        self._ids: list[str] = []

    async def ask(self, to: Connection) -> Reply:
        """A question."""
        reply = await to.send("POST", "/ask", {"question": next(self._questions)})
        if reply.status == 200 and b'"answer"' not in reply.body:
            self.tally.wrong["an answer without an answer"] += 1
        return reply

    async def stream(self, to: Connection) -> Reply:
        """The same as events."""
        reply = await to.send("POST", "/ask", {"question": next(self._questions)}, STREAM)
        if reply.status == 200 and b"event: answer" not in reply.body:
            self.tally.wrong["a stream without an answer"] += 1
        return reply

    async def search(self, to: Connection) -> Reply:
        """Passages for a question."""
        return await to.send("GET", f"/search?q={quote(next(self._questions))}")

    async def read(self, to: Connection) -> Reply:
        """An article of the first thousand."""
        return await to.send("GET", f"/articles/d{self._random.randrange(1, 1000):05}")

    async def health(self, to: Connection) -> Reply:
        """What does nearly nothing."""
        return await to.send("GET", "/healthz")

    async def ready(self, to: Connection) -> Reply:
        """Whether questions can be answered."""
        return await to.send("GET", "/readyz")

    async def add(self, to: Connection) -> Reply:
        """A new article, which a search over another connection must find at once."""
        name = f"zq{self.seed}x{next(self._made)}"
        text = f"أعلنت شركة {name} اليوم افتتاح مصنع جديد في المدينة. Company {name} opened a new factory."
        reply = await to.send("POST", "/articles", {"id": name, "title": name, "text": text})
        if reply.status == 200:
            await self._look(name, True)
            self._ids.append(name)
        return reply

    async def remove(self, to: Connection) -> Reply:
        """Take an article out again, which no search may find afterwards."""
        if not self._ids:
            return await self.add(to)
        name = self._ids.pop(0)
        reply = await to.send("DELETE", f"/articles/{name}")
        if reply.status == 200:
            await self._look(name, False)
        return reply

    async def _look(self, name: str, there: bool) -> None:
        other = Connection(self.port)
        found = await other.send("GET", f"/search?q={name}")
        other.close()
        if found.status == 200 and (f'"article_id":"{name}"'.encode() in found.body) is not there:
            self.tally.wrong["an added article not found" if there else "a removed article found"] += 1

    async def one(self, kind: str, to: Connection, since: float | None = None) -> None:
        """One request, its time counted from `since` where it was due earlier."""
        began = time.perf_counter() if since is None else since
        try:
            reply = await getattr(self, kind)(to)
        except (OSError, TimeoutError) as error:
            to.close()
            self.tally.wrong[f"{kind}: {type(error).__name__} {error}".strip()] += 1
            self.tally.note(kind, 0, time.perf_counter() - began)
            return
        self.tally.note(kind, reply.status, time.perf_counter() - began)
        if reply.status in (429, 503) and "retry-after" not in reply.headers:
            self.tally.wrong[f"{kind}: {reply.status} without Retry-After"] += 1
        if reply.status not in (200, 429, 503):
            self.tally.wrong[f"{kind}: status {reply.status} {reply.body[:120]!r}"] += 1


Pattern = Callable[[Clients], Awaitable[None]]


async def closed(clients: Clients, kinds: dict[str, float], many: int, seconds: float, rate: float = 0.0) -> None:
    """`many` clients for so long, each sending one after another; together at most `rate` a second (0: as fast as they can)."""
    end = time.perf_counter() + seconds
    pause = many / rate if rate else 0.0
    names, weights = list(kinds), list(kinds.values())
    chooser = random.Random(clients.seed)

    async def client(number: int) -> None:
        due = time.perf_counter() + pause * number / many
        connection = Connection(clients.port)
        while (now := time.perf_counter()) < end:
            if pause:
                due = max(due, now - pause)
                await asyncio.sleep(due - now)
                due += pause
            await clients.one(chooser.choices(names, weights)[0], connection)
        connection.close()

    await asyncio.gather(*(client(number) for number in range(many)))


async def steady(clients: Clients, kind: str, rate: float, seconds: float, others: dict[str, float] | None = None) -> None:
    """`rate` requests a second whatever becomes of them, each timed from the moment it was due; `others` beside it."""
    free: list[Connection] = []
    running: set[asyncio.Task[None]] = set()
    began = time.perf_counter()

    async def one(what: str, due: float) -> None:
        connection = free.pop() if free else Connection(clients.port)
        await clients.one(what, connection, due)
        free.append(connection)

    async def flow(what: str, often: float) -> None:
        for number in range(int(often * seconds)):
            due = began + number / often
            if (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            running.add(task := asyncio.create_task(one(what, due)))
            task.add_done_callback(running.discard)

    await asyncio.gather(flow(kind, rate), *(flow(what, often) for what, often in (others or {}).items()))
    while running:
        await asyncio.wait(set(running))
    for connection in free:
        connection.close()


def run(port: int, folder: Path, seed: int, pattern: str, options: dict[str, Any], again: bool = False) -> Tally:
    """One process of clients: `pattern` names `closed` or `steady`."""
    clients = Clients(port, folder, seed, again)
    began, busy = time.perf_counter(), time.process_time()
    asyncio.run({"closed": closed, "steady": steady}[pattern](clients, **options))
    clients.tally.wall_s, clients.tally.cpu_s = time.perf_counter() - began, time.process_time() - busy
    return clients.tally
