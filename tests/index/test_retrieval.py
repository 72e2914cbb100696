"""Both rankers together, on the real parts, over articles in both languages."""

import pytest

from index.article import Article
from index.hits import Hit
from index.retrieval import Retriever, select_by_article
from qa import Dalil

ARTICLES = [
    Article(
        id="coalition",
        title="التحالف في الحويجة",
        text="قال الميجر جنرال فيلكس غيدني إن التحالف سيبقى قرب الحويجة حتى هزيمة داعش.",
    ),
    Article(
        id="wheat",
        title="حصاد القمح",
        text="ارتفع إنتاج القمح في مصر إلى تسعة ملايين طن هذا العام بعد توزيع بذور جديدة على المزارعين.",
    ),
    Article(id="museum", title="متحف المستقبل", text="افتتح في دبي متحف المستقبل بحضور وزراء وخبراء من ثلاثين دولة."),
    Article(
        id="hospital",
        title="Hospital opened",
        language="en",
        text="The minister of health opened a new hospital for children in Basra.",
    ),
    Article(
        id="dam",
        title="The dam",
        language="en",
        text="Engineers said the dam on the Nile will hold seventy billion cubic metres of water.",
    ),
]


@pytest.fixture(scope="module")
def retriever(tmp_path_factory):
    with Dalil.open(tmp_path_factory.mktemp("index")) as dalil:
        dalil.add(ARTICLES)
        yield Retriever(dalil._collection)


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("ماذا قال غيدني عن الحويجة؟", "coalition"),
        ("What did Gedney say about the coalition near Hawija?", "coalition"),
        ("كم بلغ إنتاج القمح؟", "wheat"),
        ("How much wheat did Egypt produce?", "wheat"),
        ("Where was the museum of the future opened?", "museum"),
        ("Which hospital was opened in Basra?", "hospital"),
        ("أين افتتح مستشفى الأطفال الجديد؟", "hospital"),
        ("كم مترا مكعبا من المياه سيخزن السد على النيل؟", "dam"),
        ("غَيْدِنِي والحـــويجة", "coalition"),
        ("٩ ملايين طن قمح", "wheat"),
    ],
)
def test_the_right_article_comes_first_from_either_language(retriever, question, article):
    query, found = retriever.retrieve(question)
    assert found[0].hit.article_id == article
    assert found[0].hit.score == max(item.hit.score for item in found)
    assert set(query.words) == {"ar", "en"}


def test_the_evidence_is_a_share_and_a_cosine(retriever):
    _, found = retriever.retrieve("متحف المستقبل في دبي")
    assert all(0 <= item.lexical <= 1.5 and -1 <= item.dense <= 1.001 for item in found)
    assert found[0].lexical > 0.5


def test_a_word_that_stands_nowhere_is_told(retriever):
    query, _ = retriever.retrieve("متحف زقورة")
    assert {word.source: word.known for word in query.words["ar"]} == {"متحف": True, "زقور": False}


@pytest.mark.parametrize("question", ["zzqqxx", "؟ ! ،", "في من على", "1"])
def test_a_question_that_says_nothing_breaks_nothing(retriever, question):
    _, found = retriever.retrieve(question)
    assert [item.hit.score for item in found] == sorted((item.hit.score for item in found), reverse=True)


def hit(article, number, score):
    return Hit(f"{article}#{number}", article, "text", 0, 4, score, "ar")


@pytest.mark.parametrize(
    ("k", "chosen"),
    [(1, ["a#0"]), (2, ["a#0", "b#0"]), (3, ["a#0", "b#0", "a#1"]), (9, ["a#0", "b#0", "a#1", "a#2"])],
)
def test_one_long_story_does_not_fill_the_list(k, chosen):
    hits = [hit("a", 0, 0.9), hit("a", 1, 0.8), hit("a", 2, 0.7), hit("b", 0, 0.6)]
    assert [one.passage_id for one in select_by_article(hits, k)] == chosen


def test_a_slip_of_the_pen_finds_the_word_and_leaves_it_unknown(retriever):
    query, found = retriever.retrieve("توزيع المزراعين")
    assert found[0].hit.article_id == "wheat"
    slip = query.words["ar"][1]
    assert not slip.known
    assert "مزارع" in [option for option, _ in slip.options]
