"""The data that trains what is shipped: every source with its licence, and how much it counts.

Left out on purpose, because their terms forbid it or are not stated: AQAD and SaudiNewsNet (the news development set).
"""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from index.embedding.training import written

Kind = Literal["sentence", "word", "name"]


@dataclass(frozen=True)
class Source:
    """One file of `arabic<TAB>english` lines, under `bilingual/`; `weight` is what one of its pairs counts."""

    file: str
    kind: Kind
    weight: float
    licence: str
    credit: str


_MICROSOFT = ("CC BY 4.0", "MicrosoftDocs, documentation of Dynamics 365")
SOURCES = (
    Source("ntrex", "sentence", 1.0, "CC BY-SA 4.0", "NTREX-128, Microsoft Translator (Federmann, Kocmi and Xin 2022)"),
    Source("flores", "sentence", 1.0, "CC BY-SA 4.0", "FLORES-101 (Goyal et al. 2022)"),
    Source("pud", "sentence", 1.0, "CC BY-SA 3.0", "Universal Dependencies, Parallel UD treebanks"),
    Source("tico", "sentence", 1.0, "CC0", "TICO-19 (Anastasopoulos et al. 2020)"),
    Source("tico_terms", "word", 1.0, "CC0", "TICO-19, terminologies"),
    Source("covid_google_terms", "word", 1.0, "CC0", "Google, COVID-19 terminologies of TICO-19"),
    Source("tatoeba", "sentence", 1.0, "CC BY 2.0 FR", "Tatoeba and its contributors"),
    Source(
        "arabic_wordnet",
        "word",
        1.0,
        "CC BY-SA 3.0; WordNet",
        "Arabic WordNet and Princeton WordNet, Open Multilingual Wordnet",
    ),
    Source("wiktionary", "word", 1.0, "CC BY-SA 3.0", "Wiktionary, through Open Multilingual Wordnet"),
    Source("cldr", "word", 1.0, "Unicode-3.0", "Unicode CLDR"),
    Source("wikidata_names", "name", 1.0, "CC0", "Wikidata, through NETransliteration-COLING2018 (Merhav and Ash 2018)"),
    Source("places", "name", 1.0, "CC BY 4.0", "world-cities-translations"),
    Source("ms_d365_finops_sxs", "sentence", 0.03, *_MICROSOFT),
    Source("ms_d365_projectops_sxs", "sentence", 0.03, *_MICROSOFT),
    Source("ms_d365_customerinsights_sxs", "sentence", 0.03, *_MICROSOFT),
    Source("ms_d365_finops", "sentence", 0.03, *_MICROSOFT),
    Source("ms_d365_projectops", "sentence", 0.03, *_MICROSOFT),
    Source("ms_d365_customerinsights", "sentence", 0.03, *_MICROSOFT),
    Source("raspberrypi_projects", "sentence", 0.3, "CC BY-SA 4.0", "Raspberry Pi Foundation, projects"),
    Source("react_legacy_ar", "sentence", 0.1, "CC BY 4.0", "Meta and contributors, React documentation"),
    Source("react_dev_ar", "sentence", 0.1, "CC BY 4.0", "Meta and contributors, React documentation"),
    Source("opensource_guide", "sentence", 0.3, "CC BY 4.0", "GitHub, Open Source Guides"),
    Source("privacyguides", "sentence", 0.3, "CC BY-SA 4.0", "Privacy Guides"),
    Source("open_sdg_un", "word", 1.0, "MIT", "Open SDG"),
    Source("bitcoin_org", "sentence", 0.3, "MIT", "Bitcoin.org"),
    Source("tldr_pages", "sentence", 0.1, "CC BY 4.0", "tldr-pages"),
    Source("aosp_strings", "sentence", 0.1, "Apache-2.0", "Android Open Source Project"),
    Source("godot_editor", "sentence", 0.1, "MIT", "Godot Engine"),
    Source("kolibri_studio", "sentence", 0.1, "MIT", "Learning Equality, Kolibri Studio"),
    Source("osm_id_tagging", "word", 0.7, "ISC", "OpenStreetMap, iD tagging schema"),
    Source("wikipedia_android", "sentence", 0.1, "Apache-2.0", "Wikimedia Foundation, Wikipedia for Android"),
    Source("machine/ms_office_alchemy_sxs", "sentence", 0.01, "CC BY 4.0", "MicrosoftDocs, machine translated"),
    Source("machine/ms_iot_beginners", "sentence", 0.01, "MIT", "Microsoft, machine translated"),
    Source("machine/ms_edgeai_beginners", "sentence", 0.01, "MIT", "Microsoft, machine translated"),
    Source("machine/ms_azd_beginners", "sentence", 0.01, "MIT", "Microsoft, machine translated"),
    Source("machine/ms_security101", "sentence", 0.01, "CC0", "Microsoft, machine translated"),
)


NEWS_WEIGHT = 3.0
WRITTEN_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """An Arabic and an English text of one meaning."""

    arabic: str
    english: str
    kind: Kind
    weight: float


@dataclass(frozen=True, slots=True)
class Reading:
    """A question and the passage that answers it, in either language."""

    question: str
    passage: str


@dataclass(frozen=True)
class Data:
    """What lies in the data folder, read on demand."""

    root: Path

    @cached_property
    def pairs(self) -> list[Pair]:
        """All pairs of `SOURCES`, each distinct pair once."""
        seen: dict[tuple[str, str], Pair] = {}
        for source in SOURCES:
            with gzip.open(self.root / "bilingual" / f"{source.file}.tsv.gz", "rt", encoding="utf-8") as lines:
                for line in lines:
                    arabic, _, english = line.rstrip("\n").partition("\t")
                    if arabic and english:
                        seen.setdefault((arabic, english), Pair(arabic, english, source.kind, source.weight))
        for english, arabic in news_words():
            seen.setdefault((arabic, english), Pair(arabic, english, "word", NEWS_WEIGHT))
        return list(seen.values())

    @cached_property
    def written(self) -> list[Pair]:
        """Words written for this project, for the encoder: the lexicon has them as they are."""
        return [Pair(arabic, english, "word", WRITTEN_WEIGHT) for english, arabic in dict.fromkeys(written.pairs())]

    @cached_property
    def arabic_texts(self) -> list[str]:
        """Arabic paragraphs without English."""
        texts: list[str] = []
        for path in sorted((self.root / "text").glob("*.txt.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                texts += [line.strip() for line in lines if line.strip()]
        return texts

    def readings(self) -> Iterator[Reading]:
        """Questions with their passages that train the encoder, from sets whose licence allows it.

        Without ARCD, MLQA and every fourth question of English TyDi QA: those choose the weights of the fusion, and measure.
        """
        for name in ("tydiqa_goldp_en", "tydiqa_goldp_ar_dev"):
            for number, row in enumerate(json_lines(self.root / f"reading/{name}.jsonl.gz")):
                if not (name == "tydiqa_goldp_en" and number % 4 == 0):
                    yield Reading(row["question"], row["context"])


def news_words() -> list[tuple[str, str]]:
    """`(english, arabic)` of the news vocabulary written for this project: names and words that the open sources lack."""
    lines = (Path(__file__).parent / "news_words.tsv").read_text("utf-8").splitlines()
    return [(english, form) for english, _, forms in (line.partition("\t") for line in lines) for form in forms.split("|")]


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file of JSON lines, packed or not."""
    if path.suffix == ".gz":
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            yield from map(json.loads, lines)
    else:
        yield from map(json.loads, path.read_text("utf-8").splitlines())
