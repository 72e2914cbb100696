import io
import zipfile

import docx
import pytest
from docx.oxml import parse_xml

from index.article import Article
from index.readers import Skipped, read_path

BODY = "وقال الوزير إن العمل في المشروع بدأ يوم الاثنين وسوف يستمر حتى نهاية العام المقبل."
ENGLISH = "The minister said on Monday that the work would go on until the end of next year."


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (result,) = read_path(path)
    return result


def test_markdown_metadata_and_verbatim_lines(tmp_path):
    source = f"""---
title: "عنوان المقال"
date: 20 مايو 2018
source: عكاظ
tags: [a, b]
---

# عنوان المقال

![صورة](a.png)

{BODY} وهذا **غامق** و[رابط](http://a.example).

## قسم

- بند أول في القائمة
> قول مأثور

---
```python
print("x")
```
<!-- note -->
[1]: http://a.example
"""
    article = read(tmp_path, "a.md", source)
    assert (article.title, article.date, article.source) == ("عنوان المقال", "2018-05-20", "عكاظ")
    lines = [line for line in article.text.split("\n") if line.strip()]
    assert lines == [
        f"{BODY} وهذا **غامق** و[رابط](http://a.example).",
        "قسم",
        "بند أول في القائمة",
        "قول مأثور",
        'print("x")',
    ]
    assert all(line in source for line in lines)


@pytest.mark.parametrize("opening", ["# The dam is full\n", "The dam is full\n===============\n", "The dam is full\n"])
def test_markdown_headline_from_its_first_heading(tmp_path, opening):
    article = read(tmp_path, "a.md", f"{opening}\n{ENGLISH}\n")
    assert (article.title, article.text) == ("The dam is full", ENGLISH)


PAGE = f"""<!DOCTYPE html><html lang="ar"><head><meta charset="CHARSET"><title>امتلأ السد بالماء | صحيفة المدى</title>
<meta property="og:title" content="امتلأ السد بالماء"><meta property="og:site_name" content="صحيفة المدى">
<meta property="article:published_time" content="2018-05-20T10:00:00+03:00"></head>
<body><nav><a href="/">الرئيسية</a> <a href="/x">سياسة</a></nav><article><h1>امتلأ السد بالماء</h1>
<p>{BODY}</p><p>{BODY.replace("الوزير", "المدير")}</p>
<p>اقرأ أيضا: خبر آخر عن السد</p><p>{BODY.replace("الوزير", "المهندس")}</p>
</article><footer>جميع الحقوق محفوظة</footer><script>var x = "لا يقرأ";</script></body></html>"""


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256", "utf-16"])
def test_html_gives_the_article_and_its_metadata(tmp_path, encoding):
    article = read(tmp_path, "a.html", PAGE.replace("CHARSET", encoding).encode(encoding))
    assert (article.title, article.source, article.date) == ("امتلأ السد بالماء", "صحيفة المدى", "2018-05-20")
    assert [line for line in article.text.split("\n") if line] == [
        BODY,
        BODY.replace("الوزير", "المدير"),
        BODY.replace("الوزير", "المهندس"),
    ]


def test_html_with_only_little_text_is_read(tmp_path):
    article = read(tmp_path, "a.html", f"<html><title>The dam</title><body><p>{ENGLISH}</p></body></html>")
    assert (article.title, article.text, article.date) == ("The dam", ENGLISH, None)


@pytest.mark.parametrize(
    "page",
    ["<html><body><div id='root'></div><script>render()</script></body></html>", "<html></html>", "<!-- nothing -->"],
)
def test_html_without_text_says_what_to_do(tmp_path, page):
    result = read(tmp_path, "a.html", page)
    assert isinstance(result, Skipped)
    assert "save the text as .txt" in result.reason


def test_html_nested_thousands_deep_is_survived(tmp_path):
    result = read(tmp_path, "a.html", "<div>" * 20_000 + ENGLISH + "</div>" * 20_000)
    assert isinstance(result, Skipped) or ENGLISH in result.text


def word_file(build):
    document = docx.Document()
    build(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_docx_paragraphs_and_tables_in_order(tmp_path):
    def build(document):
        document.add_heading("امتلأ السد بالماء", 0)
        document.add_paragraph(BODY)
        table = document.add_table(rows=2, cols=2)
        for number, text in enumerate(["السنة", "المبلغ", "2015", "2,014 مليون"]):
            table.cell(number // 2, number % 2).text = text
        last = document.add_paragraph("قال ")
        last.add_run("الوزير").bold = True
        last.add_run(" ذلك أمس في العاصمة.")

    article = read(tmp_path, "a.docx", word_file(build))
    assert article.title == "امتلأ السد بالماء"
    assert [line for line in article.text.split("\n") if line] == [
        BODY,
        "السنة | المبلغ",
        "2015 | 2,014 مليون",
        "قال الوزير ذلك أمس في العاصمة.",
    ]


def test_docx_inserted_text_counts_and_deleted_text_does_not(tmp_path):
    w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'

    def build(document):
        paragraph = document.add_paragraph("The dam ")._p
        paragraph.append(parse_xml(f'<w:ins {w} w:id="1" w:author="a"><w:r><w:t>is full</w:t></w:r></w:ins>'))
        paragraph.append(parse_xml(f'<w:del {w} w:id="2" w:author="a"><w:r><w:delText>is empty</w:delText></w:r></w:del>'))
        document.element.body.insert(
            1, parse_xml(f"<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>{ENGLISH}</w:t></w:r></w:p></w:sdtContent></w:sdt>")
        )

    article = read(tmp_path, "a.docx", word_file(build))
    assert (article.title, article.text) == ("The dam is full", ENGLISH)


def bomb():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"word/{number}.xml", b"\0" * 80_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0 old", "save it as .docx"),
        (b"not a zip", "not a Word file"),
        (word_file(lambda document: document.add_paragraph(ENGLISH))[:-300], "Word file"),
        (word_file(lambda document: None), "there is no text in this Word file"),
    ],
)
def test_docx_that_cannot_be_read_is_skipped(tmp_path, data, says):
    result = read(tmp_path, "a.docx", data)
    assert isinstance(result, Skipped)
    assert says in result.reason


def test_docx_that_would_fill_the_memory_is_refused_before_unpacking(tmp_path):
    result = read(tmp_path, "a.docx", bomb())
    assert "would unpack to 240,000,000 bytes" in result.reason


def test_docx_archive_without_a_document_is_skipped(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "hello")
    result = read(tmp_path, "a.docx", out.getvalue())
    assert isinstance(result, Skipped)
    assert not isinstance(result, Article)
    assert "damaged" in result.reason
