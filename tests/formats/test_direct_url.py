from __future__ import annotations

import pytest

from ws.formats.direct_url import git, read
from ws.model.installed import Origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        (
            '{"url": "file:///w/my%20lib", "dir_info": {"editable": true}}',
            Origin("directory", "/w/my lib", editable=True),
        ),
        ('{"url": "file:///w/lib", "dir_info": {}}', Origin("directory", "/w/lib")),
        ('{"url": "file:///C:/lib", "dir_info": {}}', Origin("directory", "C:/lib")),
        ('{"url": "file:///w/a.whl", "archive_info": {}}', Origin("file", "/w/a.whl")),
        ('{"url": "https://h/a.whl", "archive_info": {}}', Origin("url", "https://h/a.whl")),
        ("[]", Origin("unknown")),
        ("{", Origin("unknown")),
    ],
)
def test_what_it_says_is_read_as_a_lock_says_it(text: str, origin: Origin) -> None:
    assert read(text) == origin


@pytest.mark.parametrize("subdirectory", ["", "py/lib"])
def test_what_is_written_of_git_reads_as_that(subdirectory: str) -> None:
    origin = Origin("git", "https://H/r.git", "abc", subdirectory)
    assert read(git(origin)) == origin
