"""A package index that answers slowly and in small chunks, in front of one that does not."""

from __future__ import annotations

import contextlib
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK = 512
_PASSED_ON = ("Content-Type", "Last-Modified", "ETag")


@contextlib.contextmanager
def slowly(address: str, seconds: float = 0.01) -> Iterator[str]:
    """The address of the same index, with a pause before each chunk of an answer."""
    parts = urlsplit(address)

    class Slow(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            try:
                answer = urllib.request.urlopen(f"{parts.scheme}://{parts.netloc}{self.path}")
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                self.send_response(answer.status or 200)
                for name in _PASSED_ON:
                    if value := answer.headers.get(name):
                        self.send_header(name, value)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                with contextlib.suppress(OSError):  # whoever asked was ended
                    while data := answer.read(_CHUNK):
                        time.sleep(seconds)
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                    self.wfile.write(b"0\r\n\r\n")

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{parts.path}"
        server.shutdown()
