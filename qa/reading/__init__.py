"""Reading for an answer: what a question asks for, what kinds of words a sentence offers, which sentence answers."""
