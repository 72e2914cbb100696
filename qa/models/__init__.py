"""Language models behind one small interface: any OpenAI-compatible server, or transformers in this process."""

from qa.models.base import ChatModel, Message, Usage, complete
from qa.models.errors import (
    ModelCancelled,
    ModelFailed,
    ModelNonsense,
    ModelOverloaded,
    ModelRefused,
    ModelTimeout,
    ModelUnavailable,
)
from qa.models.loading import load_chat_model

__all__ = [
    "ChatModel",
    "Message",
    "ModelCancelled",
    "ModelFailed",
    "ModelNonsense",
    "ModelOverloaded",
    "ModelRefused",
    "ModelTimeout",
    "ModelUnavailable",
    "Usage",
    "complete",
    "load_chat_model",
]
