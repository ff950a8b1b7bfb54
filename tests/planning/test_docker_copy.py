"""Docker's reference, "COPY" and "ADD", sentence by sentence."""

from __future__ import annotations

import pytest
from tests.planning.dockerfiles import Folder, dockerfile

from ws.formats.dockerfile_parser import read
from ws.planning.docker_layout import StageLayout, layouts

FILES = ["a/one.py", "a/b/two.py", "c/three.py", "d.txt", "e.txt", "x.tar.gz", "sp ace/f"]


def last(text: str) -> StageLayout:
    return layouts(dockerfile(text), Folder(FILES))[-1]


def layout(text: str) -> dict[str, str]:
    return last(f"WORKDIR /w/x\n{text}\n").state.image.layout()


@pytest.mark.parametrize(
    ("copy", "expected"),
    [
        ("COPY a /t", {"/t": "a"}),  # the content of a folder, not the folder
        ("COPY a /t/", {"/t": "a"}),
        ("COPY a .", {"/w/x": "a"}),
        ("COPY a t", {"/w/x/t": "a"}),
        ("COPY a ../t", {"/w/t": "a"}),
        ("COPY a ../../../../t/", {"/t": "a"}),  # it climbs no higher than /
        ("COPY a /w/../t", {"/t": "a"}),
        ("COPY . .", {"/w/x": "."}),
        ("COPY d.txt /t", {"/t": "d.txt"}),  # a file becomes it
        ("COPY d.txt /t/", {"/t/d.txt": "d.txt"}),
        ("COPY d.txt .", {"/w/x/d.txt": "d.txt"}),
        ("COPY d.txt /w", {"/w/d.txt": "d.txt"}),  # that is a folder by now
        ("COPY d.txt e.txt /t/", {"/t/d.txt": "d.txt", "/t/e.txt": "e.txt"}),
        ("COPY a d.txt /t/", {"/t": "a", "/t/d.txt": "d.txt"}),
        ("COPY *.txt /t/", {"/t/d.txt": "d.txt", "/t/e.txt": "e.txt"}),
        ("COPY none* d.txt /t/", {"/t/d.txt": "d.txt"}),
        ("COPY a/* /t/", {"/t": "a/b", "/t/one.py": "a/one.py"}),  # flattened, as is well known
        ("COPY ../../a /t", {"/t": "a"}),  # the context is all there is
        ("COPY /a /t", {"/t": "a"}),
        ("COPY ./a/ /t", {"/t": "a"}),
        ('COPY ["sp ace", "/t"]', {"/t": "sp ace"}),
        ("COPY --chown=1:1 --chmod=755 --link a /t", {"/t": "a"}),
        ("COPY --parents a/b /t", {"/t/a/b": "a/b"}),
        ("ADD a /t", {"/t": "a"}),
    ],
)
def test_where_copy_puts_things(copy: str, expected: dict[str, str]) -> None:
    assert layout(copy) == expected


@pytest.mark.parametrize(
    "copy", ["ADD x.tar.gz /t", "ADD https://example.org/x /t", "COPY --exclude=b a /t"]
)
def test_what_is_fetched_unpacked_or_left_out_is_unknown(copy: str) -> None:
    assert last(f"{copy}\n").state.image.at("/t/anything").kind == "unknown"


def test_an_archive_is_copied_as_it_is() -> None:
    assert layout("COPY x.tar.gz /t/") == {"/t/x.tar.gz": "x.tar.gz"}


@pytest.mark.parametrize("name", ["first", "FIRST", "0"])
def test_a_stage_is_named_by_name_or_number(name: str) -> None:
    text = f"FROM python AS First\nCOPY a /t\nFROM scratch\nCOPY --from={name} /t/b /u\n"
    assert last(text).state.image.layout() == {"/u": "a/b"}


def test_a_file_of_a_stage_goes_into_a_folder() -> None:
    text = "FROM python AS one\nCOPY a /t\nFROM scratch\nCOPY --from=one /t/one.py /u/\n"
    assert last(text).state.image.layout() == {"/u/one.py": "a/one.py"}


def test_what_an_image_from_elsewhere_brings_is_unknown() -> None:
    found = last("COPY --from=example.org/uv /uv /bin/\n").state.image.at("/bin/uv")
    assert found.kind == "unknown"


def test_a_stage_begins_where_the_one_it_is_built_from_ends() -> None:
    text = "FROM python AS one\nENV A=t\nWORKDIR /w\nCOPY a /$A\nFROM one\nCOPY c ./$A\n"
    assert last(text).state.image.layout() == {"/t": "a", "/w/t": "c"}


@pytest.mark.parametrize(
    ("run", "path", "kind"),
    [
        ("mkdir -p n/m", "/w/n/m", "folder"),
        ("touch n", "/w/n", "file"),
        ("rm -rf a", "/w/a/one.py", "nothing"),
        ("rm -rf /w/*", "/w/a/one.py", "nothing"),
        ("cp -r a /n", "/n/one.py", "file"),
        ("mkdir /n && cp -r a /n", "/n/a/one.py", "file"),
        ("cp -r a/. /n/", "/n/one.py", "file"),
        ("mv a /n", "/n/b/two.py", "file"),
        ("mv a /n", "/w/a", "nothing"),
        ("ln -s /w/a /n", "/n/one.py", "file"),
        ("ln -s ../w/a /n", "/n/one.py", "file"),
        ("echo x > a/new", "/w/a/new", "unknown"),
        ("sed -i s/a/b/ a/one.py", "/w/a/one.py", "unknown"),
        ("[ -f x ] || rm -rf a", "/w/a/one.py", "unknown"),
        ("git clone https://example.org/n.git", "/w/n/anything", "unknown"),
        ("tar -xf x -C /n", "/n/anything", "unknown"),
        ("rm -rf $UNKNOWN", "/w/a/one.py", "file"),
        ("apt-get update && apt-get install -y git", "/w/a/one.py", "file"),
    ],
)
def test_file_commands_are_followed(run: str, path: str, kind: str) -> None:
    assert last(f"WORKDIR /w\nCOPY a a\nRUN {run}\n").state.image.at(path).kind == kind


def test_what_is_mounted_stays_in_no_image() -> None:
    text = "RUN --mount=type=bind,source=a,target=/m cp -r /m /n && touch /m/z\n"
    image = last(text).state.image
    assert [image.at(path).kind for path in ("/n/one.py", "/m/one.py", "/m/z")] == [
        "file",
        "nothing",
        "nothing",
    ]


@pytest.mark.parametrize("command", ["cp -a $(x) /n", "mv $(x) /n", "ln -s $(x) /n"])
def test_what_only_the_shell_knows_makes_its_destination_unknown(command: str) -> None:
    text = f"FROM python AS one\nRUN {command}\nFROM python\nCOPY --from=one /n /m\n"
    stage = last(text)
    assert (stage.missing, stage.state.image.at("/m/x").kind) == ((), "unknown")


def test_a_link_of_another_stage_is_followed() -> None:
    text = "FROM python AS one\nCOPY a /t\nRUN ln -s /t /n\nFROM scratch\n"
    assert last(f"{text}COPY --from=one /n /m\n").state.image.layout() == {"/m": "a"}


def test_a_range_in_the_name_of_a_source_must_not_end_before_it_begins() -> None:
    text = "FROM python\nCOPY a/[z-a]* /t\nCOPY a/[ /t/\nCOPY a/[[]x /t\n"
    assert read(text, "Dockerfile").problems == (
        (2, "a/[z-a]*: syntax error in pattern"),
        (3, "a/[: syntax error in pattern"),
    )


def test_a_quote_that_no_shell_finds_the_end_of_ends_the_build() -> None:
    assert last('RUN echo "x\n').failing == ((2, "a quote in it is never closed"),)
    for line in ('RUN echo "$(echo \'"\')"', 'RUN <<X\necho "\nX', 'CMD echo "x'):
        assert last(f"{line}\n").failing == ()
    assert last('SHELL ["/bin/other"]\nRUN echo "x\n').failing == ()


def test_a_variable_that_must_be_set_is_missed() -> None:
    text = "FROM python AS x\nWORKDIR ${A:?must}\n"
    assert last(text).failing == ((2, "${A:?must} cannot be expanded: A: must"),)
    assert last(text.replace("WORKDIR", "ARG A=b\nWORKDIR")).failing == ()


@pytest.mark.parametrize("line", ["", "COPY --from={before} /t /t\n"])
def test_hundreds_of_stages_in_a_chain_are_followed(line: str) -> None:
    text = "FROM python AS s0\nCOPY a /t\n"
    for number in range(1, 600):
        base = "python" if line else f"s{number - 1}"
        text += f"FROM {base} AS s{number}\n{line.format(before=f's{number - 1}')}"
    kind = last(text).state.image.at("/t/one.py").kind
    assert kind == ("unknown" if line else "file")
