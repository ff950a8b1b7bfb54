"""Make this repository's tool environment `.venv`, then each member's own by `ws install`.

Standard library only. Every line must parse on Python 3.8, so that an old Python can say that it is
too old. Packages come from whatever index pip is configured for; none is named here.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = (ROOT / ".venv").resolve()  # resolved, for it may be a link to a faster disk
STAMP = ENVIRONMENT / "bootstrap-stamp"


class CannotPrepareError(Exception):
    """The tool environment could not be made; the text says why, and what to do next."""


def say(step: str) -> None:
    """Announce a step on stderr; stdout belongs to `ws install`."""
    print(f"==> {step}", file=sys.stderr, flush=True)


def program(name: str) -> str:
    """Return the path of one of the tool environment's programs."""
    return str(ENVIRONMENT / (f"Scripts/{name}.exe" if os.name == "nt" else f"bin/{name}"))


def run(*command: str, quiet: bool = False) -> int:
    """Run a program in the root folder; return its exit code, 128 + N if signal N ended it.

    What a quiet one prints is shown on stderr, and only if it fails.
    """
    child = subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "WS_ROOT": str(ROOT)},
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.STDOUT if quiet else None,
        text=True,
    )
    try:
        output, _ = child.communicate()
    except KeyboardInterrupt:
        child.communicate()  # Ctrl-C reached it too: let it tidy up rather than kill it
        raise
    if child.returncode and output:
        print(output, end="", file=sys.stderr)
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


def answer(*command: str) -> str:
    """Return what a program prints, or nothing where it does not start or fails."""
    try:
        return subprocess.run(command, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""


def pip_install(*requirements: str) -> None:
    """Install into the tool environment; raise CannotPrepareError if pip fails."""
    pip = (program("python"), "-m", "pip", "--quiet", "--disable-pip-version-check")
    if run(*pip, "install", *requirements, quiet=True) != 0:
        raise CannotPrepareError(
            "pip failed; its own words stand above. Does the package index answer that pip is\n"
            "configured for (`pip config list`, the PIP_* variables)? Then run this again."
        )


def make_environment() -> None:
    """Make `.venv` anew with the running Python; raise CannotPrepareError where that cannot be."""
    is_environment = (ENVIRONMENT / "pyvenv.cfg").is_file()
    if ENVIRONMENT.is_dir() and any(ENVIRONMENT.iterdir()) and not is_environment:
        raise CannotPrepareError(
            f"{ENVIRONMENT} is no virtual environment, so it stays as it is.\n"
            "Move it away, then run this again."
        )
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        raise CannotPrepareError(
            f"{sys.executable} cannot make virtual environments. Debian and Ubuntu package that\n"
            f"apart: `apt-get install python3.{sys.version_info[1]}-venv`, then run this again."
        )
    import venv  # only now: it may have been missing

    say(f"Making the tool environment in .venv{' anew' if is_environment else ''}")
    try:
        venv.EnvBuilder(clear=True, symlinks=os.name != "nt", with_pip=True).create(ENVIRONMENT)
    except subprocess.CalledProcessError as error:
        raise CannotPrepareError(f".venv got no pip: {error.output.decode()}") from error
    except ValueError as error:  # such as a colon in the folder's name
        raise CannotPrepareError(f"no virtual environment can be made here: {error}") from error


def fingerprint() -> str:
    """Return a hash of what the environment was made from, its place and Python included."""
    python = answer(program("python"), "-c", "import sys; print(sys.version, sys.prefix)")
    manifest = (ROOT / "pyproject.toml").read_bytes()
    return hashlib.sha256(python.encode() + manifest + Path(__file__).read_bytes()).hexdigest()


def prepare(groups: set[str]) -> None:
    """Make `.venv` hold ws and the packages of these dependency groups; do nothing if it does.

    An environment that works keeps its Python, whichever one runs this. One that was moved or
    copied does not work: its programs still name the old folder, as pip's own answer shows.
    """
    stamp = STAMP.read_text().split() if STAMP.is_file() else []
    groups = groups.union(stamp[1:])  # what was asked for once is kept up to date
    if stamp == [fingerprint(), *sorted(groups)]:
        return
    if str(ENVIRONMENT) not in answer(program("pip"), "--version"):
        make_environment()
    STAMP.unlink(missing_ok=True)  # gone before, back after: it stands for a whole environment
    say(f"Installing ws and its tools into .venv (groups: {', '.join(sorted(groups))})")
    pip_install("pip>=25.1")  # the first with --group
    pip_install("--editable", ".", *(f"--group={group}" for group in sorted(groups)))
    STAMP.write_text("\n".join([fingerprint(), *sorted(groups), ""]))


def main(arguments: list[str]) -> int:
    """Prepare the tool environment and run `ws install` in it; return the exit code."""
    parser = argparse.ArgumentParser(
        allow_abbrev=False,
        usage="%(prog)s [--test] [--no-install] [arguments of ws install ...]",
        description="Make the tool environment .venv, then each member's own with `ws install`.",
        epilog="All else is passed on to `ws install`, as is everything after --.",
    )
    parser.add_argument("--test", action="store_true", help="with what the tests need")
    parser.add_argument("--no-install", action="store_true", help="stop before `ws install`")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, passed_on = parser.parse_known_args(arguments[:end])
    passed_on += arguments[end + 1 :]
    if options.no_install and passed_on:
        parser.error("--no-install leaves no use for: " + " ".join(passed_on))

    prepare({"tools", "test"} if options.test else {"tools"})
    if options.no_install:
        return 0
    say("Installing the members with ws install")
    return run(program("ws"), "install", *passed_on)


if __name__ == "__main__":
    try:
        if sys.version_info < OLDEST_PYTHON:
            raise CannotPrepareError(
                "Python {}.{} or later is needed, and this is {}.{}: {}".format(
                    *OLDEST_PYTHON, *sys.version_info[:2], sys.executable
                )
            )
        sys.exit(main(sys.argv[1:]))
    except (CannotPrepareError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
