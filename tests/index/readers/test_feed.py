import pytest

from index.article import Article
from index.readers import Skipped, read_path

BODY = "وقال الوزير إن العمل في المشروع بدأ يوم الاثنين وسوف يستمر حتى نهاية العام المقبل."

RSS = f"""<?xml version="1.0" encoding="CHARSET"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>صحيفة المدى</title>
<item><title>امتلأ السد &amp;amp; فاض</title><link>http://a.example/1</link><guid>g1</guid>
<pubDate>Sun, 20 May 2018 23:30:00 -0500</pubDate><description>ملخص</description>
<content:encoded><![CDATA[<p>{BODY}</p><script>x</script><ul><li>بند أول</li><li>بند <b>ثان</b></li></ul>
<p>اقرأ أيضا: خبر</p>]]></content:encoded>
</item>
<item><title>Second</title><link>http://a.example/2</link>
<description>A &lt; B and nothing else, said the minister.</description></item>
<item><title>Only a title</title><link>http://a.example/3</link></item>
</channel></rss>"""

ATOM = f"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>The Daily</title>
<entry><id>tag:1</id><title>The dam</title><link href="http://a.example/1"/><updated>2018-05-20T10:00:00Z</updated>
<content type="html">&lt;p&gt;{BODY}&lt;/p&gt;</content></entry></feed>"""


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_path(path))


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1256"])
def test_rss_entries_become_articles(tmp_path, encoding):
    first, second, third = read(tmp_path, "a.rss", RSS.replace("CHARSET", encoding).encode(encoding))
    assert first == Article(
        id="g1",
        text=f"{BODY}\nبند أول\nبند ثان",
        title="امتلأ السد & فاض",
        source="صحيفة المدى",
        url="http://a.example/1",
        date="2018-05-20",
        language="ar",
        origin=f"{tmp_path}/a.rss:entry 1",
    )
    assert (second.id, second.url, second.date, second.language) == ("http://a.example/2", "http://a.example/2", None, "en")
    assert second.text.startswith("A ")
    assert isinstance(third, Skipped)
    assert "entry 3 has no text" in third.reason


@pytest.mark.parametrize("name", ["a.atom", "a.xml"])
def test_atom_entries_become_articles(tmp_path, name):
    (article,) = read(tmp_path, name, ATOM)
    assert (article.id, article.title, article.source, article.date) == ("tag:1", "The dam", "The Daily", "2018-05-20")
    assert article.text == BODY


@pytest.mark.parametrize(
    "content",
    [
        "<?xml version='1.0'?><note><to>x</to></note>",
        "no xml at all",
        "http://127.0.0.1:9/feed",
        "<rss version='2.0'><channel><title>a</title><item><title>t</title><link>http:</item></link></channel></rss>",
    ],
)
def test_what_is_no_feed_is_skipped(tmp_path, content):
    (result,) = read(tmp_path, "a.xml", content)
    assert isinstance(result, Skipped)
    assert "feed" in result.reason


ITEM = "<rss version='2.0'><channel><title>a</title><item><title>t</title><description>{}</description></item></channel></rss>"


def test_entities_that_multiply_do_not_blow_up(tmp_path):
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{levels}]>' + ITEM.format("&l9;")
    results = read(tmp_path, "a.xml", bomb)
    assert all(isinstance(result, Skipped) or len(result.text) < 10_000 for result in results)


def test_a_file_named_by_an_entity_is_not_opened(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET CONTENT")
    feed = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY s SYSTEM "file://{secret}">]>' + ITEM.format("&s; and some words.")
    results = read(tmp_path, "a.xml", feed)
    assert all("TOP SECRET" not in (result.reason if isinstance(result, Skipped) else result.text) for result in results)
