"""`python -m qa.cli` is `dalil`."""

from qa.cli import main

if __name__ == "__main__":  # processes of `dalil serve` import it under another name
    main()
