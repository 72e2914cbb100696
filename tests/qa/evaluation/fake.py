"""A small world to measure in: five questions, two articles, and systems that know more or less."""

from collections.abc import Sequence
from typing import Any

from index.article import Article
from qa.evaluation.datasets import Dataset, Question
from qa.evaluation.results import Retrieved
from qa.evaluation.systems import Turn

WAR = "قال المتحدث أمس كلاما. انتهت الحرب في 30 أبريل. ونزل المطر."
RAIN = "Rain fell on Aden all day. Nobody was hurt."
DATASET = Dataset(
    "small world",
    (
        Question(
            "ar-1",
            "متى انتهت الحرب؟",
            relevant=("war",),
            answers=("30 أبريل",),
            type="when",
            evidence=("انتهت الحرب في 30 أبريل.",),
        ),
        Question(
            "en-1", "When did the war end?", relevant=("war",), answers=("30 أبريل",), answers_other=("30 April",), type="when"
        ),
        Question("en-2", "Where did rain fall?", relevant=("rain",), answers=("Aden",), type="where"),
        Question("no-1", "من انتصر في الحرب؟", answerable=False),
        Question("no-2", "Who won the cup?", answerable=False),
    ),
    (Article("war", WAR, title="الحرب", source="راديو"), Article("rain", RAIN, title="Rain", source="Herald", language="en")),
)
TEXTS = {article.id: article.text for article in DATASET.articles}


def cite(article_id: str, quote: str) -> dict[str, Any]:
    start = TEXTS[article_id].index(quote)
    return {"marker": 1, "article_id": article_id, "quote": quote, "start": start, "end": start + len(quote)}


class World:
    """Right about the war in Arabic, wrong about it in English, fails on rain, refuses one of the unanswerable questions."""

    name = "world"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.searched: list[str] = []
        self.histories: list[list[Turn]] = []
        self.broken = True

    def settings(self) -> dict[str, Any]:
        return {"k": 5}

    def answer(self, question: str, history: Sequence[Turn]) -> object:
        self.asked.append(question)
        self.histories.append(list(history))
        passages = [{"passage_id": "war#0", "article_id": "war", "text": WAR, "start": 0, "end": len(WAR), "score": 1.0}]
        base = {"passages": passages, "confidence": 0.8, "refused": False}
        if "متى" in question:
            quote = "انتهت الحرب في 30 أبريل."
            claims = [{"text": quote, "citations": [1]}]
            return {**base, "answer": f"{quote} [1]", "short": "30 أبريل", "citations": [cite("war", quote)], "claims": claims}
        if "rain" in question and self.broken:
            raise RuntimeError("the roof leaks")
        if "Who" in question:
            return {**base, "answer": "No article says.", "refused": True, "confidence": 0.1, "citations": []}
        wrong = {**cite("war", "ونزل المطر."), "start": 0}
        return {**base, "answer": "ونزل المطر. [1]", "short": None, "citations": [wrong], "confidence": 0.4}

    def retrieve(self, question: str, depth: int, history: Sequence[Turn] = ()) -> list[Retrieved]:
        self.searched.append(question)
        if "rain" in question and self.broken:
            raise RuntimeError("the roof leaks")
        first, second = ("rain", "war") if "When" in question else ("war", "rain")
        return [
            Retrieved(name, 1.0 / rank, f"{name}#0", 0, len(TEXTS[name]), None, TEXTS[name])
            for rank, name in ((1, first), (2, second))
        ]

    def article_text(self, article_id: str) -> str | None:
        return TEXTS.get(article_id)

    def known_as(self, article_id: str) -> str:
        return article_id

    def warm_up(self) -> None:
        raise RuntimeError("nothing to warm")
