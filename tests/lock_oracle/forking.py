"""Runs under Poetry's interpreter: the command line of Poetry many times, imported once.

Reads lines of JSON, `[folder, *arguments]`; each is run in a process forked off before anything
but imports has happened. Answers with a line of JSON each: the exit code and what was printed.
"""

import json
import os
import sys
import tempfile

import poetry.console.application
import poetry.console.commands.check
import poetry.console.commands.lock
import poetry.factory
import poetry.installation.installer
import poetry.puzzle.solver
import poetry.repositories.legacy_repository
import poetry.utils.env


def run(folder: str, arguments: list[str]) -> tuple[int, str]:
    """Run Poetry in `folder`; its exit code and output."""
    with tempfile.TemporaryFile("w+") as output:
        child = os.fork()
        if not child:
            os.chdir(folder)
            os.dup2(output.fileno(), 1)
            os.dup2(output.fileno(), 2)
            sys.argv = ["poetry", "--no-interaction", "--no-ansi", *arguments]
            code = 1
            try:
                code = poetry.console.application.main()
            except SystemExit as leaving:
                code = int(leaving.code or 0)
            finally:
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        output.seek(0)
        return os.waitstatus_to_exitcode(status), output.read()


for line in sys.stdin:
    folder, *arguments = json.loads(line)
    print(json.dumps(run(folder, arguments)), flush=True)
