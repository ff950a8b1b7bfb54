from __future__ import annotations

import pytest

from ws.model.globs import matches


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (".", "."),
        ("**", "."),
        ("**", "a/b"),
        ("a", "a"),
        ("a/*", "a/b"),
        ("a/**", "a"),
        ("a/**", "a/b/c"),
        ("**/c", "c"),
        ("**/c", "a/b/c"),
        ("a/**/c", "a/c"),
        ("a/**/c", "a/b/b/c"),
        ("*-worker", "chat-worker"),
        ("?[a-c]", "xb"),
        ("[!a-c]x", "dx"),
    ],
)
def test_a_glob_chooses(pattern: str, path: str) -> None:
    assert matches(path, pattern)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*", "."),
        ("?", "."),
        ("*", "a/b"),
        ("a/*", "a"),
        ("a/*", "a/b/c"),
        ("a/**", "ab"),
        ("**/c", "a/bc"),
        ("a/**/c", "a/b"),
        ("a[!x]b", "a/b"),
        ("A", "a"),
    ],
)
def test_a_glob_does_not_choose(pattern: str, path: str) -> None:
    assert not matches(path, pattern)


@pytest.mark.parametrize("pattern", ["[z-a]", "[\\]", "[[]", "[", "a{b,c}", "(", "^"])
def test_odd_characters_are_no_bug(pattern: str) -> None:
    assert not matches("folder", pattern)
