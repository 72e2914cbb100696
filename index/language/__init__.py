"""Arabic and English text: folding with a way back, sentences, language, stems."""

from index.language.folding import Folded, fold, fold_with_map
from index.language.script import detect_language

__all__ = ["Folded", "detect_language", "fold", "fold_with_map"]
