"""The texts are such as the real Poetry 2.5.1, uv 0.13.8 and real builds have printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.planning.failure import failure, killed
from ws.planning.system_packages import package

POETRY_BUILD = """\
  - Installing cext (1.0)

PEP517 build of a dependency failed

Backend subprocess exited when trying to invoke build_wheel

    | {}

Note: This error originates from the build backend, and is likely not a problem with poetry but \
one of the following issues with cext (1.0)
"""
UV_BUILD = """\
error: Failed to build `cext==1.0`
  cause: The build backend returned an error
  cause: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)

         [stderr]
         {}

hint: Build failures usually indicate a problem with the package or the build environment
"""


def explained(text: str) -> str:
    return str(failure(text.splitlines()) or "")


@pytest.mark.parametrize("build", [POETRY_BUILD, UV_BUILD])
@pytest.mark.parametrize(
    ("said", "what", "remedy"),
    [
        (
            "a.c:1:10: fatal error: Python.h: No such file or directory",
            "the header Python.h",
            "python3-dev of the same version (apt), python3-devel (dnf)",
        ),
        (
            "a.c:1:10: fatal error: 'libpq-fe.h' file not found",
            "the header libpq-fe.h",
            "libpq-dev (apt), libpq-devel (dnf), libpq (brew)",
        ),
        (
            "a.c:1:10: fatal error: libfoo/foo.h: No such file or directory",
            "the header libfoo/foo.h",
            "the system package that has it (apt-file search libfoo/foo.h)",
        ),
        (
            "Error: pg_config executable not found.",
            "pg_config",
            "libpq-dev (apt), libpq-devel (dnf), libpq (brew)",
        ),
        (
            "error: [Errno 2] No such file or directory: 'x86_64-linux-gnu-gcc'",
            "x86_64-linux-gnu-gcc",
            "build-essential (apt), gcc (dnf)",
        ),
        (
            "gcc: fatal error: cannot execute 'cc1plus': execvp: No such file or directory",
            "cc1plus",
            "build-essential (apt), gcc-c++ (dnf)",
        ),
        (
            "/bin/sh: 1: krb5-config: not found",
            "krb5-config",
            "libkrb5-dev (apt), krb5-devel (dnf), krb5 (brew)",
        ),
        (
            "Command 'pkg-config --exists mysqlclient' returned non-zero exit status 127.",
            "pkg-config",
            "pkg-config (apt), pkgconf-pkg-config (dnf), pkgconf (brew)",
        ),
        (
            "Command 'pkg-config --exists mysqlclient' returned non-zero exit status 1.",
            "the library mysqlclient",
            "default-libmysqlclient-dev pkg-config (apt), mariadb-connector-c-devel (dnf),"
            " mysql-client (brew)",
        ),
        (
            "Error: Please make sure the libxml2 and libxslt development packages are installed.",
            "the library libxml2",
            "libxml2-dev libxslt1-dev (apt), libxml2-devel libxslt-devel (dnf),"
            " libxml2 libxslt (brew)",
        ),
        (
            "The headers or library files could not be found for jpeg,",
            "the library jpeg",
            "libjpeg-dev zlib1g-dev (apt), libjpeg-turbo-devel (dnf), jpeg (brew)",
        ),
        ("error: can't find Rust compiler", "Rust", package("rust").remedy[8:]),  # type: ignore[union-attr]
        (
            "meson.build:49:0: ERROR: Unknown compiler(s): [['gfortran'], ['flang']]",
            "gfortran",
            "gfortran (apt), gcc-gfortran (dnf), gcc (brew)",
        ),
        (
            'meson.build:31:12: ERROR: Dependency "cairo" not found, tried pkgconfig and cmake',
            "the library cairo",
            "libcairo2-dev pkg-config (apt), cairo-devel (dnf), cairo (brew)",
        ),
        (
            "Package 'xmlsec1', required by 'virtual:world', not found",
            "the library xmlsec1",
            "libxmlsec1-dev pkg-config (apt), xmlsec1-devel (dnf), libxmlsec1 (brew)",
        ),
        (
            "/usr/bin/ld: cannot find -lsnappy: No such file or directory",
            "the library snappy",
            "libsnappy-dev (apt), snappy-devel (dnf), snappy (brew)",
        ),
    ],
)
def test_what_a_build_lacks_is_named_with_the_package_that_brings_it(
    build: str, said: str, what: str, remedy: str
) -> None:
    wanted = f"cext 1.0 cannot be built: {what} is missing; install {remedy}"
    assert explained(build.format(said)) == wanted


def test_of_several_headers_the_last_one_ended_the_build() -> None:
    said = "\n".join(f"x.c:1:1: fatal error: {name}.h: No such file" for name in ("endian", "ffi"))
    assert "the header ffi.h is missing; install libffi-dev" in explained(UV_BUILD.format(said))


def test_a_build_that_lacks_nothing_tells_its_last_error() -> None:
    told = "cext 1.0 cannot be built: ValueError: no version"
    assert explained(POETRY_BUILD.format("ValueError: no version")) == told
    assert explained(UV_BUILD.format("ValueError: no version")) == told


CHANGED = (
    "changed 1.0 has another hash than the lock says; its file was changed on the index, or the"
    " lock was made from another index: find out which; if what the index has now is right, ws lock"
    " --upgrade changed"
)
ELSEWHERE = (
    " is not in the package index; is it in another one (a mirror, a [[tool.poetry.source]]), or"
    " does this one want credentials? if it was taken away: ws lock --upgrade doomed"
)
CERTIFICATE = (
    "the certificate of index.example is not trusted; set SSL_CERT_FILE and REQUESTS_CA_BUNDLE to a"
    " file with your company's certificates, or fetch a newer ca-certificates"
)
SILENT = (
    "the package index cannot be reached: index.example:9 does not answer; check the network, the"
    " address of the index, the proxy (HTTPS_PROXY) and its certificate (SSL_CERT_FILE,"
    " REQUESTS_CA_BUNDLE)"
)
UNCLONED = (
    " cannot be cloned, or has not what the lock names; check the address, that you may read it,"
    " and that branch, tag or commit are still there"
)
REQUIRED = (
    "); is that in the package index? the package names it under [build-system] in its"
    " pyproject.toml"
)
NEEDS = "a package cannot be built: what its build requires cannot be installed ("
FETCH = (
    "error: Failed to fetch: {0}\n  cause: error sending request for url ({0})\n"
    "  cause: client error (Connect)\n  cause: {1}"
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "    | Downloaded distributions for changed (1.0) did not match any known checksums in",
            CHANGED,
        ),
        (
            "error: Failed to download `changed==1.0`\n  cause: Hash mismatch for `changed==1.0`",
            CHANGED,
        ),
        (
            "    | Unable to find installation candidates for doomed (1.0)\n    | \n"
            "    |   - 0 candidate(s) were identified for the package",
            f"doomed 1.0{ELSEWHERE}",
        ),
        (
            "  cause: Because doomed was not found in the package registry and you require doomed",
            f"doomed{ELSEWHERE}",
        ),
        (
            "    | Unable to find installation candidates for winonly (1.0)\n"
            "    |   - 1 wheel(s) were skipped as your project's environment does not support the",
            "winonly 1.0 has no file for this Python or platform; take a version that has one"
            " (ws lock --upgrade winonly), or another Python",
        ),
        (
            "  cause: Because winonly==1.0 has no wheels with a matching Python ABI tag (e.g., `c",
            "winonly 1.0 has no file for this Python or platform; take a version that has one"
            " (ws lock --upgrade winonly), or another Python",
        ),
        (
            "Source (my-own): Authorization error accessing https://index.example/simple/a/\n"
            "    | Unable to find installation candidates for a (1.0)",
            "the package index my-own (index.example) wants credentials, or others; set"
            " POETRY_HTTP_BASIC_MY_OWN_USERNAME and POETRY_HTTP_BASIC_MY_OWN_PASSWORD",
        ),
        (
            "Source (PyPI): Authorization error accessing https://***@index.example/simple/a/",
            "the package index at index.example wants credentials, or others; write them into its"
            " address: POETRY_PYPI_MIRROR_URL=https://USER:PASSWORD@...",
        ),
        (
            "hint: An index URL (https://index.example/simple) could not be queried due to a lack"
            " of valid authentication credentials (401 Unauthorized)",
            "the package index at index.example wants credentials, or others; set"
            " POETRY_HTTP_BASIC_NAME_USERNAME and POETRY_HTTP_BASIC_NAME_PASSWORD, with the name of"
            " its [[tool.poetry.source]]; those of a mirror go into its address",
        ),
        ("    | All attempts to connect to index.example:9 failed.", SILENT),
        (FETCH.format("http://index.example:9/a/", "tcp connect error"), SILENT),
        (
            FETCH.format("https://index.example/a/", "invalid peer certificate: UnknownIssuer"),
            CERTIFICATE,
        ),
        (
            FETCH.format("https://index.example/a/", "dns error"),
            "there is no host index.example: its name is not known here; check the address of the"
            " package index, the network and its name servers, and the proxy",
        ),
        (
            "  503 Server Error: Service Unavailable for url: http://index.example/simple/a/",
            "the package index has a fault of its own (503, index.example); try again later, or ask"
            " who runs it",
        ),
        (
            "The currently activated Python version 3.11.7 is not supported by the project"
            " (~3.9).\nTrying to find and use a compatible version. \n\n"
            "Poetry was unable to find a compatible version. If you have one, you can",
            "there is no Python that it allows (~3.9); install one, or put it on PATH",
        ),
        (
            "git@host.example: Permission denied (publickey).",
            "the git host does not let us in; check your key (ssh -T git@HOST) or token, and that"
            " you may read the repository",
        ),
        (
            "Error: [Errno 13] Permission denied: '/srv/chat/.venv'",
            "/srv/chat/.venv may not be written or read; find out whose it is: something may have"
            " run as another user, such as with sudo",
        ),
        (
            "OSError: [Errno 28] No space left on device",
            "the disk is full; make room where environments, caches and temporary files go (ws"
            " doctor tells how much)",
        ),
        (
            "  NotGitRepository\n\n  No git repository was found at /srv/theta",
            f"/srv/theta{UNCLONED}",
        ),
        (
            "  cause: Git operation failed\n  cause: failed to fetch into: /cache/git-v1/db/37c6\n"
            "  cause: process didn't exit successfully: `/usr/bin/git fetch --force"
            " 'https://host.example/theta.git' '+930:refs/commit/930'` (exit status: 128)",
            f"https://host.example/theta.git{UNCLONED}",
        ),
        (
            "  Because -root- depends on helper (>=1) which doesn't match any versions, version"
            " solving failed.\n\nCannot resolve build-system.requires for delta.",
            f"{NEEDS}helper (>=1){REQUIRED}",
        ),
        (
            "error: Failed to download and build `delta==1.0`\n"
            "  cause: Failed to resolve requirements from `build-system.requires`\n"
            "  cause: No solution found when resolving: `setuptools`, `helper>=1`\n"
            "  cause: Because helper was not found in the package registry and you require",
            f"{NEEDS}helper{REQUIRED}",
        ),
        ("ModuleNotFoundError: No module named 'x'", ""),
        ("", ""),
    ],
)
def test_a_failure_is_told_as_cause_and_remedy(text: str, reason: str) -> None:
    assert explained(text) == reason


def test_a_build_that_was_killed_wanted_memory_and_no_package() -> None:
    said = "cc: fatal error: Killed signal terminated program cc1plus"
    assert explained(UV_BUILD.format(said)).startswith("there was not enough memory; ")


@pytest.mark.parametrize(("code", "begin"), [(-9, "uv was killed, "), (137, "uv was killed, ")])
def test_who_is_killed_has_most_likely_filled_the_memory(code: int, begin: str) -> None:
    assert str(killed("uv", code)).startswith(begin)


def test_other_signals_are_named_and_other_codes_mean_nothing() -> None:
    assert str(killed("uv", -11)) == "uv was ended by SIGSEGV; run it again; the log may tell more"
    assert [killed("uv", code) for code in (0, 1, 2, 128)] == [None] * 4


@given(st.lists(st.text(), max_size=20))
def test_whatever_is_printed_the_reason_is_one_line(output: list[str]) -> None:
    assert len(str(failure(output) or "").splitlines()) <= 1
