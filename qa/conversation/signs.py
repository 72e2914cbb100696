"""Whether a question leans on what was said before it, and how."""

import re
from collections.abc import Sequence
from enum import StrEnum

from index.crosslingual.query import lexicon
from index.language.stemming import content_terms
from qa.conversation import words as w
from qa.conversation.parsing import Parsed, has_question_word
from qa.conversation.turns import Turn


class Leans(StrEnum):
    """How a question leans on the ones before it."""

    NOT = "not"
    FRAGMENT = "fragment"
    """Another thing for the question before: "What about Russia?", «وفي عام 2016؟»."""
    BARE = "bare"
    """Another question word for it: "Why?", «متى حدث ذلك؟»."""
    REFERRING = "referring"
    """It points back: "What did he say?", «ما عاصمتها؟»."""
    CONTINUING = "continuing"
    """It names nothing of its own: "And how many were killed?", «ولمن انتقل اللقب؟»."""


_ABOUT = re.compile(r"(?:what|how) about\b|(?:ماذا|ايش|شو) (?:عن|بشان|بخصوص)\b")
_EXPLETIVE = re.compile(
    r"\bis it (?:true|possible|legal|safe|necessary|hard|easy|known|likely|worth|ok)\b|\bit takes?\b|\bwhat time is it\b"
    r"|\bit (?:rain|snow|mean)s?\b"
)
_MARKED_EN = re.compile(r"\b(?:the same|the (?:former|latter)|the others?|such an?|(?:since|back|by|until) then|one[s]?)\b")
_THEN_AR = frozenset("انذاك حينها وقتها حينذاك نفسه نفسها ذاته ذاتها المذكور المذكوره".split())
_SAYS_AR = frozenset("قال قالت قالوا صرح صرحت علق علقت رد ردت طلب طلبت".split())
_DEFINITION = re.compile(
    r"(?:who|what|where) (?:is|are|was|were)\b|(?:من|ما) (?:هو|هي|هم|هما|هن)\b|(?:ماهو|ماهي|منهو)\b|(?:ما|اين|من) \S+$"
)


def leans(parsed: Parsed, turns: Sequence[Turn]) -> Leans:
    """How a question leans on `turns`; `Leans.NOT` where it can be understood without them, or there are none."""
    if not turns or not parsed.words:
        return Leans.NOT
    refers = _refers(parsed)
    if _is_fragment(parsed, refers):
        return Leans.FRAGMENT
    if bare_question(parsed) is not None:
        return Leans.BARE
    if refers:
        return Leans.REFERRING
    return Leans.CONTINUING if _continues(parsed, turns) else Leans.NOT


def fragment(parsed: Parsed) -> str:
    """What a fragment is about: without the "what about"."""
    joined = " ".join(parsed.folded)
    begin = 2 if _ABOUT.match(joined) else 0
    return parsed.span(begin, len(parsed.words))


def _is_fragment(parsed: Parsed, refers: bool) -> bool:
    count = len(parsed.words)
    if refers:
        return False
    if _ABOUT.match(" ".join(parsed.folded)):
        return 2 < count <= 8 and len(parsed.content) <= 4 and not any(word in w.CLAUSE_EN for word in parsed.folded[2:])
    if has_question_word(parsed) or count > 5:
        return False
    prepositions = w.PREPOSITIONS_EN if parsed.language == "en" else w.PREPOSITIONS_AR
    return parsed.led or parsed.folded[0] in prepositions or (count <= 2 and parsed.text.rstrip().endswith(("?", "؟")))


def bare_question(parsed: Parsed) -> str | None:
    """The words that ask where nothing else is there, or only "did that happen"; `None` otherwise.

    >>> from qa.conversation.parsing import parse
    >>> bare_question(parse("And when did that happen?")), bare_question(parse("ومتى حدث ذلك؟")), bare_question(parse("Why?"))
    ('when', 'متى', 'Why')
    """
    return _bare_en(parsed) if parsed.language == "en" else _bare_ar(parsed)


def _bare_en(parsed: Parsed) -> str | None:
    words = parsed.folded
    asking = next((at for at, word in enumerate(words[:3]) if word in w.QUESTION_EN), None)
    if asking is None or (asking and words[0] not in w.PREPOSITIONS_EN):
        return None
    end = next((at for at in range(asking, len(words)) if words[at] in w.AUXILIARIES_EN), len(words))
    rest = words[end + 1 :]
    happened = [word for word in rest[1:] if word != "exactly"]
    event = rest[:1] in (("that",), ("this",), ("it",)) and all(word in w.EVENTS_EN for word in happened)
    if not happened and (rest[:1] == ("it",) or end > asking + 1):
        event = False  # "How old is it?" asks about a thing
    if end < len(words):
        return parsed.span(0, end) if event and end <= asking + 2 and words[asking] not in ("who", "what") else None
    short = asking > 0 or words[asking] not in ("what", "who", "whom") or len(words) == 1
    return parsed.span(0, len(words)) if short and len(words) <= asking + 3 and not parsed.names else None


def _bare_ar(parsed: Parsed) -> str | None:
    words = parsed.folded
    if len(words) == 1:
        return parsed.span(0, 1) if words[0] in w.QUESTION_AR else None
    if words[0] not in w.ADVERBIAL_AR and words[:1] != ("لاي",):
        return None
    rest = [word for word in words[1:] if word != "بالضبط"]
    event = len(rest) == 2 and rest[0] in w.EVENTS_AR and rest[1] in w.DEMONSTRATIVES_AR
    if words[0] == "لاي":
        return parsed.span(0, 2) if words[1:] == ("سبب",) else None
    return parsed.span(0, 1) if (event or rest in ([], ["ذلك"], ["هذا"])) and words[0] not in ("ماذا", "من") else None


def _refers(parsed: Parsed) -> bool:
    return any(True for _ in pronouns(parsed))


def pronouns(parsed: Parsed) -> list[int]:
    """The numbers of the words that point to something outside the question."""
    found = range(len(parsed.words))
    return [at for at in found if (_points_en if parsed.language == "en" else _points_ar)(parsed, at)]


def _points_en(parsed: Parsed, at: int) -> bool:
    words = parsed.folded
    word = words[at].removesuffix("'s") if words[at] in ("he's", "she's", "it's", "that's") else words[at]
    before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if word in w.PERSONS_EN | w.THINGS_EN | w.PLURALS_EN:
        if word in w.THINGS_EN and _EXPLETIVE.search(" ".join(words)):
            return False
        return not _has_own_noun(parsed, at, possessive=word in w.REFLEXIVES_EN or (word in w.POSSESSIVES_EN and bool(after)))
    if word in ("this", "these"):
        return after not in w.TIMES_EN
    if word in ("that", "those"):
        follows = before in w.AUXILIARIES_EN or before in w.PREPOSITIONS_EN or not after
        return follows and after not in ("who", "which", *w.TIMES_EN) and (word == "that" or bool(before))
    if word == "there":
        return before not in w.AUXILIARIES_EN and after not in w.AUXILIARIES_EN and at >= len(words) - 2
    if word == "then":
        return not after and at > 1
    return word in ("one", "ones", "same", "former", "latter", "other", "others") and bool(
        _MARKED_EN.search(" ".join(words[max(0, at - 1) : at + 1])) and (word not in ("one", "ones") or (not after and at > 1))
    )


def _has_own_noun(parsed: Parsed, at: int, *, possessive: bool) -> bool:
    """Whether the question itself names, before word `at`, what an English pronoun there may mean.

    In one clause only a possessive can mean its subject: "What did Obama say about him?" is about somebody else.
    """
    words = parsed.folded
    if words[at] in w.SUBJECTS_EN and at and words[at - 1] in w.AUXILIARIES_EN and not set(words[: at - 1]) & w.AUXILIARIES_EN:
        return False
    named = [first for first, last in parsed.names if last <= at]
    named += [place for place in range(at - 1) if words[place] in ("the", "a", "an") and words[place + 1] != words[at]]
    if not named:
        return False
    return possessive or any(word in w.CLAUSE_EN for word in words[min(named) : at]) or words[at] in w.SUBJECTS_EN


def _points_ar(parsed: Parsed, at: int) -> bool:
    words = parsed.folded
    word = words[at]
    before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    free = word[1:] if word[0] in "وف" and len(word) > 3 else word
    if word in w.DEMONSTRATIVES_AR:
        return after not in w.TIMES_AR and before != "بما" and not (word == "هذا" and before == "يومنا")
    if word in w.DETACHED_AR:
        return not after
    if word == "هناك":
        return not after and at > 1
    if word in _THEN_AR or (at == 1 and before == "ماذا" and word in _SAYS_AR and after in w.PREPOSITIONS_AR):
        return True
    if free in w.WITH_PRONOUN_AR:
        told = sum(one.start < parsed.words[at].start for one in parsed.content)
        return not (_is_relative(words, at) or _is_taken_up(parsed, at, after) or told >= 4)
    return _has_suffix(parsed, at) and not _has_own_noun_ar(parsed, at)


def _has_suffix(parsed: Parsed, at: int) -> bool:
    """Whether an Arabic word ends in a pronoun; a word with the article never does."""
    word = parsed.words[at]
    folded = word.folded
    free = folded[1:] if folded[0] in "وف" and len(folded) > 4 else folded
    if word.is_definite or {folded, free} & w.NO_PRONOUN_AR or folded in w.QUESTION_AR or folded in w.RELATIVES_AR:
        return False
    if re.search(r"..(?:ها|هم|هما|هن)\Z", folded) and len(folded) >= 4:
        return True
    if folded.endswith("يه"):
        return free in w.DUAL_WITH_PRONOUN_AR  # else it is ta marbuta, or a name such as «بيونسيه»
    if not folded.endswith("ه") or len(folded) < 4 or word.text.endswith("ة"):
        return False
    # Many write ه for ة; who writes ة at all tells the two apart.
    careful = "ة" in parsed.text
    return careful or not {folded, free, re.sub(r"\A[بلك]", "", free)} & w.TA_MARBUTA_AR


def _is_relative(words: Sequence[str], at: int) -> bool:
    """Whether a pronoun only takes up the noun of a relative clause: «المدينة التي ولد فيها»; not «من الذي أطاح به»."""
    return any(words[place] in w.RELATIVES_AR and words[place - 1] not in w.QUESTION_AR for place in range(1, at))


def _is_taken_up(parsed: Parsed, at: int, after: str) -> bool:
    """Whether a pronoun takes up the very thing that is asked for, in a clause that goes on behind it.

    «أي مدرسة ارتادها نزار قباني؟», «ما الذي تخصص به قباني؟»; not «كم عدد سكانها الآن؟».
    """
    words = parsed.folded
    if not after or after in w.PREPOSITIONS_AR or after in w.TIMES_AR or after in ("الان", "حاليا", "اليوم"):
        return False
    if parsed.words[at + 1].is_definite and words[at] not in w.WITH_PRONOUN_AR:
        return False
    asking = [place for place in range(min(at, 3)) if words[place] in w.QUESTION_AR]
    if not asking or (words[asking[-1]] in w.ADVERBIAL_AR and not w.RELATIVES_AR.intersection(words[:at])):
        return False
    return at - asking[-1] > 1


def _has_own_noun_ar(parsed: Parsed, at: int) -> bool:
    """Whether the question itself names, before word `at`, what a pronoun at its end may mean."""
    words = parsed.folded
    if (
        _is_relative(words, at)
        or _is_taken_up(parsed, at, words[at + 1] if at + 1 < len(words) else "")
        or any(word.is_definite and word.folded not in w.TIMES_AR for word in parsed.words[:at])
    ):
        return True
    told = sum(word.start < parsed.words[at].start for word in parsed.content)
    if words[0] in w.ADVERBIAL_AR:
        return told >= 2
    return told >= 3 or (told >= 2 and (words[at][0] == "و" or words[at - 1] in w.PREPOSITIONS_AR))


def _continues(parsed: Parsed, turns: Sequence[Turn]) -> bool:
    """Whether a question without a pronoun names too little by itself."""
    content, joined = parsed.content, " ".join(parsed.folded)
    if not has_question_word(parsed):
        return False
    if any(word.folded in w.RELATIONAL for word in content) and len(content) == 1:
        return True
    defines = _DEFINITION.match(joined) is not None
    digits = any(char.isdigit() for char in parsed.text)
    if parsed.led:
        if parsed.names or digits or defines:
            return len(content) < (2 if defines else 3) and not (defines and parsed.names)
        return True
    if parsed.names or digits or defines:
        return False
    if len(content) <= 1:
        return parsed.language == "ar" or not {"a", "an"}.intersection(parsed.folded)
    definite = any(word.is_definite for word in content) if parsed.language == "ar" else "the" in parsed.folded
    few = 3 if parsed.language == "en" else 2
    return definite and len(content) <= few and bool(_both_ways(parsed.stems, parsed.language) & _said(turns))


def _said(turns: Sequence[Turn]) -> set[str]:
    """The stems of the last question and of what was cited for it."""
    last = turns[-1]
    return {stem for text in (last.standalone or last.question, *last.evidence) for stem in content_terms(text)}


def _both_ways(stems: frozenset[str], language: str) -> set[str]:
    """Stems with their translations: the conversation may have changed its language."""
    target = "en" if language == "ar" else "ar"
    return set(stems) | {other for stem in stems for other, _ in lexicon().translations(stem, target)[:6]}  # type: ignore[arg-type]
