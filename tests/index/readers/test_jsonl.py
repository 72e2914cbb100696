import json

import pytest

from index.article import Article
from index.readers import Skipped, read_path

BODY = "وقال الوزير إن العمل في المشروع بدأ يوم الاثنين وسوف يستمر حتى نهاية العام المقبل."


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_path(path))


def test_all_fields_are_taken_and_only_text_is_needed(tmp_path):
    full = {
        "id": "d1",
        "title": "عنوان",
        "text": BODY,
        "source": "عكاظ",
        "url": "http://a.example/1",
        "date": "2015-08-10 19:29:56",
        "language": "ar-SA",
        "other": [1],
    }
    first, second = read(tmp_path, "a.jsonl", json.dumps(full) + "\n\n" + json.dumps({"text": "Some English text here."}))
    assert first == Article(
        id="d1",
        text=BODY,
        title="عنوان",
        source="عكاظ",
        url="http://a.example/1",
        date="2015-08-10",
        language="ar",
        origin=f"{tmp_path}/a.jsonl:1",
    )
    assert (second.text, second.title, second.language) == ("Some English text here.", None, "en")
    assert len(second.id) == 16


def test_an_id_made_from_content_does_not_depend_on_the_place(tmp_path):
    one = read(tmp_path, "a.jsonl", json.dumps({"text": BODY}))
    two = read(tmp_path, "b.jsonl", json.dumps({"text": "first"}) + "\n" + json.dumps({"text": BODY}))
    assert one[0].id == two[1].id != two[0].id


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "line 2 is not JSON"),
        ("[1]", "line 2: expected an object with a field 'text', got a list"),
        ("null", "line 2: expected an object with a field 'text', got null"),
        ('{"title": "a"}', "line 2: field 'text' is missing"),
        ('{"text": null}', "line 2: field 'text' is missing"),
        ('{"text": 5}', "line 2: field 'text' is a number"),
        ('{"text": ""}', "line 2: there is no text"),
        ('{"text": "LG\\nXS"}', "line 2: it holds nothing but menus"),
        ('{"text": "a", "title": ["x"]}', "line 2: field 'title' is a list"),
        ('{"text": "a", "id": true}', "line 2: field 'id' is true or false"),
        ('{"text": "a", "id": 1.5}', "line 2: field 'id' is a number"),
        ('{"text": "a", "id": " "}', "line 2: the id is empty"),
        ('{"text": "a", "id": "x\\ny"}', "line 2: the id has a control character"),
        ('{"text": "a", "id": "' + "x" * 1001 + '"}', "line 2: the id has 1,001 characters"),
        ('{"text": "a\\ud800b"}', "line 2: field 'text' has half a character (U+D800) at position 1"),
        ('{"text": "a", "title": "\\udfff"}', "line 2: field 'title' has half a character"),
        ('{"text": "a\\u0000b"}', "line 2: field 'text' has a NUL"),
        ('{"text": "good", "id": "one"}', "line 2: the id 'one' is taken by"),
        ("[" * 100_000, "line 2"),
        ('{"text": ' + "9" * 5000 + "}", "line 2"),
        (b'{"text": "\xd9\x82\xd8\xa7\xd9\x84 \xff\xfe \xd8\xa7\xd9\x84\xd9\x88\xd8\xb2\xd9\x8a\xd8\xb1"}', "line 2"),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(tmp_path, line, says):
    line = line if isinstance(line, bytes) else line.encode()
    results = read(tmp_path, "a.jsonl", b'{"text": "first", "id": "one"}\n' + line + b'\n{"text": "third", "id": 3}\n')
    assert [getattr(result, "id", None) for result in results] == ["one", None, "3"]
    assert results[1].origin == f"{tmp_path}/a.jsonl:2"
    assert results[1].reason.startswith(says)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_jsonl_in_any_unicode_encoding(tmp_path, encoding):
    line = json.dumps({"text": BODY, "id": "a"}, ensure_ascii=False)
    results = read(tmp_path, "a.jsonl", (line + "\r\n" + line.replace('"a"', '"b"')).encode(encoding))
    assert [(result.id, result.text) for result in results] == [("a", BODY), ("b", BODY)]


def test_a_line_above_the_limit_is_skipped_and_the_file_may_be_longer(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [json.dumps({"id": str(n), "text": "x" * (5000 if n == 2 else 80)}) for n in range(40)]
    path.write_text("\n".join(lines))
    results = list(read_path(path, max_bytes=1000))
    assert [result.origin for result in results if isinstance(result, Skipped)] == [f"{path}:3"]
    assert sum(isinstance(result, Article) for result in results) == 39


@pytest.mark.parametrize(
    ("document", "ids"),
    [
        ({"text": BODY}, ["news"]),
        ({"text": BODY, "id": "own"}, ["own"]),
        ([{"text": BODY, "id": "a"}, {"text": BODY, "id": "b"}], ["a", "b"]),
        ({"articles": [{"text": BODY, "id": "a"}, {"no": 1}]}, ["a", None]),
        ([], []),
    ],
)
def test_one_json_document_holds_one_article_or_many(tmp_path, document, ids):
    results = read(tmp_path, "news.json", json.dumps(document))
    assert [getattr(result, "id", None) for result in results] == ids


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{\n  oops", "line 2 is not JSON"),
        ('"text"', "it holds a string"),
        ("[" * 200_000, "nested too deeply"),
        (" ", "the file is empty"),
        ('[{"text": "a"}, {"text": 1}]', "article 2: field 'text' is a number"),
    ],
)
def test_a_bad_json_document_is_skipped_with_the_reason(tmp_path, content, says):
    last = read(tmp_path, "news.json", content)[-1]
    assert isinstance(last, Skipped)
    assert says in last.reason
