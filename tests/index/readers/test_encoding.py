import contextlib

import pytest

from index.errors import ReadError
from index.readers.encoding import decode

ARABIC = "قال الوزير إن شركة Microsoft استثمرت ٢٠ مليون دولار في العراق، وأضاف: «هذا رقم كبير» 2015.\n" * 3
ENGLISH = "The café’s owner said “no” to the naïve plan – it cost £20 in 2015.\n" * 3
PLAIN = "قال الوزير إن الشركة استثمرت مليون دولار في العراق، وأضاف أن هذا رقم كبير 2015.\n" * 3


@pytest.mark.parametrize("text", [ARABIC, ENGLISH, "plain ascii", "سلام"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_unicode_is_read_exactly(text, encoding):
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize("text", [ARABIC, ENGLISH, "plain ascii", PLAIN])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_its_mark_is_read(text, encoding):
    assert decode(text.encode(encoding), "a.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ARABIC.replace("٢٠", "20"), "cp1256"),
        (PLAIN, "cp1256"),
        (PLAIN, "iso8859_6"),
        (ENGLISH, "cp1252"),
        ("Le café est très cher à Paris, dit-elle, mais le garçon était là.", "latin-1"),
        ("العراق بلد كبير", "cp1256"),
    ],
)
def test_single_byte_encodings_are_told_by_the_text(text, encoding):
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_declared_encoding_is_tried_before_guessing():
    assert decode("بيت".encode("cp1256"), "a.html", "windows-1256") == "بيت"
    assert decode("بيت".encode(), "a.html", "windows-1256") == "بيت", "valid UTF-8 is UTF-8, whatever a header says"
    assert decode(PLAIN.encode("cp1256"), "a.html", "no-such-encoding") == PLAIN


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (ARABIC.encode()[:-3] + b"\xff\xfe\xd8" + ARABIC.encode(), "line 3"),
        (ARABIC.encode()[:102], "not UTF-8"),
        (b"\xef\xbb\xbfabc\xff", "UTF-8"),
        (b"\xff\xfea", "UTF-16"),
        (bytes(range(256)) * 4, "binary"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x86\xa0" * 9, "binary"),
        (b"\xd8\xe5\xfa\x01\x02\x03\x04\xff\x81\x8d" * 20, "encoding"),
    ],
)
def test_hopeless_bytes_are_refused_with_the_name_of_the_file(data, says):
    with pytest.raises(ReadError, match=says) as caught:
        decode(data, "folder/bad.txt")
    assert str(caught.value).startswith("folder/bad.txt: ")


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "shift_jis", "cp1253"])
def test_text_in_another_script_never_comes_out_as_arabic_or_latin_nonsense(encoding):
    text = {
        "shift_jis": "日本語の文章です。これは長い文章です。",
        "cp1253": "Η κυβέρνηση ανακοίνωσε νέα μέτρα για την οικονομία.",
    }.get(encoding, "Правительство объявило о новых мерах для экономики страны.")
    data = (text * 4).encode(encoding)
    with contextlib.suppress(ReadError):
        assert decode(data, "a.txt") == text * 4
