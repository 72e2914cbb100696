"""Chores that Open WebUI gives to the model that answers: a title, tags, what to search for.

They are no questions about articles. They are told by their templates and answered from what the user asked, without a model;
where that is not enough the answer is empty, which its asker takes well.
"""

import json
import re

_TASK = re.compile(r"\s*### Task:\s")
_KEY = re.compile(r"\{\s*\"(title|tags|follow_ups|queries|text|prompt)\"\s*:")
_HISTORY = re.compile(r"<chat_history>(.*?)</chat_history>", re.DOTALL)
_USER = re.compile(r"(?:\A|\n)\s*USER:\s*(.*?)(?=\n\s*(?:ASSISTANT|USER|SYSTEM|TOOL):|\Z)", re.DOTALL)
_WITH_FILES = re.compile(r"\s*### Task:\s.*?</context>\s*(?=\S)", re.DOTALL)
_FACE = re.compile(r"Your task is to reflect the speaker's likely facial expression through a fitting emoji")
_TITLE_WORDS, _TITLE_LENGTH = 7, 60


def chore(text: str) -> str | None:
    """The reply to a chore, or `None` where the text is a question.

    >>> chore('### Task:\\nGenerate a title. JSON format: { "title": "..." } <chat_history>USER: من هو؟</chat_history>')
    '{"title": "من هو"}'
    """
    if _FACE.match(text):
        return "🙂"
    key = _KEY.search(text) if _TASK.match(text) else None
    if key is None:
        return None
    history = _HISTORY.search(text)
    asked = [" ".join(words.split()) for words in _USER.findall(history[1])] if history else []
    reply: str | list[str] = "" if key[1] in ("text", "prompt") else []
    if key[1] == "title":
        reply = title(asked[0]) if asked else "Dalil"
    elif key[1] == "queries":
        reply = asked[-1:]
    return json.dumps({key[1]: reply}, ensure_ascii=False)


def title(question: str) -> str:
    """The first words of a question, without the mark at their end."""
    words = question.split()
    short = " ".join(words[:_TITLE_WORDS])[:_TITLE_LENGTH].strip(' ?؟!.،,:؛"«»“”')
    return short + ("…" if len(words) > _TITLE_WORDS and short else "")


def bare_question(text: str) -> str:
    """The question without what Open WebUI puts before it when a file stands beside it: Dalil answers from its articles."""
    return _WITH_FILES.sub("", text, count=1)
