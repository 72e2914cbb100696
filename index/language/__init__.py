"""Arabic and English text: folding with a way back, sentences, language, stems."""

from index.language.folding import Folded, fold, fold_with_map
from index.language.script import detect_language
from index.language.sentences import clause_spans, sentence_spans, trim

__all__ = ["Folded", "clause_spans", "detect_language", "fold", "fold_with_map", "sentence_spans", "trim"]
