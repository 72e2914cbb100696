"""Bytes to text, without ever putting one character in the place of another.

UTF-8 and UTF-16 are certain. For the single-byte encodings the text itself must speak for the choice: Arabic letters in
Arabic frequencies, or Latin words with an accent here and there. Whatever is neither is refused.
"""

import codecs
import re
import unicodedata

from index.errors import ReadError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_ARABIC_ENCODINGS = ("cp1256", "iso8859_6")
_FREQUENT = frozenset("اليمنوتربةهعد")
_WORD = re.compile(r"[^\W\d_]+")
_ADVICE = "save it as UTF-8"


def decode(data: bytes, name: str, declared: str | None = None) -> str:
    """The text of `data`; `declared` is the encoding that a header or a document claims, tried before guessing.

    Raises `ReadError` with `name` for binary data, for UTF-8 with broken bytes, and where no encoding makes sense of it.
    """
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, name)
    if (text := _plain_utf8(data)) is not None:
        return text
    if declared and (text := _as_declared(data, declared)) is not None:
        return text
    if (text := _bare_utf16(data)) is not None:
        return text
    if _CONTROL.search(data.decode("latin-1")) and b"\0" in data:
        raise ReadError(f"{name}: this is binary data, not text; give the file the ending of its kind, such as .pdf or .docx")
    _refuse_broken_utf8(data, name)
    for text in (_arabic(data), _latin(data), _detected(data)):
        if text is not None:
            return text
    raise ReadError(f"{name}: its encoding cannot be told; {_ADVICE}")


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name}: it starts with the mark of {encoding.upper()}, but byte {error.start:,} is not; {_ADVICE}"
        ) from None


def _has_much_control(text: str) -> bool:
    return len(_CONTROL.findall(text)) > len(text) // 100


def _plain_utf8(data: bytes) -> str | None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return None if _has_much_control(text) else text


def _as_declared(data: bytes, declared: str) -> str | None:
    try:
        text = data.decode(codecs.lookup(declared.strip()).name)
    except (LookupError, UnicodeError, ValueError):
        return None
    return None if _has_much_control(text) or not isinstance(text, str) else text


def _bare_utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: one of the two byte orders gives letters, blanks and signs of our scripts only."""
    if len(data) % 2 or not data:
        return None
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        usual = sum(char < "\u0250" or "\u0600" <= char < "\u0780" or "\u2000" <= char < "\u2070" for char in text)
        if usual >= 0.95 * len(text) and not _has_much_control(text):
            return text
    return None


def _refuse_broken_utf8(data: bytes, name: str) -> None:
    """Mostly UTF-8 with some bytes broken would turn into nonsense in any other encoding."""
    loose = data.decode("utf-8", "surrogateescape")
    broken = [place for place, char in enumerate(loose) if "\udc80" <= char <= "\udcff"]
    whole = sum(char >= "\x80" for char in loose) - len(broken)
    if broken and whole > 2 * len(broken):
        line = loose.count("\n", 0, broken[0]) + 1
        byte = ord(loose[broken[0]]) - 0xDC00
        raise ReadError(f"{name}: line {line} has a byte (0x{byte:02X}) that is not UTF-8, as the rest is; {_ADVICE}")


def _arabic(data: bytes) -> str | None:
    """Text in a single-byte Arabic encoding: its words are Arabic throughout and its letters as frequent as in Arabic."""
    best: tuple[float, str] | None = None
    for encoding in _ARABIC_ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        beyond = [char for char in text if char > "\x7f" and char.isalpha()]
        arabic = [char for char in beyond if "\u0620" <= char <= "\u06d3"]
        mixed = sum(not word.isascii() and any(char.isascii() for char in word) for word in _WORD.findall(text))
        if len(arabic) < 4 or len(arabic) < 0.9 * len(beyond) or 10 * mixed > len(arabic) or _has_much_control(text):
            continue
        share = sum(char in _FREQUENT for char in arabic) / len(arabic)
        articles = len(re.findall(r"\b[وفبك]?ال\w", text)) / max(1, len(_WORD.findall(text)))
        if share >= 0.6 and (best is None or share + articles > best[0]):
            best = share + articles, text
    return best[1] if best else None


def _latin(data: bytes) -> str | None:
    """Western European text: mostly ASCII, the rest letters within Latin words and typographic signs."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    beyond = [char for char in text if char > "\x7f"]
    letters = sum(map(str.isalpha, text))
    signs = all(unicodedata.category(char) in ("Ll", "Lu", "Pd", "Pi", "Pf", "Ps", "Po", "Zs", "Sc", "So") for char in beyond)
    runs = re.search(r"[^\x00-\x7f]{4,}", text)
    if _has_much_control(text) or not signs or runs or 5 * sum(map(str.isalpha, beyond)) > letters:
        return None
    return text


def _detected(data: bytes) -> str | None:
    """The detector's best guess, if what comes out is Arabic or Latin text."""
    from charset_normalizer import from_bytes

    if b"\0" in data or (best := from_bytes(data[:200_000]).best()) is None or best.encoding.startswith("utf"):
        return None
    text = _as_declared(data, best.encoding)
    if text is None:
        return None
    letters = [char for char in text if char.isalpha()]
    ours = sum(char < "\u0250" or "\u0620" <= char <= "\u06d3" for char in letters)
    frequent = sum(char in _FREQUENT for char in letters if char > "\u0600")
    arabic = sum("\u0620" <= char <= "\u06d3" for char in letters)
    return text if letters and ours >= 0.98 * len(letters) and frequent >= 0.6 * arabic else None
