"""The gate: every claim against the words it says it rests on."""

from collections.abc import Sequence

from index.article import Language
from index.hits import Hit
from index.language import sentence_spans
from qa.figures import figures, missing_figure
from qa.gate.claims import Draft, Judged, Problem
from qa.gate.languages import is_written_in
from qa.gate.names import unknown_names
from qa.gate.polarity import is_negated_otherwise, is_opposite
from qa.gate.safety import quotes_an_order, repeats_the_question, unsafe
from qa.grounding import Located, Verdict, verify
from qa.judges import Judge, agrees, load_judge

_LANGUAGES: dict[Language, str] = {"ar": "Arabic", "en": "English"}
_MISQUOTES = {
    Verdict.FABRICATED: (Problem.FABRICATED, "the quote does not stand in any passage: copy the words letter for letter"),
    Verdict.STITCHED: (Problem.STITCHED, "the quote joins words of several places: quote one unbroken run of words"),
}


class Gate:
    """Judges claims. One gate serves all threads.

    `judge` says whether a quote bears a claim out, across languages too; without one the bundled judge does.
    """

    def __init__(self, judge: Judge | None = None) -> None:
        self._judge: Judge = judge or load_judge("bundled")

    def judge(
        self, draft: Draft, passages: Sequence[Hit], language: Language, *, question: str = "", prompt: str = ""
    ) -> Judged:
        """Whether `draft` may be shown to somebody who asked `question` in `language`.

        `passages` as the model was shown them, from 1; `prompt` is what it was told beside them. Raises `JudgeError` where a
        judge that is a model or a server does not answer.
        """
        if wrong := _unusable(draft.text, language, question, prompt):
            return Judged(draft, *wrong, None)
        if not 1 <= draft.passage <= len(passages):
            reason = f"there is no passage {draft.passage}: they are numbered from 1 to {len(passages)}"
            return Judged(draft, Problem.NO_SUCH_PASSAGE, reason, None)
        located = verify(draft.quote, passages[draft.passage - 1], passages)
        if problem := _misquoted(located, passages):
            return Judged(draft, *problem, located if located.passage else None)
        passage = located.passage
        assert passage is not None
        if quotes_an_order(passage.text, located.start - passage.start, located.end - passage.start):
            return Judged(draft, Problem.UNSAFE, "the quote is no statement but an order", located)
        around = "\n".join(filter(None, (passage.text, passage.title, passage.source)))
        if wrong := unlike(draft.text, located.quote, around, self._judge):
            return Judged(draft, *wrong, located)
        return Judged(draft, None, "", located)


def _unusable(claim: str, language: Language, question: str, prompt: str) -> tuple[Problem, str] | None:
    """What is wrong with the words of a claim, whatever it rests on."""
    if not any(map(str.isalnum, claim)):
        return Problem.EMPTY, "the claim is empty"
    if wrong := unsafe(claim, prompt):
        return Problem.UNSAFE, f"the claim holds {wrong}: write plain sentences"
    if question and repeats_the_question(claim, question):
        return Problem.EMPTY, "the claim only repeats the question"
    if not is_written_in(language, claim):
        return Problem.WRONG_LANGUAGE, f"the claim is not in {_LANGUAGES[language]}, the language of the question"
    return None


def _misquoted(located: Located, passages: Sequence[Hit]) -> tuple[Problem, str] | None:
    if located.passage is not None and located.verdict is Verdict.MISATTRIBUTED:
        number = next(n for n, hit in enumerate(passages, 1) if hit.passage_id == located.passage.passage_id)
        return Problem.MISATTRIBUTED, f"these words stand in passage {number}, not in the passage that was named"
    return _MISQUOTES.get(located.verdict)


def unlike(claim: str, quote: str, around: str, judge: Judge) -> tuple[Problem, str] | None:
    """What `claim` says that `quote` does not, in whichever language each of them is; names may also stand in `around`."""
    if missing_figure(figures(claim, sure=True), figures(quote)):
        return Problem.NUMBER, "a number, a date or a unit of the claim does not stand in its quote"
    if unknown_names(claim, around):
        return Problem.NAME, "a name of the claim stands neither in its quote nor in the passage"
    if is_negated_otherwise(claim, quote):
        return Problem.NEGATED, "the claim says no where the quote says yes, or the other way round"
    if is_opposite(claim, quote):
        return Problem.UNSUPPORTED, "the claim says the opposite of its quote"
    # Each sentence by itself: a false one must not pass in the company of a true one.
    if not all(agrees(judge, quote, claim[start:end]) for start, end in sentence_spans(claim)):
        return Problem.UNSUPPORTED, "the quote does not say what the claim says"
    return None
