"""The little dataset that `dalil eval init` writes, to be edited. It asks about the two articles in `seeds/`."""

import json
from pathlib import Path

from qa.evaluation.errors import DatasetError

_LINES = (
    {
        "id": "q1",
        "question": "متى انتهت العمليات القتالية الرئيسية للتحالف الدولي في العراق؟",
        "lang": "ar",
        "article_id": "003_bdcf7e066c1938b0",
        "answers": ["30 أبريل", "في 30 أبريل / نيسان الماضي"],
        "answers_en": ["30 April"],
        "evidence": (
            'وأعلن التحالف الدولي انتهاء عملياته القتالية الرئيسية ضد "داعش" في العراق في 30 أبريل / نيسان الماضي، '
            "مؤكدا نقل صلاحياته لقيادة العمليات المشتركة للقوات العراقية."
        ),
        "type": "when",
    },
    {
        "id": "q2",
        "question": "How many countries are in the coalition, according to Felix Gedney?",
        "lang": "en",
        "article_id": "000_4e84c7e255c49780",
        "answers": ["الدول الـ70", "70"],
        "answers_en": ["70"],
        "type": "how_many",
    },
    {
        "id": "q3",
        "question": "كم بلغت ميزانية التحالف الدولي عام 2018؟",
        "lang": "ar",
        "answers": [],
        "type": "how_many",
    },
)


def write_template(path: Path, *, force: bool = False) -> None:
    """Three questions: one in each language, and one that no article answers. Raises `DatasetError` when `path` is there."""
    if path.exists() and not force:
        raise DatasetError("is there already; choose another name, or --force to replace it", file=path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _LINES), encoding="utf-8")
