"""What Poetry 2.5, uv 0.13 and the programs under them print when they fail, and what it means."""

from __future__ import annotations

from typing import NamedTuple


class Known(NamedTuple):
    """What is printed, and what it means. What the patterns find stands in the other two.

    Besides the groups of a pattern there is `name` where one is a `package` (`alpha` of
    `alpha (1.0)`), `host` where one is an `url`, and `variable` where one is a `source`: as Poetry
    writes it in the names of variables.
    """

    cause: str
    remedy: str
    patterns: tuple[str, ...]
    """In the order of what they tell: the first that is found counts."""


_PACKAGE = r"`?(?P<package>[\w.-]+(?:\[[^]]*\])?(?: \([^)]+\)|==[^`\s]+)?)"
_URL = r"(?P<url>[a-z+]+://[^\s)`'\"]+)"
_HOST = r"(?P<host>[\w.-]+(?::\d+)?)"
_FETCH = rf"Failed to fetch:? `?{_URL}"  # uv; the causes follow, one a line

MACHINE = (
    Known(
        "the disk is full",
        "make room where environments, caches and temporary files go (ws doctor tells how much)",
        (r"No space left on device|ENOSPC|Disk quota exceeded|disk is full",),
    ),
    Known(
        "there was not enough memory",
        "close something, or install fewer members at a time: --jobs 1",
        (r"Killed signal|signal: 9\b|SIGKILL|MemoryError|Cannot allocate memory|bad_alloc",),
    ),
)
HASHES = Known(
    "{package} has another hash than the lock says",
    "its file was changed on the index, or the lock was made from another index: find out which;"
    " if what the index has now is right, ws lock --upgrade {name}",
    (
        rf"Hash mismatch for {_PACKAGE}",
        rf"Downloaded distributions for {_PACKAGE} did not match",
        rf"Hash for {_PACKAGE} from archive \S+ not found in known hashes",
        rf"Downloaded archive \S+ for {_PACKAGE} is not listed in the lock",
    ),
)
CREDENTIALS = (
    Known(  # the plugin for mirrors puts it in the place of this source
        "the package index at {host} wants credentials, or others",
        "write them into its address: POETRY_PYPI_MIRROR_URL=https://USER:PASSWORD@...",
        (rf"Source \(PyPI\): Authorization error accessing {_URL}",),
    ),
    Known(
        "the package index {source} ({host}) wants credentials, or others",
        "set POETRY_HTTP_BASIC_{variable}_USERNAME and POETRY_HTTP_BASIC_{variable}_PASSWORD",
        (rf"Source \((?P<source>[^)]+)\): Authorization error accessing {_URL}",),
    ),
    Known(
        "the package index at {host} wants credentials, or others",
        "set POETRY_HTTP_BASIC_NAME_USERNAME and POETRY_HTTP_BASIC_NAME_PASSWORD, with the name of"
        " its [[tool.poetry.source]]; those of a mirror go into its address",
        (
            rf"An index URL \({_URL}\) could not be queried due to a lack of valid auth",
            rf"(?:401|403) (?:Unauthorized|Forbidden)\) for url \({_URL}",
            rf"40[13] Client Error: .*for url: {_URL}",
            rf"[Mm]issing credentials for {_URL}",
        ),
    ),
)
GIT = (
    Known(
        "Git is missing",
        "install git; or set the one there is on PATH",
        (r"Git executable not found|No such file or directory: 'git'",),
    ),
    Known(
        "the git host does not let us in",
        "check your key (ssh -T git@HOST) or token, and that you may read the repository",
        (
            r"Permission denied \(publickey|Host key verification failed|HTTPUnauthorized"
            r"|could not read (?:Username|Password) for|Authentication failed for '",
        ),
    ),
    Known(
        "the git repository at {host} cannot be reached",
        "check the network, the proxy and the address",
        (
            rf"unable to access '{_URL}",
            rf"host='{_HOST}'.*git-upload-pack",
            rf"ssh: (?:Could not resolve hostname|connect to host) {_HOST}",
        ),
    ),
    Known(
        "{url} cannot be cloned, or has not what the lock names",
        "check the address, that you may read it, and that branch, tag or commit are still there",
        (
            rf"Failed to clone {_URL}",
            rf"git fetch .*?'{_URL}",
            r"No git repository was found at (?P<url>\S+)",
        ),
    ),
)
_CERTIFICATE = (
    "set SSL_CERT_FILE and REQUESTS_CA_BUNDLE to a file with your company's certificates, or fetch"
    " a newer ca-certificates"
)
NETWORK = (
    Known(
        "the certificate of {host} is not trusted",
        _CERTIFICATE,
        (rf"{_FETCH}[\s\S]*?(?:invalid peer certificate|CERTIFICATE_VERIFY_FAILED)",),
    ),
    Known(
        "a certificate is not trusted",
        _CERTIFICATE,
        (r"invalid peer certificate|CERTIFICATE_VERIFY_FAILED|self[- ]signed certificate",),
    ),
    Known(
        "the proxy does not answer, or wants credentials",
        "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
        (r"ProxyError|[Pp]roxy [Aa]uthentication|Cannot connect to proxy|tunnel (?:error|failed)",),
    ),
    Known(
        "the package index has a fault of its own ({status}, {host})",
        "try again later, or ask who runs it",
        (
            rf"HTTP status server error \((?P<status>5\d\d[^)]*)\) for url \({_URL}",
            rf"(?P<status>5\d\d) Server Error: .*for url: {_URL}",
        ),
    ),
    Known(
        "{host} did not answer in time",
        "try again; for a slow network POETRY_REQUESTS_TIMEOUT and UV_HTTP_TIMEOUT, in seconds",
        (
            rf"host='{_HOST}'.*(?:ReadTimeout|ConnectTimeout|[Tt]imed out)",
            rf"{_FETCH}[\s\S]*?(?:operation|connection|request) timed out",
        ),
    ),
    Known(
        "there is no host {host}: its name is not known here",
        "check the address of the package index, the network and its name servers, and the proxy",
        (
            rf"NameResolutionError\(.*host='{_HOST}'",
            rf"{_FETCH}[\s\S]*?(?:dns error|Name or service not known)",
        ),
    ),
    Known(
        "the package index cannot be reached: {host} does not answer",
        "check the network, the address of the index, the proxy (HTTPS_PROXY) and its certificate"
        " (SSL_CERT_FILE, REQUESTS_CA_BUNDLE)",
        (
            rf"All attempts to connect to {_HOST} failed",
            rf"host='{_HOST}'.*Max retries exceeded",
            rf"{_FETCH}",
            rf"error sending request for url \({_URL}",
        ),
    ),
    Known(
        "the package index answered something that Poetry cannot read",
        "it may speak HTML where Poetry wants JSON: see ws doctor",
        (r"Expecting value: line 1 column 1",),
    ),
)
PYTHON = Known(
    "there is no Python that it allows ({python})",
    "install one, or put it on PATH",
    (
        r"not supported by the project \((?P<python>[^)]+)\)(?=[\s\S]*unable to find a compatible)",
        r"The specified Python version \(\S+\) is not supported by the project \((?P<python>[^)]+)",
        r"Current Python version \(\S+\) is not allowed by the project \((?P<python>[^)]+)",
    ),
)
ABSENT = (
    Known(
        "{package} has no file for this Python or platform",
        "take a version that has one (ws lock --upgrade {name}), or another Python",
        (
            rf"Unable to find installation candidates for {_PACKAGE}"
            r"(?=[\s\S]*[1-9]\d* wheel\(s\) were skipped)",
            rf"Because {_PACKAGE} has no (?:wheels|usable wheels|source distribution)",
        ),
    ),
    Known(
        "{package} is not in the package index",
        "is it in another one (a mirror, a [[tool.poetry.source]]), or does this one want"
        " credentials? if it was taken away: ws lock --upgrade {name}",
        (
            rf"Unable to find installation candidates for {_PACKAGE}",
            rf"[Bb]ecause there is no version of {_PACKAGE}",
            rf"[Bb]ecause {_PACKAGE} was not found in the (?:package registry|cache)",
        ),
    ),
)
CACHES = (
    Known(
        "{package} in uv's cache is damaged",
        "uv cache clean {package}, then ws install again",
        (r"Failed to install: (?P<package>[A-Za-z][\w.]*)-\d",),
    ),
    Known(
        "the cache of uv cannot be written",
        "set UV_CACHE_DIR, or HOME, to a folder that may be written",
        (r"Failed to initialize cache",),
    ),
)
OURS = (
    Known(
        "its poetry.lock does not fit its pyproject.toml",
        "run ws lock",
        (r"pyproject\.toml changed significantly",),
    ),
    Known(
        "its pyproject.toml is invalid: {what}",
        "mend it; poetry check says more",
        (r"The Poetry configuration is invalid:\s*\n\s*- (?P<what>.+)",),
    ),
    Known(
        "{path} may not be written or read",
        "find out whose it is: something may have run as another user, such as with sudo",
        (
            r"Permission denied: '(?P<path>[^']+)'",
            r"[`'](?P<path>/[^`']+)[`'](?:(?!\n\n)[\s\S])*Permission denied \(os error 13\)",
        ),
    ),
)
REQUIREMENTS = Known(
    "a package cannot be built: what its build requires cannot be installed ({what})",
    "is that in the package index? the package names it under [build-system] in its pyproject.toml",
    (
        r"Because -root- depends on (?P<what>[^\n]+?) which doesn't match any versions"
        r"(?=[\s\S]*Cannot resolve build-system\.requires)",
        r"requirements from `build-system\.requires`[\s\S]*?[Bb]ecause (?P<what>\S+) was not found",
        r"Failed to resolve requirements from `(?P<what>build-system\.requires)`",
        r"Failed to install (?P<what>[^\n]+)\.\n+Output:",
    ),
)
BUILT = (
    r"following issues with (?P<package>[\w.-]+ \([^)]*\))",
    r"Failed to build:? `(?P<package>[^`]+)`",
    r"PEP517 build of a (?P<package>dependency) failed",
)

OTHERS = (*CREDENTIALS, *GIT, *NETWORK, HASHES, PYTHON, REQUIREMENTS, *ABSENT, *OURS, *CACHES)
"""What counts where a build lacks nothing of the system, the first that is found."""
