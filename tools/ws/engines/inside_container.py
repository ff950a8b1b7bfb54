"""Looks at an image from inside one of its containers; what it finds goes out as lines of JSON.

`ws` does not import this: it sends the text to the image's own Python (3.8 or later), with what is
asked as JSON in its one argument. So it stands on the standard library alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from typing import IO, Any, Dict, List, Tuple  # noqa: UP035
from urllib.request import urlopen

Asked = Dict[str, Any]  # noqa: UP006
Said = Tuple[str, str]  # noqa: UP006
"""A status (`ok`, `failed`, `skipped`), and what there is to say."""

_PAUSE = 0.02
_SHEBANG = re.compile(
    r"#!\s*(?:/usr/bin/env\s+)?(\S*python\S*)|^'''exec' \"?([^\"\s]+)", re.MULTILINE
)
_IMPORTS = """\
import importlib, json, os, sys
sys.path[:] = [path for path in sys.path if path not in ("", ".")]
failed = {}
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except BaseException as error:
        failed[name] = f"{type(error).__name__}: {error}"
sys.__stdout__.write("\\n" + json.dumps(failed) + "\\n")
sys.__stdout__.flush()
os._exit(0)
"""


def user(_asked: Asked) -> Said:
    """Whether the image's own user is another one than root."""
    uid = os.getuid()
    return ("ok", f"uid {uid}") if uid else ("failed", "it runs as root")


def answers(asked: Asked) -> Said:
    """Whether its program answers: a command, a line, its port, or `--help`, whichever is asked."""
    limit = time.monotonic() + asked["seconds"]
    script = _script(asked["script"])
    if asked["command"]:
        return _ends_well(asked["command"], limit)
    if not script:
        return "failed", f"there is no program {asked['script']}"
    if asked["line"]:
        return _replies([script], asked["line"], limit)
    if asked["port"]:
        return _listens([script], asked["port"], asked["health"], limit)
    return _ends_well([script, "--help"], limit)


def packages(asked: Asked) -> Said:
    """Whether `pip check` is content, with the environment's pip or its base's."""
    python = _python(asked["script"])
    for pip in (python, os.path.join(_base_prefix(python), "bin", "python3")):
        where = [] if pip == python else ["--python", python]
        command = [pip, "-m", "pip", "--disable-pip-version-check", *where, "check"]
        code, output = _run(command, asked["seconds"])
        if "No module named pip" in output or "no such option: --python" in output:
            continue
        return ("ok", _last(output)) if code == 0 else ("failed", "; ".join(output.split("\n")[:5]))
    return "skipped", "no pip in the image could check them"


def imports(asked: Asked) -> Said:
    """Whether modules can be imported without `PYTHONPATH`, from a folder that has none of them."""
    names = asked["imports"]
    if not names:
        return "skipped", "it has no modules"
    code, output = _run([_python(asked["script"]), "-c", _IMPORTS, *names], asked["seconds"])
    try:
        failed = json.loads(_last(output))
    except ValueError:
        return "failed", f"the imports ended with code {code}: {_last(output)}"
    if failed:
        said = "; ".join(f"{name}: {why}" for name, why in failed.items())
        return "failed", f"{said} (without PYTHONPATH)" if "PYTHONPATH" in os.environ else said
    return "ok", ", ".join(names)


def _ends_well(command: List[str], limit: float) -> Said:  # noqa: UP006
    """Whether a command ends by itself, and says that it did so well; its stdin is closed."""
    with tempfile.TemporaryFile() as output:
        process = _start(command, output)
        try:
            code = process.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            return "failed", f"`{shlex.join(command)}` did not end in time"
        finally:
            _end(process)
        if code == 0:
            return "ok", f"`{shlex.join(command)}` ended well"
        return "failed", f"`{shlex.join(command)}` ended with code {code}: {_told(output)}"


def _replies(command: List[str], line: str, limit: float) -> Said:  # noqa: UP006
    """Whether a program says a line on its stdout after it was sent one."""
    found: List[bytes] = []  # noqa: UP006
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            read = process.stdout.readline
            reader = threading.Thread(target=lambda: found.append(read()), daemon=True)
            reader.start()
            process.stdin.write(line.encode() + b"\n")
            process.stdin.flush()
            reader.join(max(0.1, limit - time.monotonic()))
        except BrokenPipeError:
            reader.join(1)
        finally:
            _end(process)
        if found and found[0].strip():
            return "ok", found[0].decode(errors="replace").strip()
        return "failed", f"it did not answer the line: {_told(errors)}"


def _listens(command: List[str], port: int, health: str, limit: float) -> Said:  # noqa: UP006
    """Whether a program accepts on its port, and then says that it is well."""
    with tempfile.TemporaryFile() as output:
        process = _start(command, output)
        try:
            trouble = f"nothing listens on port {port}"
            while time.monotonic() < limit:
                trouble = _asked(port, health)
                if not trouble:
                    return "ok", f"port {port} accepts" + (f", {health} is well" if health else "")
                if process.poll() is not None:
                    return "failed", f"it ended with code {process.returncode}: {_told(output)}"
                time.sleep(_PAUSE)
            return "failed", f"{trouble}: {_told(output)}"
        finally:
            _end(process)


def _asked(port: int, health: str) -> str:
    """Why a server is not well; empty where it is."""
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
    except OSError:
        return f"nothing listens on port {port}"
    if health.startswith("/"):
        try:
            urlopen(f"http://127.0.0.1:{port}{health}", timeout=5).close()
        except OSError as error:
            return f"{health} is not well: {error}"
    elif health:
        code, output = _run(["sh", "-c", health], 10)
        return f"`{health}` ended with code {code}: {_last(output)}" if code else ""
    return ""


def _start(command: List[str], output: IO[bytes]) -> subprocess.Popen[bytes]:  # noqa: UP006
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _end(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _run(command: List[str], seconds: float) -> Tuple[int, str]:  # noqa: UP006
    """The code and the output of a command that is to see no `PYTHONPATH`, nor the folder here."""
    environ = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    try:
        ended = subprocess.run(
            command,
            cwd="/",
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 124, "it did not end in time"
    except OSError as error:
        return 127, f"No module named pip: {error}"
    return ended.returncode, ended.stdout.decode(errors="replace").strip()


def _script(name: str) -> str:
    return shutil.which(name) or ""


def _python(script: str) -> str:
    """The Python that a console script is run by, as its first line says; else this one."""
    try:
        with open(_script(script), encoding="utf-8", errors="replace") as file:
            found = _SHEBANG.search(file.read(500))
    except OSError:
        found = None
    said = found and shutil.which(found[1] or found[2])
    return said or sys.executable


def _base_prefix(python: str) -> str:
    return _run([python, "-c", "import sys; print(sys.base_prefix)"], 30)[1]


def _told(output: IO[bytes]) -> str:
    output.seek(0)
    return _last(output.read().decode(errors="replace"))


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1]


def main() -> None:
    """Do the checks that are asked for, and say of each at once what came of it."""
    asked: Asked = json.loads(sys.argv[1])
    # The first process of a container hears no signal that it has no handler for.
    signal.signal(signal.SIGALRM, lambda *_: os._exit(124))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(143))
    signal.alarm(int(asked["seconds"] * (1 + len(asked["checks"]))))
    for name in asked["checks"]:
        try:
            status, detail = {f.__name__: f for f in (user, answers, packages, imports)}[name](
                asked
            )
        except Exception as error:  # noqa: BLE001 - the other checks go on
            status, detail = "failed", f"{type(error).__name__}: {error}"
        told = json.dumps({"check": name, "status": status, "detail": detail})
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
