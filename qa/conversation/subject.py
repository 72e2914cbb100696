"""What a conversation is about: the phrase to carry over, and whom "he" may mean."""

import re
from collections.abc import Sequence

from qa.conversation import words as w
from qa.conversation.parsing import Parsed, parse
from qa.conversation.turns import Turn
from qa.reading.question import Asks, asks_for

_LONGEST = 12  # words of a phrase that is carried over
_SHORT = 8  # words of an answer that can be carried over
_ENTITIES = (Asks.PERSON, Asks.NAME, Asks.PLACE, Asks.THING)
_VERB_AR = re.compile(r"ي\w{3,}(?<![هاني])\Z")


def is_followup(turn: Turn) -> bool:
    """Whether a turn was understood through the ones before it."""
    return turn.standalone is not None and turn.standalone != turn.question


def _since_root(turns: Sequence[Turn]) -> Sequence[Turn]:
    begin = next((at for at in range(len(turns) - 1, -1, -1) if not is_followup(turns[at])), 0)
    return turns[begin:]


def root(turns: Sequence[Turn]) -> Turn:
    """The turn that began the present subject: the last one that stood for itself."""
    return _since_root(turns)[0]


def carried(turns: Sequence[Turn]) -> str:
    """The phrase that tells what a follow-up is about: the last answer where it names something, and the root's topic."""
    parts = [answered(turns[-1]), topic(root(turns).question)]
    return ("؛ " if parse(turns[-1].question).language == "ar" else "; ").join(dict.fromkeys(filter(None, parts)))


def answered(turn: Turn) -> str:
    """The short answer of a turn where it can be what a pronoun means: neither a date nor an amount; else empty."""
    short = (turn.short or "").strip()
    if not short or len(short.split()) > _SHORT or asks_for(turn.standalone or turn.question) not in _ENTITIES:
        return ""
    return short


def topic(question: str) -> str:
    """What a question is about, without the words that ask.

    >>> topic("At which Sharjah venue will the Greek composer Yanni perform?")
    'Sharjah venue, Greek composer Yanni perform'
    >>> topic("متى تأسست شركة الغزل في المحلة؟")
    'شركة الغزل في المحلة'
    """
    parsed = parse(question)
    return _topic_ar(parsed) if parsed.language == "ar" else _topic_en(parsed)


def _topic_en(parsed: Parsed) -> str:
    """The thing that is asked for by name, and what follows the auxiliary."""
    words = parsed.folded
    begin = next((at + 1 for at, word in enumerate(words[:3]) if word in w.QUESTION_EN), 0)
    while begin < len(words) and words[begin] in ("much", "many", "long", "far", "old", "often"):
        begin += 1
    auxiliary = next((at for at, word in enumerate(words[:8]) if word in w.AUXILIARIES_EN), None)
    if auxiliary is None:
        return _clipped(parsed.span(begin, len(words)))
    told = auxiliary + 1
    while told < len(words) - 1 and words[told] in ("the", "a", "an"):
        told += 1
    return _clipped(", ".join(filter(None, (parsed.span(begin, auxiliary), parsed.span(told, len(words))))))


def asking_ar(parsed: Parsed) -> int:
    """How many Arabic words ask: «من الذي», «ما هي», «في أي», «كم»."""
    words = parsed.folded
    count = next((at + 1 for at, word in enumerate(words[:3]) if word in w.QUESTION_AR), 0)
    while 0 < count < len(words) and (words[count] in w.RELATIVES_AR or words[count] in w.DETACHED_AR):
        count += 1
    return count


def _topic_ar(parsed: Parsed) -> str:
    words = parsed.words
    begin = asking_ar(parsed)
    asking = words[begin - 1].folded if begin else ""
    if (asking in w.ADVERBIAL_AR or asking in w.RELATIVES_AR) and begin < len(words) - 1 and not words[begin].is_definite:
        begin += 1
    else:
        verb = next((at for at in range(begin, min(begin + 4, len(words) - 1)) if _VERB_AR.match(words[at].folded)), None)
        begin = begin if verb is None else verb + 1
    return _clipped(parsed.span(begin, len(words)))


def _clipped(phrase: str) -> str:
    return " ".join(phrase.split()[:_LONGEST]).rstrip(" ,،؛;:")


def person(turns: Sequence[Turn]) -> str | None:
    """Whom "he" or "she" most likely means: the person of the last question that names one, or that was answered by one."""
    begun = root(turns)
    for turn in reversed(_since_root(turns)):
        parsed = parse(turn.question)
        if parsed.language == "en" and (found := _person_in(parsed)):
            return found
        if asks_for(turn.question) is Asks.PERSON and (short := answered(turn)):
            return short
    parsed = parse(begun.question)
    if len(parsed.names) != 1 or asks_for(begun.question) is Asks.PERSON:
        return None
    return _without_s(parsed.span(*parsed.names[0]))


def _person_in(parsed: Parsed) -> str | None:
    """The first name that looks like a person's: after a title, or of two words and not after a preposition."""
    for first, last in parsed.names:
        before = parsed.folded[first - 1] if first else ""
        if before in w.TITLES_EN or parsed.folded[first] in w.TITLES_EN:
            return _without_s(parsed.span(first, last))
    for first, last in parsed.names:
        before = parsed.folded[first - 1] if first else ""
        if last - first >= 2 and before not in ("in", "at", "from", "to", "the", "of"):
            return _without_s(parsed.span(first, last))
    return None


def _without_s(name: str) -> str:
    return name.removesuffix("'s").removesuffix("’s")
