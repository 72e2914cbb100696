"""PDFs are written here by hand: every glyph at its place on paper, in the order and with the letters a writer would give."""

import random
import unicodedata

import pytest
from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.readers import Skipped, read_path
from index.readers.visual import read_line

ARABIC = [
    "قال الوزير إن شركة Microsoft Corporation استثمرت 2014 مليون دولار في مشروع الرياض الجديد",
    "عام 2015 بنسبة 12.5% من الميزانية (أي 3,500 موظف) وفق ما ذكره The New York Times الأمريكية.",
]


def escaped(code):
    return f"<{code:02X}>"


def make_pdf(lines, *, order="visual", rtl=True, unicode_of=None, title=None, size=12, gap=18):
    """A PDF with `lines` given in reading order, laid out by the bidirectional algorithm, 0.5 em a glyph.

    `order` is the order in which glyphs are drawn: `visual`, `logical` (right to left for Arabic) or `shuffled` words.
    `unicode_of` maps a character to what the file says it stands for.
    """
    chars = sorted({char for line in lines for char in line} | set("()[]«»"))
    codes = {char: number for number, char in enumerate(chars, start=1)}
    content = []
    for number, line in enumerate(lines):
        visual = get_display(line, base_dir="R" if rtl else "L")
        width = 0.5 * size * len(visual)
        left = 560 - width if rtl else 30
        glyphs = [(left + 0.5 * size * place, char) for place, char in enumerate(visual) if char != " "]
        if order == "logical" and rtl:
            glyphs.reverse()
        if order == "shuffled":
            random.Random(7).shuffle(glyphs)
        for x, char in glyphs:
            y = 750 - gap * number
            content.append(f"BT /F1 {size} Tf 1 0 0 1 {x:.2f} {y} Tm {escaped(codes[char])} Tj ET")
    said = {char: (unicode_of or {}).get(char, char) for char in chars}
    mapping = "\n".join(
        f"{escaped(codes[char])} <{text.encode('utf-16-be').hex()}>" for char, text in said.items() if text is not None
    )
    count = mapping.count("\n") + 1 if mapping else 0
    cmap = f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def 1 begincodespacerange <00> <FF> endcodespacerange {count} beginbfchar\n{mapping}\nendbfchar endcmap end end"  # noqa: E501
    info = f"/Title <feff{title.encode('utf-16-be').hex()}>" if title else ""
    return assemble(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        stream("\n".join(content)),
        f"<< /Type /Font /Subtype /Type3 /FontBBox [0 -200 500 800] /FontMatrix [0.001 0 0 0.001 0 0] /CharProcs << /g 6 0 R >>"
        f" /Encoding << /Differences [1 {'/g ' * len(chars)}] >> /FirstChar 1 /LastChar {len(chars)}"
        f" /Widths [{'500 ' * len(chars)}] /ToUnicode 7 0 R >>",
        stream("500 0 40 0 460 700 d1 40 0 420 700 re f"),
        stream(cmap),
        f"<< {info} >>",
    )


def stream(content):
    return f"<< /Length {len(content.encode())} >>\nstream\n{content}\nendstream"


def assemble(*objects):
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode()
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    for place in places:
        out += f"{place:010} 00000 n \n".encode()
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    return bytes(out)


def read(tmp_path, data):
    path = tmp_path / "a.pdf"
    path.write_bytes(data)
    (result,) = read_path(path)
    return result


@pytest.mark.parametrize("order", ["visual", "logical", "shuffled"])
def test_arabic_with_digits_latin_percent_and_brackets_is_put_in_reading_order(tmp_path, order):
    article = read(tmp_path, make_pdf(ARABIC, order=order, title="تقرير الاستثمار"))
    assert isinstance(article, Article)
    assert article.text == " ".join(ARABIC)
    assert (article.title, article.quotable, article.language, article.date) == ("تقرير الاستثمار", True, "ar", None)
    assert any("put back in reading order" in note for note in article.notes)


def test_presentation_forms_become_letters_and_ligatures_keep_their_order(tmp_path):
    forms = {"ق": "ﻗ", "م": "ﻤ", "ه": "ﻪ", "ﻻ": "لا", "ي": "ﻱ"}
    article = read(tmp_path, make_pdf(["قال ﻻ يزال العمل مستمرا في بلاده منذ عام 2014."], unicode_of=forms))
    assert article.text == "قال لا يزال العمل مستمرا في بلاده منذ عام 2014."
    assert article.quotable


@pytest.mark.parametrize("order", ["visual", "logical"])
def test_a_letter_drawn_with_its_vowel_signs_in_one_glyph_is_right_or_never_quoted(tmp_path, order):
    line = "كتب طالب الدرس قصة طويلة في العام 2014 وقرأها الطلاب."
    article = read(tmp_path, make_pdf([line], order=order, unicode_of={"ط": "ط\u0651\u064e"}))
    assert article.text.replace(" ", "") == line.replace("ط", "ط\u0651\u064e").replace(" ", "")
    assert article.text == line.replace("ط", "ط\u0651\u064e") or not article.quotable


def test_what_the_page_cuts_off_is_not_read(tmp_path):
    kept, cut = "The dam was filled on Tuesday, the ministry said.", "gpqy"
    page = make_pdf([kept, cut], rtl=False)
    clip = b"q 0 740 595 102 re W n "
    page = page.replace(b"stream\nBT", b"stream\n" + clip + b"BT", 1)
    assert read(tmp_path, page).text == kept


def test_brackets_face_the_right_way_however_the_writer_turns_them(tmp_path):
    turned = {"(": ")", ")": "(", "«": "»", "»": "«"}
    line = "افتتح «متحف المدينة» أمس (الاثنين) بحضور عدد من الزوار."
    for unicode_of in (None, turned):
        assert read(tmp_path, make_pdf([line], unicode_of=unicode_of)).text == line


def test_english_pages_keep_their_order(tmp_path):
    lines = ["The company (known as the house) said that revenue rose by 12.5% to", "2,014 million in 2015."]
    article = read(tmp_path, make_pdf(lines, rtl=False))
    assert (article.text, article.quotable, article.notes, article.language) == (" ".join(lines), True, (), "en")


def test_two_columns_are_read_one_after_the_other(tmp_path):
    left = [f"left column line {number} goes on" for number in "abcdef"]
    right = [f"right column line {number} goes on" for number in "abcdef"]
    wide = [f"{one}   {two}" for one, two in zip(left, right, strict=True)]
    article = read(tmp_path, make_pdf(wide, rtl=False))
    text = " ".join(article.text.split())
    assert text == " ".join(left + right)


def test_paragraphs_are_told_by_the_gap_between_lines(tmp_path):
    article = read(
        tmp_path, make_pdf(["A first line of text that goes on", "and a second one of the same paragraph."], rtl=False)
    )
    assert "\n" not in article.text
    apart = read(tmp_path, make_pdf(["A first line of text that goes on", "and another one far below it."], rtl=False, gap=60))
    assert "\n\n" in f"{apart.title}\n\n{apart.text}"
    assert apart.text == "and another one far below it."


def test_glyphs_without_letters_are_searched_but_never_quoted(tmp_path):
    article = read(tmp_path, make_pdf(ARABIC, unicode_of={"ق": "\ufffd"}))
    assert isinstance(article, Article)
    assert not article.quotable
    assert any(note.startswith("never quoted") for note in article.notes)


def test_a_line_that_cannot_be_laid_out_again_is_never_quoted(tmp_path, monkeypatch):
    import index.readers.visual as visual

    monkeypatch.setattr(visual, "get_display", lambda text, base_dir: text[::-1])
    article = read(tmp_path, make_pdf(ARABIC))
    assert not article.quotable
    assert "could not be put back" in " ".join(article.notes)


def test_pages_of_unknown_glyphs_and_pages_without_text_are_skipped(tmp_path):
    unknown = make_pdf(["قال الوزير"], unicode_of=dict.fromkeys("قالوزير", "\ufffd"))
    assert "OCR" in read(tmp_path, unknown).reason
    empty = read(tmp_path, make_pdf([""]))
    assert isinstance(empty, Skipped)
    assert "run OCR on it first" in empty.reason


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF", b"hello", make_pdf(ARABIC)[:200]])
def test_damaged_files_are_skipped_with_the_reason(tmp_path, data):
    result = read(tmp_path, data)
    assert isinstance(result, Skipped)
    assert "damaged" in result.reason


WORDS = st.sampled_from(
    [
        "قال",
        "الوزير",
        "شركة",
        "2014",
        "12.5%",
        "٢٠١٨",
        "Microsoft",
        "New York",
        "(أي",
        "كورونا)",
        "«نص»",
        "COVID-19",
        "3,500",
        "نعم،",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=8), st.booleans())
def test_what_is_sure_looks_on_paper_as_the_page_does(words, rtl):
    line = " ".join(words)
    paper = get_display(line, base_dir="R" if rtl else "L")
    reading = read_line(list(paper), rtl=rtl)
    assert sorted(map(mirrored, reading.text)) == sorted(map(mirrored, line)), "no character is lost or made up"
    if reading.sure:
        shown = get_display(reading.text, base_dir="R" if rtl else "L")
        before = {shown, get_display("ا" + reading.text, base_dir="R")[:-1]}
        assert "".join(map(mirrored, paper)) in {"".join(map(mirrored, one)) for one in before}


def mirrored(char):
    return {")": "(", "»": "«"}.get(char, char)


@pytest.mark.parametrize(
    "line",
    [
        *ARABIC,
        "رقم ٢٠١٨ و١٢٫٥٪ و iPhone 6 ثم COVID-19 (أي كورونا) بين 10-20 يوما.",
        '«النص المقتبس» هنا، وقال "كلام" أيضا؛ ثم [مقارنة بـ 4% سابقا]!',
        "اتصل على 920000-123 أو info@example.com يوم 20/05/2018 الساعة 10:30.",
        "Twitter منصة، وموقع www.example.com كذلك",
        "بلغ عدد سكان المدينة 5 ملايين (2015) و6 ملايين (2018)",
    ],
)
def test_lines_come_back_exactly(line):
    reading = read_line(list(get_display(line, base_dir="R")), rtl=True)
    assert (reading.text, reading.sure) == (line, True)


def test_marks_stay_with_their_letter():
    cells = [unicodedata.normalize("NFC", cell) for cell in ("بَ", "تَ", "كَ")]
    assert read_line(cells, rtl=True).text == "كَتَبَ"


def test_places_that_look_the_same_in_two_orders_are_counted():
    assert read_line(list(get_display("هاتف iPhone 6 جديد", base_dir="R")), rtl=True).two_ways == 1
