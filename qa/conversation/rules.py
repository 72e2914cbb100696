"""A follow-up as a full question, by rules: what it leans on is put into it."""

import re
from collections.abc import Sequence

from qa.conversation import words as w
from qa.conversation.parsing import Parsed, parse
from qa.conversation.signs import Leans, bare_question, fragment, leans, pronouns
from qa.conversation.subject import answered, asking_ar, carried, person, topic
from qa.conversation.turns import Turn

_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_END = " \t?؟!.،,"


def rewrite(question: str, turns: Sequence[Turn]) -> str | None:
    """The full question, or `None` where `question` can be understood by itself.

    >>> rewrite("And what did he say about Russia?", [Turn("Where was Sir Paul Gedney born?")])
    'What did Sir Paul Gedney say about Russia?'
    >>> rewrite("ومتى حدث ذلك؟", [Turn("من نفى ادعاءات روسيا؟")])
    'متى نفى ادعاءات روسيا؟'
    """
    parsed = parse(question)
    match leans(parsed, turns):
        case Leans.NOT:
            return None
        case Leans.FRAGMENT:
            full = _with_fragment(parsed, turns)
        case Leans.BARE:
            full = _asked_again(parsed, turns)
        case Leans.REFERRING:
            full = _with_person(parsed, turns) or _with_topic(parsed, turns)
        case _:
            full = _with_topic(parsed, turns)
    return _finished(full, parsed.language == "ar")


def _finished(text: str, arabic: bool) -> str:
    text = text.rstrip(_END)
    return text + "؟" if arabic else text[:1].upper() + text[1:] + "?"


def _with_topic(parsed: Parsed, turns: Sequence[Turn]) -> str:
    """The question, and behind it in parentheses what the conversation is about."""
    return _in_parentheses(parsed.text, carried(turns))


def _in_parentheses(question: str, words: str) -> str:
    question = question.rstrip(_END)
    return f"{question} ({words})" if words else question


def _with_person(parsed: Parsed, turns: Sequence[Turn]) -> str | None:
    """The question with a name in the place of "he", "him" or "his"; `None` where there is no such word or no name."""
    at = next((at for at in pronouns(parsed) if parsed.folded[at] in w.PERSONS_EN), None)
    if parsed.language != "en" or at is None or (name := person(turns)) is None:
        return None
    word, before, after = parsed.words[at], parsed.text[: parsed.words[at].start], parsed.text[parsed.words[at].end :]
    following = parsed.folded[at + 1] if at + 1 < len(parsed.words) else ""
    possessive = word.folded == "his" or (word.folded == "her" and bool(following) and following not in w.PREPOSITIONS_EN)
    if word.folded in ("himself", "herself"):
        return None
    return f"{before}{name}{chr(39) + 's' if possessive else ''}{after}"


def _asked_again(parsed: Parsed, turns: Sequence[Turn]) -> str:
    """The last question with another question word."""
    asking = bare_question(parsed) or parsed.text
    last = turns[-1]
    before = parse(last.standalone or last.question)
    if before.language != parsed.language:
        return _with_topic(parsed, turns)
    again = _again_en(asking, before, last) if parsed.language == "en" else _again_ar(asking, before)
    answer = answered(last)
    return _in_parentheses(again, answer) if answer and answer not in again else again


def _again_en(asking: str, before: Parsed, last: Turn) -> str:
    words = before.folded
    begin = next((at for at, word in enumerate(words[:8]) if word in w.AUXILIARIES_EN), None)
    about_object = begin is not None and begin + 1 < len(words) and words[0] not in ("who", "what")
    if begin is not None and (about_object or words[begin] in ("did", "does")):
        at = before.words[begin].start
        return f"{asking} {before.text[at : at + 1].lower()}{before.text[at + 1 :]}"
    told = before.text[before.words[min(1, len(words) - 1)].start :].rstrip(_END)
    return f"{asking} ({told})"


def _again_ar(asking: str, before: Parsed) -> str:
    begin = asking_ar(before)
    if begin and begin < len(before.words) and before.folded[0] in w.ADVERBIAL_AR and before.folded[1] not in w.DETACHED_AR:
        return f"{asking} {before.text[before.words[begin].start :]}"
    return f"{asking} ({topic(before.text)})"


def _with_fragment(parsed: Parsed, turns: Sequence[Turn]) -> str:
    """The last question about another thing, place or time."""
    new = fragment(parsed)
    last = turns[-1].standalone or turns[-1].question
    before = parse(last)
    years = _YEAR.findall(new)
    if len(years) == 1 and len(_YEAR.findall(last)) == 1:
        return _YEAR.sub(years[0], before.text)
    if any(char.isdigit() for char in new):
        return f"{before.text.rstrip(_END)} {new}"
    if before.language != parsed.language:
        return _in_parentheses(before.text, new)
    english = before.language == "en"
    place = _parallel_en(new, before) if english else _parallel_ar(new, before)
    if place is None and new.split()[0].lower() in (w.PREPOSITIONS_EN if english else w.PREPOSITIONS_AR) and ")" not in last:
        return f"{before.text.rstrip(_END)} {new}"
    if place is None:
        return _in_parentheses(before.text, new)
    first, until = place
    head, tail = before.text[: before.words[first].start], before.text[before.words[until - 1].end :]
    if english and before.folded[until - 1].endswith("'s") and not new.endswith("'s"):
        new += "'s"
    if not english and before.folded[first].startswith("وال"):
        new = "و" + new
    return head + _without_preposition(new, english) + tail


def _without_preposition(text: str, english: bool) -> str:
    first, _, rest = text.partition(" ")
    return rest if rest and first.lower() in (w.PREPOSITIONS_EN if english else w.PREPOSITIONS_AR) else text


def _parallel_en(new: str, before: Parsed) -> tuple[int, int] | None:
    """The words of the last question in whose place the new ones stand: after the same preposition, else its last name."""
    first = new.split()[0].lower()
    if first in w.PREPOSITIONS_EN:
        after = [span for span in before.names if span[0] and before.folded[span[0] - 1] == first]
        return after[-1] if after else None
    return before.names[-1] if before.names and new[0].isupper() else None


def _parallel_ar(new: str, before: Parsed) -> tuple[int, int] | None:
    """The same in Arabic, where names have no capitals: what follows the same preposition, else the last noun phrase."""
    words = before.words
    first = new.split()[0]
    begin = asking_ar(before)
    if first in w.PREPOSITIONS_AR:
        same = [at + 1 for at in range(begin, len(words) - 1) if words[at].text == first]
        return (same[-1], _phrase_end(before, same[-1])) if same else None
    if len(words) - begin < 2 or before.text.rstrip(_END).endswith(")"):
        return None
    at = len(words) - 1
    while at - 1 > begin and _continues_phrase(before, at):
        at -= 1
    return at, len(words)


def _phrase_end(before: Parsed, at: int) -> int:
    at += 1
    while at < len(before.words) and _continues_phrase(before, at):
        at += 1
    return at


def _continues_phrase(before: Parsed, at: int) -> bool:
    """Whether a word is an adjective of the one before it: both have the article, and no "and" stands between."""
    word = before.words[at]
    return word.is_definite and before.words[at - 1].is_definite and not word.folded.startswith("وال")
