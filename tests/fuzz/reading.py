"""Readers: whatever the bytes, an article or a reason, and what is read is whole."""

import io
import zipfile
from importlib import import_module

import docx

from index.article import Article
from index.cleaning import clean
from index.errors import ReadError
from index.readers import Skipped, read_bytes
from index.readers.base import Draft, content_id, finish
from index.readers.encoding import decode
from tests.fuzz.target import Target, text_of

SENTENCE = "وقال الوزير إن العمل بدأ يوم الاثنين، 20 مايو 2018. The work went on until Friday."
LARGEST = 1 << 20


def _reader(module: str):
    def run(data: bytes) -> None:
        try:
            for draft in import_module(f"index.readers.{module}").read(data, "input"):
                _usable(draft)
        except ReadError as error:
            assert str(error)

    return run


def _usable(item: Draft | Skipped) -> None:
    if isinstance(item, Skipped):
        assert item.reason
        assert item.origin
        return
    try:
        article = finish(item, item.id or content_id(item), "input")
    except ReadError:
        return
    check_article(article)


def check_article(article: Article) -> None:
    """What holds for every article that goes into the store."""
    assert article.text.strip()
    for value in (article.id, article.text, article.title, article.source, article.url, article.date):
        assert value is None or "\0" not in value
        assert value is None or value.encode()
    assert article.id.isprintable() or "\n" not in article.id
    for value in (article.title, article.source, article.url):
        assert value is None or "\n" not in value


def _lines(data: bytes) -> None:
    for item in read_bytes("input.jsonl", data, max_bytes=LARGEST):
        assert not isinstance(item, Skipped) or "its reader failed" not in item.reason, item
        if isinstance(item, Article):
            check_article(item)


def _docx(data: bytes) -> None:
    """The bytes as a file, and as the document inside of a good one."""
    read = _reader("docx")
    read(packed(data) if not data.startswith(b"PK") else data)


def packed(document: bytes) -> bytes:
    """A Word file whose document is `document`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in _parts().items():
            archive.writestr(name, document if name == "word/document.xml" else content)
    return out.getvalue()


def _parts() -> dict[str, bytes]:
    if not _PARTS:
        made, paper = io.BytesIO(), docx.Document()
        paper.add_heading("عنوان", 0)
        paper.add_paragraph(SENTENCE)
        paper.add_table(2, 2).cell(0, 0).text = "خلية"
        paper.save(made)
        with zipfile.ZipFile(made) as archive:
            _PARTS.update({name: archive.read(name) for name in archive.namelist()})
    return _PARTS


_PARTS: dict[str, bytes] = {}


def _encoding(data: bytes) -> None:
    for declared in (None, "windows-1256", "utf-16", "idna", "zip", "rot13", text_of(data[:8])):
        try:
            text = decode(data, "input", declared)
        except ReadError as error:
            assert str(error)
        else:
            assert isinstance(text, str)


def _cleaning(data: bytes) -> None:
    """Only whole lines go; what stays stands in the source."""
    text = text_of(data)
    cleaned = clean(text, title=None, source=None, date=None)
    lines = {line.strip() for line in text.splitlines()}
    assert all(line.strip() in lines or line.strip() in text for line in cleaned.text.splitlines())


_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj "
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj "
    b"4 0 obj<</Length 44>>stream\nBT /F1 12 Tf 20 200 Td (The work began) Tj ET\nendstream endobj "
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj trailer<</Root 1 0 R/Info 6 0 R>>"
)
_FEED = (
    f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>راديو</title><item><title>عنوان</title>'
    f"<link>http://a.example/1</link><guid>1</guid><pubDate>Sun, 20 May 2018 10:00:00 GMT</pubDate>"
    f"<description>&lt;p&gt;{SENTENCE}&lt;/p&gt;</description></item></channel></rss>"
).encode()
_ATOM = (
    f'<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title><entry><id>x</id><title type="html">b</title>'
    f'<updated>2018-05-20T10:00:00Z</updated><content type="xhtml"><div>{SENTENCE}</div></content></entry></feed>'
).encode()
_PAGE = (
    f'<!DOCTYPE html><html lang="ar"><head><meta charset="utf-8"><title>عنوان | راديو</title>'
    f'<meta property="og:site_name" content="راديو"><script type="application/ld+json">{{"@type":"NewsArticle"}}</script>'
    f"</head><body><nav>x</nav><article><h1>عنوان</h1><p>{SENTENCE}</p><table><tr><td>1</td></tr></table></article></body></html>"
).encode()
_JSON = f'{{"id": "a", "text": "{SENTENCE}", "title": "t", "source": "s", "url": "http://a", "date": "2018-05-20"}}'.encode()
_MARKDOWN = f"---\ntitle: x\ndate: 2018-05-20\n---\n# عنوان\n\n> {SENTENCE}\n\n- [ ] a\n![b](c)\n```\nd\n```\n===\n".encode()
_WORD = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:pPr><w:pStyle '
    b'w:val="Title"/></w:pPr><w:r><w:t>The work</w:t><w:br/></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>'
    b"</w:body></w:document>"
)
_BYTES = [SENTENCE.encode(name, "ignore") for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1256", "iso8859-6")]

TARGETS = {
    "txt": Target(_reader("text"), _BYTES, (b"\xff\xfe", b"\0", "ـ".encode())),
    "md": Target(
        _reader("markdown"), [_MARKDOWN], (b"---\n", b"\n# ", b"> ", b"- [ ] ", b"![", b"](", b"<!--", b"-->", b"|--|")
    ),
    "html": Target(
        _reader("html"),
        [_PAGE],
        (b"<p>", b"</p>", b"<!--", b"-->", b"<![CDATA[", b"<script>", b"&#0;", b"&amp;", b"<table>", b"<!DOCTYPE", b"<time>"),
    ),
    "pdf": Target(_reader("pdf"), [_PDF], (b"obj", b"endobj", b"stream\n", b" Tj", b"<<", b">>", b"/Kids", b"/Count 99999999")),
    "docx": Target(_docx, [_WORD], (b"<w:p>", b"</w:p>", b"<w:tbl>", b"<w:tr>", b"<w:tc>", b"<w:sdt>", b"<!DOCTYPE", b"&a;")),
    "json": Target(
        _reader("jsonl"), [_JSON, b"[" + _JSON + b"]"], (b'"text"', b"null", b"NaN", b"1e400", b"\\ud800", b"[[", b'"articles"')
    ),
    "jsonl": Target(_lines, [_JSON + b"\n" + _JSON], (b'"text"', b"null", b"NaN", b"1e400", b"\\ud800", b"\n", b"\\u0000")),
    "feed": Target(
        _reader("feed"), [_FEED, _ATOM], (b"<item>", b"</item>", b"<![CDATA[", b"<!DOCTYPE", b"&lt;", b"<id>", b"&#x0;")
    ),
    "encoding": Target(_encoding, _BYTES, (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\0", b"\xc7\xe1")),
    "cleaning": Target(
        _cleaning,
        [SENTENCE.encode(), "اقرأ أيضا: خبر\nXS SM MD LG\nرويترز\nTags: a, b\n".encode()],
        ("اقرأ أيضا".encode(), b"Related", b"\n", "صورة".encode(), b"(AFP)", "رويترز".encode(), b" / "),
    ),
}
