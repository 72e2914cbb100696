"""Follow-up questions: what a question means in its conversation, and conversations kept by the server."""

from qa.conversation.turns import Turn, read_history
from qa.conversation.understanding import Understood, understand

__all__ = ["Turn", "Understood", "read_history", "understand"]
