"""`python -m ws`, and the console script `ws`."""

import sys


def main() -> None:
    """Run `ws` with the arguments of this process, and exit."""
    try:
        if sys.argv[1:3] == ["docker", "ensure"]:  # as a product does at each of its starts
            from ws.cli.quick import answered

            if answered(sys.argv[1:]):
                sys.exit(0)
        from ws.cli.main import main as whole
    except KeyboardInterrupt:  # before there was anything to interrupt
        sys.exit(130)
    whole()


__all__ = ["main"]

if __name__ == "__main__":
    main()
