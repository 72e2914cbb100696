"""`python -m qa.cli` is `dalil`."""

from qa.cli import main

main()
