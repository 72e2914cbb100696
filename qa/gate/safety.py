"""Claims that do something beside saying something: links, markup, hidden characters, orders, pieces of the prompt.

A claim is one or two plain sentences. Whatever is more than that was planted in an article or made up: nothing of it is shown.
"""

import re
import unicodedata

from index.language import fold
from index.language.stemming import words
from qa.reading.orders import addresses_machine, order_spans

_LINK = re.compile(
    r"(?:https?|ftp|file|data|javascript|mailto|tel)\s*:\s*[/\\\w]|www\.|[\w.+-]+@[\w-]+\.\w|://"
    r"|\b[\w-]{2,}\.(?:com|org|net|io|info|biz|xyz|ru|cn|co|me|app|dev|site|online|top|link|invalid|example|test)\b(?:/|\b)",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"<\s*[/!?a-zA-Z|]|[|/]>|\]\s*\(|!\s*\[|\[[^\]]*\]\s*[:\[]|`|\*\*|__|~~"
    r"|^\s*(?:#|>|\|)|&#?\w+;|\{\{|\$\{|\\[a-z(\[]|\[/?\w+\]"
)
_CALL = re.compile(
    r"\b(?:click|tap|download|install|subscribe|log\s?in|sign\s?up|visit|call|text|email|e-mail|send|enter|paste|type|scan|share|follow|"
    r"contact|reply|open|pay|transfer|verify|confirm)"
    r"\s+(?:\w+\s+){0,3}(?:here|link|your|this (?:number|code|file|page|site|link)|us|me|now)\b"
    r"|\b(?:your|ur) (?:password|card|account|bank|pin|credentials|details|data)\b"
    r"|\b(?:انقر|اضغط|حمل|نزل|سجل|اشترك|اتصل|راسل|ارسل|ادخل|ادخلوا|زر|زوروا|تفضل بزياره|شارك|امسح|حول|ادفع)(?:وا|ي)?\b.{0,40}"
    r"(?:هنا|الرابط|رابط|بياناتك|بطاقتك|بطاقته|حسابك|كلمه (?:السر|المرور|مرورك)|الرقم|رمز|موقعنا|علي الرقم)"
    r"|\bكلمه (?:مرورك|السر الخاصه)\b|\bبيانات (?:بطاقتك|بطاقته|حسابك)\b"
)
_PIECE = 8  # words of the prompt in a row that no claim has by chance


def unsafe(claim: str, prompt: str = "") -> str | None:
    """What is wrong with a claim, in a few English words; `None` where it is plain text about something.

    `prompt` is what the model was told, without the passages.
    """
    if any(_is_hidden(char) for char in claim):
        return "hidden or control characters"
    folded = fold(claim)
    if _LINK.search(claim) or _LINK.search(folded):
        return "an address"
    if _MARKUP.search(claim) or _MARKUP.search(unicodedata.normalize("NFKC", claim)):
        return "markup"
    if addresses_machine(folded):
        return "words that speak to a program"
    if _CALL.search(folded):
        return "an order to the reader"
    if prompt and _repeats(folded, fold(prompt)):
        return "words of the instructions"
    return None


def quotes_an_order(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` touches a stretch of `text` that gives orders to a machine."""
    return any(start < last and first < end for first, last in order_spans(text))


def repeats_the_question(claim: str, question: str) -> bool:
    """Whether a claim only says the question again."""
    said, asked = words(fold(claim)), set(words(fold(question)))
    return bool(said) and (
        claim.rstrip().endswith(("?", "؟")) or (len(said) > 2 and asked.issuperset(said) and len(said) >= len(asked) - 1)
    )


def _is_hidden(char: str) -> bool:
    """Anything that is not seen. Direction marks too: what isolates a text is put around it later, here."""
    if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return True
    return unicodedata.category(char) in ("Cf", "Cc", "Co", "Cn", "Zl", "Zp") and char not in "\u200c\u200d"


def _repeats(folded: str, prompt: str) -> bool:
    told = f" {' '.join(words(prompt))} "
    said = words(folded)
    return any(f" {' '.join(said[at : at + _PIECE])} " in told for at in range(len(said) - _PIECE + 1))
