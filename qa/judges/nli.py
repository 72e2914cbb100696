"""A judge from transformers: any sequence-classification model that has an entailment label."""

import threading
from typing import Any

from index.errors import ModelError
from index.loading import load_model
from index.shared import MODELS
from qa.judges.errors import JudgeError

_LONGEST = 512


class NliJudge:
    """The probability of entailment, of a hub name or a folder, such as `MoritzLaurer/mDeBERTa-v3-base-mnli-xnli`."""

    def __init__(self, model: str, device: str | None = None) -> None:
        """Load it, once for the process. Raises `JudgeError` when it cannot be loaded or has no entailment label."""
        self.name = f"nli:{model}"
        self._lock = threading.Lock()
        self._calls = 0
        try:
            self._tokenizer, self._model = _load(model, device)
        except ModelError as error:
            raise JudgeError(str(error)) from error
        self._label = _entailment_label(self._model.config.id2label, model)
        positions = getattr(self._model.config, "max_position_embeddings", None) or _LONGEST
        self._longest = min(_LONGEST, positions, self._tokenizer.model_max_length)

    def supports(self, premise: str, hypothesis: str) -> float:
        """Softmax over all labels, at entailment. A premise that is too long is cut at its end."""
        import torch

        with self._lock, torch.inference_mode():
            self._calls += 1
            encoded = self._tokenizer(
                premise, hypothesis, truncation="longest_first", max_length=self._longest, return_tensors="pt"
            ).to(self._model.device)
            probabilities = self._model(**encoded).logits.float().softmax(-1)[0]
        return float(probabilities[self._label])

    def usage(self) -> dict[str, Any]:
        """How often it was asked."""
        return {"calls": self._calls}


def _load(model: str, device: str | None) -> tuple[Any, Any]:
    """Tokenizer and model. Raises `ModelError`."""

    def read(folder: str) -> tuple[Any, Any]:
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        loaded: Any = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
        tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        return tokenizer, loaded.to(device or ("cuda" if torch.cuda.is_available() else "cpu")).eval()

    return MODELS.get(("judge", model, device), lambda: load_model(model, "judge", read))


def _entailment_label(labels: dict[int, str], model: str) -> int:
    for number, label in labels.items():
        if label.lower().startswith("entail"):
            return int(number)
    raise JudgeError(f"the model {model!r} has no entailment label, only {', '.join(labels.values())}: it is no NLI model")
