from __future__ import annotations

import pytest
from hypothesis import given
from tests.formats.dockerfiles import texts

from ws.formats.dockerfile_parser import read
from ws.planning.docker_variables import StageVariables, stage_named, variables


def stages(text: str, **given: str) -> tuple[StageVariables, ...]:
    file = read(text, "Dockerfile")
    assert file.problems == ()
    return variables(file, given)


def at_end(text: str, **given: str) -> dict[str, str | None]:
    """What holds at the end of the last stage."""
    return dict(stages(text, **given)[-1].after)


def test_an_argument_before_the_first_stage_is_for_from_until_a_stage_names_it() -> None:
    (stage,) = stages("ARG V=1\nARG W=$V.2\nFROM a:$W\nRUN a\nARG W\nRUN b\n")
    assert stage.base.text == "a:1.2"
    assert stage.before == ({}, {}, {"W": "1.2"})


def test_a_stage_s_own_default_wins_over_the_one_before_the_stages() -> None:
    assert at_end("ARG V=1\nFROM a\nARG V=2\n") == {"V": "2"}


def test_a_build_argument_wins_over_defaults_where_an_arg_names_it() -> None:
    assert at_end("FROM a\nARG V=1\nENV W=$V\n", V="9", X="8") == {"V": "9", "W": "9"}
    (stage,) = stages("ARG V=1\nFROM a:$V\n", V="9")
    assert stage.base.text == "a:9"


def test_an_argument_without_default_is_known_only_at_build_time() -> None:
    assert at_end("FROM a\nARG V\nENV W=/$V X=${V:-y} Y=z\n") == {
        "V": None,
        "W": None,
        "X": None,
        "Y": "z",
    }
    (stage,) = stages("ARG V\nFROM a:$V\n")
    assert (stage.base.text, stage.base.unknown) == (None, frozenset("V"))


def test_a_name_that_no_arg_or_env_sets_is_unset() -> None:
    assert at_end("FROM a\nENV W=x$V\n", V="9") == {"W": "x"}


def test_env_overrides_an_argument() -> None:
    assert at_end("FROM a\nARG V=1\nENV V=2\n") == {"V": "2"}
    assert at_end("FROM a\nENV V=2\nARG V\n") == {"V": "2"}


@pytest.mark.parametrize("text", ["ENV V=2\nARG V=1", "ARG V=2\nARG V=1"])
def test_what_engines_of_several_versions_make_of_differently_cannot_be_told(text: str) -> None:
    assert at_end(f"FROM a\n{text}\n") == {"V": None}


def test_one_env_is_expanded_with_what_held_before_it() -> None:
    assert at_end("FROM a\nENV V=1\nENV V=2 W=$V\n") == {"V": "2", "W": "1"}
    assert at_end("FROM a\nENV V some text\n") == {"V": "some text"}


def test_a_stage_from_another_has_its_environment_and_not_its_arguments() -> None:
    text = "FROM a AS One\nARG V=1\nENV W=2\nFROM b\nFROM oNE\nENV X=$W$V\n"
    found = stages(text)
    assert [stage.parent for stage in found] == [None, None, 0]
    assert found[1].after == {}
    assert found[2].after == {"W": "2", "X": "2"}
    assert found[2].environment == found[2].after


def test_what_the_platform_is_is_known_only_at_build_time() -> None:
    text = "FROM a-$TARGETARCH\nENV X=$TARGETARCH\nARG TARGETARCH\nENV Y=$TARGETARCH\n"
    (stage,) = stages(text)
    assert stage.base.unknown == {"TARGETARCH"}
    assert stage.after == {"X": "", "TARGETARCH": None, "Y": None}
    assert at_end("FROM a\nARG TARGETOS\n", TARGETOS="linux") == {"TARGETOS": "linux"}


def test_a_proxy_is_no_variable_of_words_without_an_arg() -> None:
    assert at_end("FROM a\nENV X=$HTTP_PROXY\nARG no_proxy\n") == {"X": "", "no_proxy": None}


def test_a_stage_is_named_by_its_name_or_its_number() -> None:
    file = read("FROM a AS one\nFROM b AS build\nFROM c\n", "Dockerfile")
    assert [stage_named(name, file.stages) for name in ("ONE", "build", "2", "3", "-1", "²")] == [
        0,
        1,
        2,
        None,
        None,
        None,
    ]


@given(texts)
def test_every_instruction_of_any_file_has_its_variables(text: str) -> None:
    file = read(text, "Dockerfile")
    found = variables(file)
    assert [len(stage.before) for stage in found] == [len(s.instructions) for s in file.stages]
