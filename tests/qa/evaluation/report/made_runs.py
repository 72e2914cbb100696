"""Runs made up for reports: ordinary ones, and one with everything in it that could break a page."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from qa.evaluation.results import METRICS_FILE, RESULTS_FILE, RUN_FILE, Result, Retrieved, write_json
from qa.evaluation.summary import summarise

SCRIPT = "<script>window.broken = true</script>"
CLOSING = "</script><img src=x onerror='window.broken = true'>"
ARABIC = "أعلن التحالف الدولي يوم الاثنين 😀 انتهاء عملياته القتالية الرئيسية في العراق. وقال المتحدث إن القوات ستبقى للتدريب."
ENGLISH = "The 😀 coalition said on Monday that its main combat operations in Iraq had ended. Troops will stay to train others."


def passage(article: str, text: str, start: int = 100) -> dict[str, Any]:
    return {
        "passage_id": f"{article}:0",
        "article_id": article,
        "text": text,
        "start": start,
        "end": start + len(text),
        "score": 3.25,
        "title": f"عنوان {article}",
    }


def answer(text: str, quote: str, held: dict[str, Any], confidence: float | None = 0.9) -> dict[str, Any]:
    start = held["start"] + held["text"].find(quote)
    citation = {
        "marker": 1,
        "article_id": held["article_id"],
        "passage_id": held["passage_id"],
        "title": held["title"],
        "source": "عكاظ",
        "date": "2018-05-01",
        "url": "https://news.example/1",
        "quote": quote,
        "start": start,
        "end": start + len(quote),
        "language": "ar",
    }
    claims = [{"text": text, "citations": [1]}]
    return {
        "answer": f"{text} [1]",
        "short": text,
        "refused": False,
        "confidence": confidence,
        "claims": claims,
        "citations": [citation],
        "passages": [held],
    }


def refusal(text: str = "لم أجد في المقالات جوابا عن هذا السؤال.") -> dict[str, Any]:
    return {"answer": text, "refused": True, "confidence": 0.1, "citations": [], "claims": [], "passages": []}


def ordinary(count: int, seed: int = 0, right: float = 0.7) -> list[Result]:
    """Questions in both languages with every verdict; a share of about `right` is right."""
    rng = random.Random(seed)
    rows = []
    for at in range(count):
        language = "ar" if at % 2 else "en"
        text, quote = (ARABIC, "يوم الاثنين") if language == "ar" else (ENGLISH, "on Monday")
        held = passage(f"a{at % 7}", text)
        luck = rng.random()
        answerable = at % 9 != 8
        said = answer(quote, quote, held, round(luck, 3)) if luck > 0.1 else refusal()
        correct = answerable and not said["refused"] and rng.random() < right
        verdict = (
            ("refused_wrongly" if answerable else "refused_rightly")
            if said["refused"]
            else "correct"
            if correct
            else "wrong"
            if answerable
            else "answered_unanswerable"
        )
        metrics = {"f1": float(correct), "contains_gold": float(correct), "exact_match": float(correct)} if answerable else {}
        metrics |= {"recall@5": float(rng.random() < 0.8), "recall@10": 1.0, "mrr@10": rng.random()} if answerable else {}
        metrics |= {} if said["refused"] else {"citation_validity": 1.0, "citation_recall": 1.0, "words": 12.0}
        rows.append(
            Result(
                id=f"q{at}",
                question=f"متى أعلن التحالف انتهاء العمليات؟ ({at})" if language == "ar" else f"When did it end? ({at})",
                language=language,
                type=("when", "who", "كم")[at % 3],
                source="عكاظ",
                answerable=answerable,
                relevant=(held["article_id"],) if answerable else (),
                answers=("الاثنين",) if answerable else (),
                answers_other=("Monday",) if answerable else (),
                answer=said,
                latency_ms=20 + 200 * rng.random() ** 3,
                alone=at < 40,
                verdict=verdict,
                cause="not_selected" if verdict == "wrong" else None,
                metrics=metrics,
            )
        )
    return rows


def hostile() -> list[Result]:
    """Rows that a careless page would run, lose or choke on."""
    long = "كلمة طويلة " * 20_000
    held = passage("<b>a</b>", f"قبل {CLOSING} بعد {SCRIPT} \u202eعكس\u202c\x00 نهاية.", 0)
    unfit = {
        "answer": "none of the fields [9]",
        "refused": False,
        "citations": [{"marker": 9}, {"quote": "nowhere", "start": 3}],
    }
    twisted = answer(CLOSING, CLOSING, held)
    twisted["citations"][0] |= {"url": "javascript:window.broken=true", "title": SCRIPT, "source": "</title>"}
    whole = passage("whole", long)
    return [
        Result(
            "1",
            f"{SCRIPT} ما هذا؟",
            "ar",
            type="</svg><script>$x$",
            answerable=True,
            answers=(CLOSING,),
            answer=twisted,
            verdict="correct",
            metrics={"f1": 1.0},
            latency_ms=5.0,
            alone=True,
        ),
        Result(
            "2",
            "\u202e\u2067متى؟\x00\ud800",
            "ar",
            answerable=True,
            answers=("x",),
            answer=unfit,
            verdict="wrong",
            cause="not_said",
            metrics={"f1": 0.0},
            latency_ms=6.0,
        ),
        Result(
            "3",
            long,
            "ar",
            answerable=True,
            answers=(long,),
            answer=answer(long, "كلمة طويلة", whole, float("nan")),
            verdict="wrong",
            metrics={"f1": 0.5},
            notes=("[1] is not the text",),
        ),
        Result(
            "4",
            "Who <b>failed</b>? @everyone | `x`",
            "en",
            answerable=True,
            error=f"ValueError: {CLOSING}",
            verdict="failed",
            metrics={"f1": 0.0},
        ),
        Result("5", "", "en"),
        Result(
            "6",
            "What is missing?",
            "en",
            answerable=False,
            answer=refusal(""),
            verdict="refused_rightly",
            retrieved=(Retrieved("a1", 1.0), Retrieved("a2", 0.5, text=SCRIPT)),
        ),
        Result(
            '7"><',
            "Stitched {{data}} {{script}}",
            "en",
            type="{{style}}",
            answerable=True,
            answers=("y",),
            answer={"answer": "a\n\nب [1]", "citations": "none", "passages": [3]},
            verdict="wrong",
        ),
    ]


def save(run_dir: Path, rows: Sequence[Result], **info: Any) -> Path:
    """A run directory as `dalil eval` leaves it."""
    run_dir.mkdir(parents=True)
    run: Any = {"dataset": "مجموعة/dataset", "system": "dalil", "started": "2026-11-20T10:00:00+00:00", "complete": True}
    run |= {"versions": {"python": "3.11"}, "fingerprint": {"seed": 0}, "wall_s": 12.5, "workers": 2, **info}
    with (run_dir / RESULTS_FILE).open("w", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row.to_dict()) + "\n" for row in rows)
    write_json(run_dir / RUN_FILE, run)
    metrics = json.loads(json.dumps(summarise(rows, run, k=10)))
    write_json(run_dir / METRICS_FILE, metrics)
    return run_dir
