from __future__ import annotations

import time
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.dockerignore import applying, candidates, of_names, read
from ws.model.docker import Problem


def ignores(text: str, path: str) -> bool:
    ignore = read(text)
    assert ignore.problems == ()
    return ignore.ignores(path)


# The table of moby/patternmatcher's own TestMatches, but for paths that no context has (`/`).
@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("**", "file", True),
        ("**", "file/", True),
        ("**/", "file", True),
        ("**/", "file/", True),
        ("**", "dir/file", True),
        ("**/", "dir/file", True),
        ("**/**", "dir/file", True),
        ("dir/**", "dir/file", True),
        ("dir/**", "dir/dir2/file/", True),
        ("**/dir", "dir", True),
        ("**/dir", "dir/file", True),
        ("**/dir2/*", "dir/dir2/file", True),
        ("**/dir2/*", "dir/dir2/file/", True),
        ("**/dir2/**", "dir/dir2/dir3/file", True),
        ("**file", "file", True),
        ("**file", "dir/file", True),
        ("**/file", "dir/file", True),
        ("**file", "dir/dir/file", True),
        ("**/file", "dir/dir/file", True),
        ("**/file*", "dir/dir/file", True),
        ("**/file*", "dir/dir/file.txt", True),
        ("**/file*txt", "dir/dir/file.txt", True),
        ("**/file*.txt", "dir/dir/file.txt", True),
        ("**/file*.txt*", "dir/dir/file.txt", True),
        ("**/**/*.txt", "dir/dir/file.txt", True),
        ("**/**/*.txt2", "dir/dir/file.txt", False),
        ("**/*.txt", "file.txt", True),
        ("**/**/*.txt", "file.txt", True),
        ("a**/*.txt", "a/file.txt", True),
        ("a**/*.txt", "a/dir/file.txt", True),
        ("a**/*.txt", "a/dir/dir/file.txt", True),
        ("a/*.txt", "a/dir/file.txt", False),
        ("a/*.txt", "a/file.txt", True),
        ("a/*.txt**", "a/file.txt", True),
        ("a[b-d]e", "ae", False),
        ("a[b-d]e", "ace", True),
        ("a[b-d]e", "aae", False),
        ("a[^b-d]e", "aze", True),
        (".*", ".foo", True),
        (".*", "foo", False),
        ("abc.def", "abcdef", False),
        ("abc.def", "abc.def", True),
        ("abc.def", "abcZdef", False),
        ("abc?def", "abcZdef", True),
        ("abc?def", "abcdef", False),
        ("**/foo/bar", "foo/bar", True),
        ("**/foo/bar", "dir/foo/bar", True),
        ("**/foo/bar", "dir/dir2/foo/bar", True),
        ("abc/**", "abc", False),
        ("abc/**", "abc/def", True),
        ("abc/**", "abc/def/ghi", True),
        ("**/.foo", ".foo", True),
        ("**/.foo", "bar.foo", False),
        ("a(b)c/def", "a(b)c/def", True),
        ("a(b)c/def", "a(b)c/xyz", False),
        ("a.|)$(}+{bc", "a.|)$(}+{bc", True),
        ("dist/*.whl", "dist/proxy.py-2.4.0rc3.dev36+g08acad9-py3-none-any.whl", True),
        ("a\\\\", "a\\", True),
        ("a\\*b", "a*b", True),
        ("**\n!util/docker/web", "util/docker/web/foo", False),
        ("**\n!util/docker/web\nutil/docker/web/foo", "util/docker/web/foo", True),
        ("**\n!dist/*.whl", "dist/a+b.whl", False),
        ("*", "fileutils.go", True),
        ("!fileutils.go\n*.go", "fileutils.go", True),
        ("*.go\n!fileutils.go", "fileutils.go", False),
        ("docs\n!docs/README.md", "docs/README.md", False),
        ("docs/\n!docs/README.md", "docs/README.md", False),
        ("docs/*\n!docs/README.md", "docs/README.md", False),
        ("*.go", ".", False),
    ],
)
def test_patterns_match_as_in_the_builder_s_own_table(
    pattern: str, path: str, *, ignored: bool
) -> None:
    assert ignores(pattern, path) is ignored


# Those of its TestMatch, which are Go's own for `filepath.Match`.
@pytest.mark.parametrize(
    ("pattern", "path", "ignored"),
    [
        ("*c", "abc", True),
        ("a*", "a", True),
        ("a*", "ab/c", True),
        ("a*/b", "abc/b", True),
        ("a*/b", "a/c/b", False),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/f", True),
        ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", False),
        ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", False),
        ("a*b?c*x", "abxbbxdbxebxczzx", True),
        ("a*b?c*x", "abxbbxdbxebxczzy", False),
        ("ab[e-g]", "abc", False),
        ("ab[^c]", "abc", False),
        ("ab[^e-g]", "abc", True),
        ("a\\*b", "ab", False),
        ("a?b", "a☺b", True),
        ("a[^a]b", "a☺b", True),
        ("a???b", "a☺b", False),
        ("[a-ζ]*", "\N{GREEK SMALL LETTER ALPHA}", True),
        ("*[a-ζ]", "A", False),
        ("a?b", "a/b", False),
        ("a*b", "a/b", False),
        ("[\\]a]", "]", True),
        ("[x\\-]", "-", True),
        ("[x\\-]", "z", False),
        ("[\\-x]", "x", True),
        ("*x", "xxx", True),
    ],
)
def test_a_part_of_a_path_matches_as_in_go(pattern: str, path: str, *, ignored: bool) -> None:
    assert ignores(pattern, path) is ignored


@pytest.mark.parametrize(
    "pattern",
    ["[]a]", "[-]", "[x-]", "[-x]", "\\", "[a-b-c]", "[", "[^", "[^bc", "a[", "!", "! ",
     "[Local-Only]/"],
)  # fmt: skip
def test_a_malformed_pattern_is_a_problem_with_its_line(pattern: str) -> None:
    ignore = read(f"# a\n{pattern}\nb\n")
    assert ignore.problems == (Problem(2, f"{pattern.strip()} is no pattern"),)
    assert ignore.ignores("b")


# The text of its ignorefile_test.go.
def test_lines_are_trimmed_cleaned_and_lose_their_first_slash() -> None:
    text = (
        "\ufefftest1\n/test2\r\n/a/./file//here/\n\n  lastfile\n# a comment\n! /inverted/abs/path\n"
    )
    assert [(p.text, p.line, p.exception) for p in read(text).patterns] == [
        ("test1", 1, False),
        ("test2", 2, False),
        ("a/file/here", 3, False),
        ("lastfile", 5, False),
        ("inverted/abs/path", 7, True),
    ]
    assert ignores(" # b", "# b")


def test_case_counts_and_a_plain_name_means_the_root_only() -> None:
    assert ignores(".venv", ".venv/bin/python")
    assert not ignores(".venv", "workers/chat/.venv")
    assert ignores("**/.venv", "workers/chat/.venv/bin/python")
    assert not ignores("README.md", "readme.md")


def test_it_is_told_which_line_decides() -> None:
    ignore = read("*\n!src\nsrc/**/*.pyc\n")
    decisive = {
        path: pattern and pattern.line
        for path in ("a", "src/a.py", "src/x/a.pyc")
        for pattern in [ignore.decisive(path)]
    }
    assert decisive == {"a": 1, "src/a.py": 2, "src/x/a.pyc": 3}
    assert read("x").decisive("a") is None


def test_it_is_told_where_older_engines_differ() -> None:
    ignore = read("*\n!**/*.py\n!src/a\n")
    assert [ignore.ignores(path) for path in ("b.py", "lib/b.py", "src/a")] == [False] * 3
    assert [ignore.hangs_on_engine(path) for path in ("b.py", "lib/b.py", "src/a")] == [
        False,
        True,
        False,
    ]
    assert not ignore.hangs_on_engine("lib/b.txt")
    assert read("a/b\n!a\n").hangs_on_engine("a/b")


def test_a_file_named_after_the_dockerfile_wins_over_that_of_the_context() -> None:
    names = candidates("docker/app.Dockerfile", "workers")
    assert names == ("docker/app.Dockerfile.dockerignore", "workers/.dockerignore")
    assert applying("docker/app.Dockerfile", "workers", set(names)) == names[0]
    assert applying("docker/app.Dockerfile", "workers", {names[1]}) == names[1]
    assert applying("Dockerfile", "", {".dockerignore"}) == ".dockerignore"
    assert applying("Dockerfile", "workers", {".dockerignore"}) is None


_part = st.sampled_from(("a", "b", "ab", ".c"))
_path = st.lists(_part, min_size=1, max_size=4).map("/".join)
_name = st.sampled_from(("a", "b", "ab", ".c", "*", "**", "?", "a*", "[ab]", "**b"))
_pattern = st.lists(_name, min_size=1, max_size=3).map("/".join)


@given(st.lists(_pattern, max_size=4), _path)
def test_without_exceptions_a_path_is_ignored_if_it_or_a_folder_of_it_matches(
    patterns: list[str], path: str
) -> None:
    ignore = read("\n".join(patterns))
    parts = path.split("/")
    above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    matched = any(pattern.matches(each) for pattern in ignore.patterns for each in above)
    assert ignore.ignores(path) is matched


@given(st.lists(st.one_of(_pattern, _pattern.map("!{}".format)), max_size=5), st.lists(_path))
def test_the_answer_does_not_hang_on_what_was_asked_before(
    lines: list[str], paths: list[str]
) -> None:
    ignore = read("\n".join(lines))
    together = [ignore.ignores(path) for path in paths]
    assert together == [read("\n".join(lines)).ignores(path) for path in paths]


@given(st.text(), st.text())
def test_any_text_is_read_and_any_path_is_answered(text: str, path: str) -> None:
    assert isinstance(read(text).ignores(path), bool)


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("*", "a", True),
        ("a*b*c", "axbxbxc", True),
        ("a*b*c", "axcxb", False),
        ("[a-c]?", "bx", True),
        ("[^a-c]", "b", False),
        ("[^a-c]", "^", True),
        ("[\\]a]", "]", True),
        ("[[]&~|", "[&~|", True),
        ("[\\d]", "1", False),
        ("\\*", "*", True),
        ("a.b", "axb", False),
        ("[z-a]", "b", None),
        ("[", "[", None),
        ("[]", "]", None),
        ("a\\", "a", None),
    ],
)
def test_a_name_matches_as_in_go(pattern: str, name: str, *, matches: bool | None) -> None:
    matcher = of_names(pattern)
    assert (matcher and bool(matcher(name))) is matches


def test_many_stars_take_no_time() -> None:
    pattern = "*s" * 30 + "q"
    matcher = of_names(pattern)
    started = time.process_time()
    assert matcher is not None
    assert not matcher("s" * 200)
    assert matcher("s" * 200 + "q")
    assert not read(pattern).ignores("s" * 200)
    assert time.process_time() - started < 0.5


def test_a_nul_is_in_no_pattern() -> None:
    assert [one.line for one in read("a\nb\0c\n").problems] == [2]


@given(st.text("ab*?/", max_size=12), st.text("ab/", max_size=12))
def test_names_match_as_paths_without_folders_do(pattern: str, name: str) -> None:
    pattern, name = pattern.replace("/", ""), name.replace("/", "")
    matcher = of_names(pattern)
    assert matcher is not None
    assert bool(matcher(name)) == fnmatchcase(name, pattern)
