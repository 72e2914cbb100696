"""From a question in one language to articles in the other: a bilingual lexicon, and names spelled in the other script."""

from index.crosslingual.names import same_name
from index.crosslingual.query import QueryTerm, relatives, translate_query

__all__ = ["QueryTerm", "relatives", "same_name", "translate_query"]
