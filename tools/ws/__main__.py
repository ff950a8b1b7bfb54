"""`python -m ws`, and the console script `ws`."""

import sys

try:
    from ws.cli.main import main
except KeyboardInterrupt:  # before there was anything to interrupt
    sys.exit(130)

__all__ = ["main"]

if __name__ == "__main__":
    main()
