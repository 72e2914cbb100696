"""The `dalil` command. Every command lives in its own module, imported only when it is called."""

from qa.cli.app import main

__all__ = ["main"]
