"""How every shipped weight was made: `python -m index.embedding.training --help`."""
