"""`python -m ws`, and the console script `ws`."""

from ws.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
