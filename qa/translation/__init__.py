"""Quotes in the asker's language, by a machine: a help beside the quote, marked as such, and checked like a claim."""

from qa.translation.base import Translator
from qa.translation.loading import make_quote_translator
from qa.translation.quotes import QuoteTranslator

__all__ = ["QuoteTranslator", "Translator", "make_quote_translator"]
