"""Write `table.toml` anew: run the real `poetry lock` for every case and every lock it may reach.

    .venv/bin/python -m tests.lock_oracle.make_table            all cases, twenty minutes
    .venv/bin/python -m tests.lock_oracle.make_table 'chat: *'  these, the others stay
    .venv/bin/python -m tests.lock_oracle.make_table --missing  what the table lacks
    .venv/bin/python -m tests.lock_oracle.make_table --base     first the locks of the base

Run it from the root of the repository, after a change of `cases.py`, of `tests/workspaces/locks`
(then with `--base`) or of Poetry, and read what `git diff` says.
"""

from __future__ import annotations

import json
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.lock_oracle import workspace
from tests.lock_oracle.cases import CASES
from tests.lock_oracle.oracle import beside_this_python, command_line

if TYPE_CHECKING:
    from tests.lock_oracle.case import Case
    from tests.lock_oracle.oracle import Oracle, Verdict

TABLE = workspace.HERE / "table.toml"
JOBS = 2
HEADER = """\
# What the real `poetry lock` does to the locks of tests/workspaces/locks after each change of
# cases.py, and what `poetry check --lock` says of them before. Written by make_table.py.
"""
Verdicts = dict[str, dict[str, str]]
"""What is said of each lock, by the name of its member's folder."""
Table = dict[str, Verdicts]
"""The verdicts of each case."""


def main(arguments: list[str]) -> None:
    """Run Poetry and write the table."""
    patterns = [argument for argument in arguments if not argument.startswith("--")]
    with command_line(beside_this_python()) as oracle:
        if "--base" in arguments:
            lock_base(oracle)
        base = workspace.read_base()
        known = tomllib.loads(TABLE.read_text()) if TABLE.exists() else {}
        chosen = [c for c in CASES if not patterns or any(fnmatch(c.name, p) for p in patterns)]
        keep = known if "--missing" in arguments else {}
        with ThreadPoolExecutor(JOBS) as pool:
            made = zip(chosen, pool.map(partial(judge, oracle, base, keep), chosen), strict=True)
            for number, (case, verdicts) in enumerate(made, 1):
                known[case.name] = verdicts
                print(f"{number}/{len(chosen)} {case.name}", file=sys.stderr)
    TABLE.write_text(
        HEADER + "".join(_section(c.name, known[c.name]) for c in CASES if c.name in known)
    )


def lock_base(oracle: Oracle) -> None:
    """Lock every member of the base, from the locks that it has."""
    with tempfile.TemporaryDirectory() as folder:
        workspace.write(workspace.read_base(), Path(folder))
        for lock in sorted(Path(folder).rglob("poetry.lock")):
            verdict = oracle.verdict(lock.parent, check=False)
            if verdict.lock == "fails":
                sys.exit(f"{lock.relative_to(folder)}: {verdict.output}")
            (workspace.BASE / lock.relative_to(folder)).write_bytes(lock.read_bytes())


def judge(oracle: Oracle, base: workspace.Files, keep: Table, case: Case) -> Verdicts:
    """The verdict on each lock that the case may reach, taken from `keep` where it is there."""
    kept = keep.get(case.name, {})
    with tempfile.TemporaryDirectory() as folder:
        workspace.write(workspace.changed(base, case.edits), Path(folder))
        return {
            member.key: kept.get(member.key) or _table(oracle.verdict(Path(folder, member.folder)))
            for member in workspace.judged(base, case.edits)
        }


def _table(verdict: Verdict) -> dict[str, str]:
    table = {"lock": verdict.lock, "check": verdict.check}
    return table | ({"rewrites": verdict.rewrites} if verdict.rewrites else {})


def _section(name: str, verdicts: Verdicts) -> str:
    lines = [f"\n[{json.dumps(name)}]"]
    for key, verdict in verdicts.items():
        values = ", ".join(f"{name} = {json.dumps(value)}" for name, value in verdict.items())
        lines.append(f"{key} = {{ {values} }}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main(sys.argv[1:])
