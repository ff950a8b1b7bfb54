"""What a build of a Python package needs of the system, and which system packages bring it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class SystemPackage(NamedTuple):
    """One row: headers, programs, libraries and pkg-config names, and who has them."""

    brings: str
    """Names as builds say them, with blanks between; `*` stands for anything."""
    apt: str
    dnf: str = ""
    brew: str = ""

    @property
    def remedy(self) -> str:
        """What to install, on Debian and Ubuntu first."""
        elsewhere = ((self.dnf, "dnf"), (self.brew, "brew"))
        others = "".join(f", {name} ({tool})" for name, tool in elsewhere if name)
        return f"install {self.apt} (apt){others}"


class Missing(NamedTuple):
    """What a build did not find."""

    kind: str
    """`header`, `program` or `library`."""
    name: str


_TABLE = (
    # compilers and tools
    SystemPackage("Python.h", "python3-dev of the same version", "python3-devel"),
    SystemPackage("gcc cc clang *-gcc make stdio.h stdlib.h limits.h", "build-essential", "gcc"),
    SystemPackage("g++ c++ clang++ *-g++ cc1plus", "build-essential", "gcc-c++"),
    SystemPackage("gfortran flang f77 f95", "gfortran", "gcc-gfortran", "gcc"),
    SystemPackage("cargo rustc rust", "cargo, or a newer one from rustup.rs", "cargo", "rust"),
    SystemPackage("cmake", "cmake", "cmake", "cmake"),
    SystemPackage("ninja", "ninja-build", "ninja-build", "ninja"),
    SystemPackage("pkg-config pkgconf", "pkg-config", "pkgconf-pkg-config", "pkgconf"),
    SystemPackage("autoreconf autoconf automake", "autoconf automake libtool"),
    SystemPackage("swig", "swig", "swig", "swig"),
    SystemPackage("git", "git", "git", "git"),
    # databases and directories
    SystemPackage("pg_config libpq-fe.h libpq pq", "libpq-dev", "libpq-devel", "libpq"),
    SystemPackage(
        "mysql_config mariadb_config mysqlclient mariadb libmariadb mysql.h mysql/*",
        *("default-libmysqlclient-dev pkg-config", "mariadb-connector-c-devel", "mysql-client"),
    ),
    SystemPackage("sql.h sqlext.h odbc", "unixodbc-dev", "unixODBC-devel", "unixodbc"),
    SystemPackage("sqlite3.h sqlite3", "libsqlite3-dev", "sqlite-devel", "sqlite"),
    SystemPackage("lber.h ldap.h ldap lber", "libldap2-dev libsasl2-dev", "openldap-devel"),
    SystemPackage("sasl.h sasl/* sasl2", "libsasl2-dev", "cyrus-sasl-devel"),
    SystemPackage("krb5-config krb5.h gssapi.h gssapi/* krb5", "libkrb5-dev", "krb5-devel", "krb5"),
    SystemPackage("librdkafka/* rdkafka", "librdkafka-dev", "librdkafka-devel", "librdkafka"),
    # cryptography and compression
    SystemPackage("ffi.h ffi libffi", "libffi-dev", "libffi-devel", "libffi"),
    SystemPackage("openssl/* openssl ssl crypto", "libssl-dev", "openssl-devel", "openssl@3"),
    SystemPackage("sodium.h sodium libsodium", "libsodium-dev", "libsodium-devel", "libsodium"),
    SystemPackage("snappy-c.h snappy.h snappy", "libsnappy-dev", "snappy-devel", "snappy"),
    SystemPackage("zlib.h zlib z", "zlib1g-dev", "zlib-devel", "zlib"),
    SystemPackage("bzlib.h bz2", "libbz2-dev", "bzip2-devel", "bzip2"),
    SystemPackage("lzma.h lzma", "liblzma-dev", "xz-devel", "xz"),
    SystemPackage("curl-config curl/* libcurl curl", "libcurl4-openssl-dev", "libcurl-devel"),
    # XML
    SystemPackage("xmlsec1 xmlsec/*", "libxmlsec1-dev pkg-config", "xmlsec1-devel", "libxmlsec1"),
    SystemPackage(
        "libxml/* libxml2 libxml-2.0 xml2-config libxslt/* libxslt xslt-config xslt xml2",
        *("libxml2-dev libxslt1-dev", "libxml2-devel libxslt-devel", "libxml2 libxslt"),
    ),
    # pictures, sound and text
    SystemPackage("jpeglib.h jpeg", "libjpeg-dev zlib1g-dev", "libjpeg-turbo-devel", "jpeg"),
    SystemPackage("ft2build.h freetype2 freetype", "libfreetype-dev", "freetype-devel", "freetype"),
    SystemPackage("png.h libpng", "libpng-dev", "libpng-devel", "libpng"),
    SystemPackage("cairo.h cairo", "libcairo2-dev pkg-config", "cairo-devel", "cairo"),
    SystemPackage("girepository-2.0", "libgirepository-2.0-dev", "glib2-devel", "glib"),
    SystemPackage(
        "girepository-1.0 gobject-introspection-1.0",
        *("libgirepository1.0-dev", "gobject-introspection-devel", "gobject-introspection"),
    ),
    SystemPackage("portaudio.h portaudio", "portaudio19-dev", "portaudio-devel", "portaudio"),
    SystemPackage("alsa/* asound alsa", "libasound2-dev", "alsa-lib-devel"),
    SystemPackage("tesseract", "libtesseract-dev", "tesseract-devel", "tesseract"),
    SystemPackage("tk.h tcl.h", "tk-dev", "tk-devel", "tcl-tk"),
    # science
    SystemPackage("gdal-config gdal.h gdal", "libgdal-dev", "gdal-devel", "gdal"),
    SystemPackage("geos-config geos_c.h geos_c geos", "libgeos-dev", "geos-devel", "geos"),
    SystemPackage("proj.h proj", "libproj-dev proj-bin", "proj-devel", "proj"),
    SystemPackage("hdf5.h hdf5", "libhdf5-dev", "hdf5-devel", "hdf5"),
    SystemPackage("openblas cblas.h blas lapack", "libopenblas-dev", "openblas-devel", "openblas"),
    SystemPackage("mpi.h mpicc", "libopenmpi-dev", "openmpi-devel", "open-mpi"),
    SystemPackage("libusb-1.0 libusb.h usb", "libusb-1.0-0-dev", "libusb1-devel", "libusb"),
    SystemPackage("graphviz/* cgraph libcgvc", "graphviz-dev", "graphviz-devel", "graphviz"),
    SystemPackage("systemd/* libsystemd", "libsystemd-dev", "systemd-devel"),
    SystemPackage("dbus-1", "libdbus-1-dev", "dbus-devel", "dbus"),
)

_SAID: tuple[tuple[str, re.Pattern[str]], ...] = (
    # By weight: a header ends a build; a program may be one of several that are looked for.
    ("header", re.compile(r"fatal error: '?([\w./+-]+?)'?(?:: No such file| file not found)")),
    ("header", re.compile(r"Cannot open include file: '([^']+)'")),
    (
        "program",  # as setuptools, gcc's driver and Python's subprocess say it
        re.compile(
            r"unable to execute '([^'/]+)'|command '([^'/]+)' failed: No such file"
            r"|cannot execute '([^'/]+)': execvp|\[Errno 2\] No such file or directory: '([^'/ ]+)'"
        ),
    ),
    (
        "program",  # as those say it who look for one
        re.compile(
            r"\b(pg_config|\w+[_-]config) (?:executable )?not found|(Git) executable not found"
            r"|[Uu]nknown compiler\(s\): \[\['([\w+-]+)'|can't find (Rust) compiler"
            r"|(Cargo), the Rust package manager, is not installed|(CMake) must be installed"
            r"|(pkg-config) is not installed|invoke (pkg-config)|Did not find (pkg-config)"
        ),
    ),
    ("program", re.compile(r"\bsh: (?:line )?(?:\d+: )?([\w.+-]+): (?:command )?not found")),
    ("program", re.compile(r"Command '([\w.+-]+)[^']*' returned non-zero exit status 127")),
    (
        "library",  # as pkg-config, its callers and Meson say it
        re.compile(
            r"Package '?([\w.+-]+?)'?,? (?:required by .*, not found|was not found in the pkg-conf)"
            r"|No package '([^']+)' found|pkg-config --exists ([\w.+-]+)"
            r"|[Dd]ependency \"([\w.+-]+)\" not found|Dependency lookup for ([\w.+-]+) with"
        ),
    ),
    (
        "library",  # as linkers, lxml, Pillow, xmlsec and h5py say it
        re.compile(
            r"cannot find -l([\w.+-]+)|library not found for -l([\w.+-]+)"
            r"|make sure the (?:development packages of )?(libxml2) and libxslt"
            r"|library files could not be found for (\w+)|Could not find (xmlsec1) config"
            r"|Unable to load dependency (HDF5)"
        ),
    ),
)


def missing(text: str) -> Missing | None:
    """What the output of a build says to be missing: what is known rather than what is not.

    Of several headers the last one counts, since builds try some before.
    """
    found = list(_found(text))
    known = (each for each in found if package(each.name))
    certain = (each for each in found if each.kind == "header" or "." not in each.name)
    first = found[0] if found and found[0].kind == "header" else None
    return first or next(known, None) or next(certain, None)


def package(name: str) -> SystemPackage | None:
    """The system package that brings a header, program or library; `None` where none is known."""
    wanted = name.lower()
    for row in _TABLE:
        if any(fnmatchcase(wanted, each.lower()) for each in row.brings.split()):
            return row
    return None


def _found(text: str) -> Iterator[Missing]:
    for kind, pattern in _SAID:
        names = [next(filter(None, found.groups())) for found in pattern.finditer(text)]
        for name in reversed(names) if kind == "header" else names:
            yield Missing(kind, name)
