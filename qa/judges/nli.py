"""A judge from transformers: any sequence-classification model that has an entailment label."""

import threading
from typing import Any

from qa.judges.errors import JudgeError

_LONGEST = 512


class NliJudge:
    """The probability of entailment, of a hub name or a folder, such as `MoritzLaurer/mDeBERTa-v3-base-mnli-xnli`."""

    def __init__(self, model: str, device: str | None = None) -> None:
        """Load it. Raises `JudgeError` when it cannot be loaded or has no entailment label."""
        import torch
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self.name = f"nli:{model}"
        self._torch = torch
        self._lock = threading.Lock()
        self._calls = 0
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(model)
            loaded = AutoModelForSequenceClassification.from_pretrained(model)
        except (OSError, ValueError, ImportError) as error:
            reason = str(error).strip().split("\n")[0]
            raise JudgeError(
                f"the judge {model!r} cannot be loaded ({reason}): name a folder that holds it or a hub model"
            ) from None
        self._label = _entailment_label(loaded.config.id2label, model)
        self._device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        self._model = loaded.eval().to(self._device)
        positions = getattr(loaded.config, "max_position_embeddings", None) or _LONGEST
        self._longest = min(_LONGEST, positions, self._tokenizer.model_max_length)

    def supports(self, premise: str, hypothesis: str) -> float:
        """Softmax over all labels, at entailment. A premise that is too long is cut at its end."""
        with self._lock, self._torch.inference_mode():
            self._calls += 1
            encoded = self._tokenizer(
                premise, hypothesis, truncation="longest_first", max_length=self._longest, return_tensors="pt"
            ).to(self._device)
            probabilities = self._model(**encoded).logits.float().softmax(-1)[0]
        return float(probabilities[self._label])

    def usage(self) -> dict[str, Any]:
        """How often it was asked."""
        return {"calls": self._calls}


def _entailment_label(labels: dict[int, str], model: str) -> int:
    for number, label in labels.items():
        if label.lower().startswith("entail"):
            return int(number)
    raise JudgeError(f"the model {model!r} has no entailment label, only {', '.join(labels.values())}: it is no NLI model")
