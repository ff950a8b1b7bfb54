"""Files from https addresses: gone on with after an interruption, and checked before use.

Proxies and certificates are those of the environment (`HTTPS_PROXY`, `NO_PROXY`, `SSL_CERT_FILE`).
"""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING

from ws.errors import WorkError
from ws.model.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from pathlib import Path
    from urllib.request import OpenerDirector, Request

TRIES = 4
LIMIT = 30.0
"""Seconds in which something must come."""
_CHUNK = 1 << 20
_PARTIAL = 206
_UNSATISFIABLE = 416
_PASSING = (408, 425, 429, 500, 502, 503, 504)


class _Cut(Exception):  # noqa: N818 - no fault: another try goes on
    """The connection ended before all had come."""


def fetch(
    address: str,
    sha256: str,
    target: Path,
    *,
    is_over: Callable[[], bool],
    on_step: Callable[[int, int], None] = lambda _done, _total: None,
    pause: float = 0.5,
) -> None:
    """Put what an address gives at `target`, if its digest is that; nothing where it is there.

    What has come before lies beside it, and is gone on with. `is_over` is asked whether to end;
    `on_step` is told of bytes. Raises `WorkError` for what does not come, or is something else, and
    `OSError` for a disk that does not take it.
    """
    if target.exists() and _digest(target) == sha256:
        return
    shown = without_credentials(address)
    part = part_of(target)
    opener = _opener()
    for attempt in range(TRIES):
        try:
            _more(opener, address, part, is_over, on_step)
            break
        except _Cut as cut:
            if attempt == TRIES - 1:
                hint = "see whether the address can be reached; what has come is kept"
                raise _failed(f"{shown} does not come: {cut}", hint) from None
            time.sleep(pause * 2**attempt)
    if (found := _digest(part)) != sha256:
        part.unlink()
        hint = "if the new file is meant, write its digest into the manifest"
        raise _failed(f"{shown} is not what is expected: its sha256 is {found}", hint)
    part.replace(target)


def part_of(target: Path) -> Path:
    """Where lies what has come of a file so far."""
    return target.with_name(f"{target.name}.part")


def _more(
    opener: OpenerDirector,
    address: str,
    part: Path,
    is_over: Callable[[], bool],
    on_step: Callable[[int, int], None],
) -> None:
    """Fetch what is missing. Raises `_Cut` where another try may help, and `WorkError`."""
    from http.client import HTTPException, InvalidURL
    from urllib.error import HTTPError, URLError
    from urllib.request import Request

    had = part.stat().st_size if part.exists() else 0
    headers = {"User-Agent": "poetry-ws", "Accept-Encoding": "identity"}
    headers |= {"Range": f"bytes={had}-"} if had else {}
    try:
        with opener.open(Request(address, headers=headers), timeout=LIMIT) as answer:  # noqa: S310
            _take(answer, part, had, is_over, on_step)
    except HTTPError as error:
        if error.code == _UNSATISFIABLE and had:  # all of it is there, or it has become shorter
            return
        if error.code in _PASSING:
            raise _Cut(f"{error.code} {error.reason}") from error
        shown = without_credentials(address)
        hint = "check the address in the manifest"
        raise _failed(f"{shown} answers {error.code} {error.reason}", hint) from error
    except InvalidURL:  # its text holds what was taken for a port: a password, maybe
        shown = without_credentials(address)
        raise _failed(f"{shown} is no address", "check the address in the manifest") from None
    except (URLError, HTTPException, ConnectionError, TimeoutError) as error:
        raise _Cut(str(getattr(error, "reason", "") or error) or type(error).__name__) from error


def _take(
    answer: HTTPResponse,
    part: Path,
    had: int,
    is_over: Callable[[], bool],
    on_step: Callable[[int, int], None],
) -> None:
    """Write what comes behind what there was; from the start where the server begins there."""
    goes_on = answer.status == _PARTIAL
    done = had if goes_on else 0
    length = answer.headers.get("Content-Length")
    total = done + int(length) if length else 0
    with part.open("ab" if goes_on else "wb") as file:
        while chunk := answer.read(_CHUNK):
            if is_over():
                raise _failed("interrupted", "run it again: it goes on from there")
            file.write(chunk)
            done += len(chunk)
            on_step(done, total)
    if total and done < total:
        raise _Cut(f"it ended after {done} of {total} bytes")


def _opener() -> OpenerDirector:
    """Follows no address away from https."""
    from ssl import create_default_context
    from urllib.request import HTTPHandler, HTTPRedirectHandler, HTTPSHandler, build_opener

    class Refusing(HTTPHandler):
        def http_open(self, req: Request) -> HTTPResponse:  # noqa: ARG002 - as urllib calls it
            raise _failed("its server leads away from https", "find a better address")

    context = create_default_context()
    return build_opener(HTTPSHandler(context=context), HTTPRedirectHandler(), Refusing())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _failed(reason: str, hint: str) -> WorkError:
    return WorkError(reason, rule="docker/download", hint=hint)
