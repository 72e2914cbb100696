"""Files that are small or plain, and would take all memory or all time of who reads them without limits.

`python -m tests.attacks.bombs` reads all, `python -m tests.attacks.bombs NAME` one, with limits on memory and CPU time.
"""

import io
import os
import resource
import sys
import zipfile
import zlib
from collections.abc import Callable

from index.readers import Skipped, read_bytes
from tests.fuzz.reading import packed

MEMORY, SECONDS = 1536 << 20, 20
"""Bytes of addresses and seconds of CPU time for one file."""
TEXT = "The work on the dam went on until Friday."
_WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
_LAUGHS = f'<!DOCTYPE l [<!ENTITY a0 "lol">{_LAUGHS}]>'
_OUTSIDE = '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _document(body: str, head: str = "") -> bytes:
    return f"{head}<w:document {_WORD}><w:body>{body}</w:body></w:document>".encode()


def _paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def _feed(head: str, text: str, times: int = 1) -> bytes:
    items = f"<item><title>t</title><description>{text}</description></item>" * times
    return f'<?xml version="1.0"?>{head}<rss version="2.0"><channel>{items}</channel></rss>'.encode()


def _deflated(document: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed(document))) as plain, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in plain.namelist():
            archive.writestr(part, plain.read(part))
    return out.getvalue()


def _pdf(content: bytes, filters: str = "", kids: str = "[3 0 R]", count: int = 1) -> bytes:
    stream = f"<</Length {len(content)} {filters}>>stream\n".encode() + content + b"\nendstream"
    bodies = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids{kids}/Count {count}>>".encode(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        stream,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    objects = b"".join(b"%d 0 obj\n%s\nendobj\n" % (number, body) for number, body in enumerate(bodies, 1))
    return b"%PDF-1.7\n" + objects + b"trailer<</Root 1 0 R>>\n%%EOF"


_SHOWN = b"BT /F1 12 Tf 20 200 Td (The work began) Tj ET\n"
_ONE = "/Filter/FlateDecode"
_TWO = "/Filter[/FlateDecode/FlateDecode]"
_BLANKS = (1 << 26) + 1024
_LINE = b'{"text": "' + TEXT.encode() + b'"}'

BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "laughs in Word": ("a.docx", lambda: _deflated(_document(_paragraph("&a9;"), _LAUGHS)), "damaged"),
    "another file in Word": ("a.docx", lambda: _deflated(_document(_paragraph(TEXT + "&x;"), _OUTSIDE)), ""),
    "Word nested deeply": ("a.docx", lambda: _deflated(_document("<w:ins>" * 50_000)), "damaged"),
    "two million paragraphs": ("a.docx", lambda: _deflated(_document("<w:p/>" * 2_100_000)), "tags"),
    "Word that unpacks": ("a.docx", lambda: _deflated(_document(_paragraph("a " * 34_000_000))), "limits"),
    "laughs in a feed": ("a.rss", lambda: _feed(_LAUGHS, "&a9;"), ""),
    "another file in a feed": ("a.rss", lambda: _feed(_OUTSIDE, TEXT + " &x;"), ""),
    "a feed of too many": ("a.rss", lambda: _feed("", "b c", 10_001), "too much for a feed"),
    "a page nested deeply": ("a.html", lambda: b"<div>" * 100_000 + TEXT.encode(), ""),
    "a page of too many tags": ("a.html", lambda: b"<p>a" * 300_000, "tags"),
    "titles without end": ("a.html", lambda: b"<title>" * 150_000, ""),
    "another file in a page": ("a.html", lambda: (_OUTSIDE + f"<p>{TEXT} &x;</p>").encode(), ""),
    "a PDF that unpacks": ("a.pdf", lambda: _pdf(zlib.compress(b" " * _BLANKS, 9), _ONE), "unpacks"),
    "a PDF that unpacks twice": ("a.pdf", lambda: _pdf(zlib.compress(zlib.compress(b" " * _BLANKS, 9)), _TWO), "unpacks"),
    "a PDF of a billion pages": ("a.pdf", lambda: _pdf(_SHOWN, count=2_000_000_000), ""),
    "a PDF of one page again and again": ("a.pdf", lambda: _pdf(_SHOWN, kids=f"[{'3 0 R ' * 20_000}]", count=20_000), "pages"),
    "a PDF within itself": ("a.pdf", lambda: _pdf(_SHOWN, kids="[2 0 R]", count=5), ""),
    "a PDF of brackets": ("a.pdf", lambda: _pdf(_SHOWN, kids="[" * 200_000), ""),
    "a page of too many letters": (
        "a.pdf",
        lambda: _pdf(b"BT /F1 1 Tf " + (b"(" + b"ab" * 9000 + b") Tj ") * 3 + b"ET"),
        "characters",
    ),
    "a line without end": ("a.jsonl", lambda: b"x" * 100_000_000 + b"\n" + _LINE, "longer than the limit"),
    "brackets without end": ("a.jsonl", lambda: b"[" * 5_000_000 + b"\n" + _LINE, "deeply"),
    "brackets in one document": ("a.json", lambda: b"[" * 5_000_000, "deeply"),
    "blanks without end": ("a.txt", lambda: b"Home" + b" " * 1_000_000 + b"> x\n" + TEXT.encode(), ""),
    "tatweel without end": ("a.txt", lambda: "ـ".encode() * 500_000 + b"\n" + TEXT.encode(), ""),
    "a heading without end": ("a.md", lambda: b"# " + b" #" * 500_000 + b"x\n" + TEXT.encode(), ""),
    "quotations without end": ("a.md", lambda: b"> " * 500_000 + b"\n" + b"-|" * 500_000 + b"x\n" + TEXT.encode(), ""),
}
"""File name, content, and what is said of it (nothing where it is simply read)."""


def read(bomb: str) -> int:
    """Read one bomb and say what came of it; 1 where it is not what the table says, or another file's content got in."""
    name, make, said = BOMBS[bomb]
    found = list(read_bytes(name, make(), max_bytes=50_000_000))
    told = " ".join(item.reason if isinstance(item, Skipped) else item.text[:1000] for item in found)
    print(f"{bomb}: {told[:300]}", flush=True)
    return 0 if found and said in told and "root:" not in told and "lollol" not in told else 1


def main() -> int:
    """Each bomb in a process of its own, held to the limits; prints the names of those that were not read as they should."""
    failed = []
    for bomb in sys.argv[1:] or BOMBS:
        if (child := os.fork()) == 0:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            code = 2
            try:
                code = read(bomb)
            finally:
                os._exit(code)
        if os.waitpid(child, 0)[1]:
            failed.append(bomb)
    print("failed:", ", ".join(failed) or "none")
    return 0


if __name__ == "__main__":
    sys.exit(main())
