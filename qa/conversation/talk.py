"""A question in its conversation: the turns before it read, and the turn that it becomes kept."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from index.database import Place
from index.errors import InputError
from qa.answer import Answer, Event
from qa.conversation.store import ConversationStore
from qa.conversation.turns import Said, Turn, read_history
from qa.conversation.understanding import Understood


@dataclass(frozen=True, slots=True)
class Before:
    """What stands before a question: the turns, the conversation's id, whether that begins with it, and whose it is."""

    turns: Sequence[Turn] = ()
    conversation: str | None = None
    begins: bool = False
    owner: str = ""


class Talk:
    """The conversations of one place, opened when the first of them is needed. Safe to share between threads."""

    def __init__(self, place: Place, days: float) -> None:
        self._place, self._days = place, days
        self._lock = Lock()
        self._store: ConversationStore | None = None

    @property
    def store(self) -> ConversationStore:
        """Where they are kept. Raises `ConversationError`."""
        with self._lock:
            if self._store is None:
                self._store = ConversationStore(self._place, self._days)
            return self._store

    def before(self, history: Sequence[Said] | None, conversation: str | None, owner: str = "") -> Before:
        """The turns before a question, from the one or the other. Raises `InputError`, `ConversationError`."""
        if conversation is None:
            return Before(read_history(history) if history else ())
        if history is not None:
            raise InputError("give either history or the id of a conversation: the turns of a conversation are kept here")
        turns = self.store.of(owner).history(conversation)
        return Before(turns or (), conversation, begins=turns is None, owner=owner)

    def kept(self, events: Iterator[Event], understood: Understood, before: Before) -> Iterator[Event]:
        """The events; the answer, once it is stored, tells how the question was understood and in which conversation."""
        try:
            for event in events:
                yield self._keep(event, understood, before) if isinstance(event, Answer) else event
        finally:
            # Who stops listening stops the answering at once.
            getattr(events, "close", lambda: None)()

    def _keep(self, answer: Answer, understood: Understood, before: Before) -> Answer:
        if understood.is_followup:
            answer = replace(answer, standalone=understood.standalone)
        if before.conversation is None:
            return answer
        answer = replace(answer, conversation_id=before.conversation)
        document = answer.to_dict()
        question, standalone = understood.question, understood.standalone
        if not self.store.of(before.owner).add(before.conversation, question, standalone, document, create=before.begins):
            return replace(answer, conversation_id=None)  # deleted while this question was answered, and stays so
        return answer

    def close(self) -> None:
        """Release the file or the connections."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
