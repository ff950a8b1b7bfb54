from __future__ import annotations

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats.python_imports import Import, Unreadable, module_named, named, read, words


def imports(text: str) -> list[tuple[str, int, str]]:
    """Name, line and when of each import in a text that is Python."""
    found = read(textwrap.dedent(text).encode())
    assert not isinstance(found, Unreadable)
    return [(each.name, each.line, each.when) for each in found]


def kinds(text: str) -> dict[str, str]:
    return {name: when for name, _, when in imports(text)}


def test_every_form_of_import_gives_absolute_names_with_their_lines() -> None:
    assert imports("""\
        import a, b.c as d
        from e.f import g, h as i
        from j import (
            k,
            l,
        )
        from m import *
        """) == [
        ("a", 1, "always"),
        ("b.c", 1, "always"),
        ("e.f.g", 2, "always"),
        ("e.f.h", 2, "always"),
        ("j.k", 4, "always"),
        ("j.l", 5, "always"),
        ("m", 7, "always"),
    ]


def test_relative_imports_are_the_member_s_own_and_left_out() -> None:
    assert imports("from . import a\nfrom .b import c\nfrom ..d.e import f\n") == []


def test_imports_are_found_at_any_depth() -> None:
    assert kinds("""\
        class A:
            import a
            async def f(self):
                async with x:
                    for _ in y:
                        import b
                    else:
                        import c
                while z: import d
                match x:
                    case 1:
                        import e
                if x: pass
                elif y: import f
                else: import g
        """) == dict.fromkeys("abcdefg", "always")


def test_only_what_is_tried_is_optional_not_what_comes_instead() -> None:
    assert kinds("""\
        try:
            import fast
            class A:
                import inner
        except ImportError:
            import slow
        else:
            import more
        finally:
            import last
        """) == {
        "fast": "optional",
        "inner": "optional",
        "slow": "always",
        "more": "always",
        "last": "always",
    }


@pytest.mark.parametrize(
    ("clause", "when"),
    [
        ("except ImportError", "optional"),
        ("except ModuleNotFoundError as error", "optional"),
        ("except (KeyError, builtins.ImportError)", "optional"),
        ("except Exception", "optional"),
        ("except", "optional"),
        ("except* ImportError", "optional"),
        ("except KeyError", "always"),
        ("except tuple(errors)", "always"),
    ],
)
def test_what_is_caught_decides_whether_an_import_is_optional(clause: str, when: str) -> None:
    assert kinds(f"try:\n import a\n{clause}:\n pass\n") == {"a": when}


def test_a_suppressed_import_is_optional() -> None:
    assert kinds("""\
        with contextlib.suppress(KeyError, ImportError): import a
        with open(x), suppress(ImportError): import b
        with suppress(KeyError): import c
        with open(ImportError): import d
        """) == {"a": "optional", "b": "optional", "c": "always", "d": "always"}


def test_a_function_made_in_a_try_is_called_outside_of_it() -> None:
    text = "try:\n def f():\n  import a\n import b\nexcept ImportError: pass\n"
    assert kinds(text) == {"a": "always", "b": "optional"}


@pytest.mark.parametrize(
    ("condition", "body", "other"),
    [
        ("TYPE_CHECKING", "typing", "always"),
        ("typing.TYPE_CHECKING", "typing", "always"),
        ("TYPE_CHECKING and new", "typing", "always"),
        ("TYPE_CHECKING or new", "always", "always"),
        ("not TYPE_CHECKING", "always", "typing"),
        ("new", "always", "always"),
        ("-new", "always", "always"),
    ],
)
def test_what_only_type_checkers_see_is_for_typing(condition: str, body: str, other: str) -> None:
    assert kinds(f"if {condition}:\n import a\nelse:\n import b\n") == {"a": body, "b": other}


def test_below_type_checking_nothing_is_optional_or_runs() -> None:
    assert kinds("""\
        if TYPE_CHECKING:
            try:
                import a
            except ImportError:
                import b
            def f(): import c
        elif x:
            import d
        """) == {"a": "typing", "b": "typing", "c": "typing", "d": "always"}


def test_a_module_named_to_a_function_that_imports_is_imported() -> None:
    assert imports("""\
        a = importlib.import_module("a.b")
        import_module(name="c", package=None)
        def f(): return [__import__("d") for _ in x if runpy.run_module("e")]
        @pytest.mark.skipif(find_spec("f") is None)
        def g(x=pytest.importorskip("g")): pass
        try: import_module("h")
        except import_module("i").Error: pass
        """) == [
        ("a.b", 1, "always"),
        ("c", 2, "always"),
        ("d", 3, "always"),
        ("e", 3, "always"),
        ("f", 4, "optional"),
        ("g", 5, "optional"),
        ("h", 6, "always"),
        ("i", 7, "always"),
    ]


def test_a_name_that_is_made_or_relative_is_none_that_one_can_tell() -> None:
    assert imports("import_module(f'a.{b}')\nimport_module('.c', 'd')\nimport_module()\n") == []


def test_dotted_names_in_strings_are_what_frameworks_are_told_to_import() -> None:
    text = 'APPS = ["acme.orders", "plain"]\nrun("acme.app:main")\npatch(x, f"no.{x}")\nb"a.b"\n'
    assert named(text.encode()) == {"acme.orders", "acme.app"}
    assert module_named("worker:main") == ("worker",)
    assert module_named("a sentence. Another: one") == ()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import a\ndef (\n", 2),
        ("print 'two'\n", 1),
        ("<<<<<<< ours\nimport a\n", 1),
    ],
)
def test_what_is_no_python_says_why_and_where(source: str, line: int) -> None:
    found = read(source.encode())
    assert isinstance(found, Unreadable)
    assert (found.reason != "", found.line) == (True, line)
    assert named(source.encode()) == set()


@pytest.mark.parametrize(
    "source",
    [
        b"import a\0\n",
        'x = "\u00fc"\n'.encode("latin-1"),
        b"# coding: nonsense\nimport a\n",
        b"x = " + b"-" * 100_000 + b"1\n",
    ],
)
def test_what_python_cannot_even_begin_to_read_says_why(source: bytes) -> None:
    found = read(source)
    assert isinstance(found, Unreadable)
    assert found.reason


def test_any_encoding_that_python_reads_is_read() -> None:
    assert read("# coding: latin-1\nimport a # \u00fc\n".encode("latin-1"))
    assert read("\ufeffimport a\r\n".encode()) == (Import("a", 1, "always"),)


def test_a_doubtful_escape_is_not_told_to_anybody() -> None:
    assert kinds(r"import a; x = '\d'") == {"a": "always"}


def test_a_chain_of_any_length_is_read() -> None:
    text = "if 0: pass\n" + "".join(f"elif {n}: import a{n}\n" for n in range(300))
    assert len(imports(text)) == 300


def test_the_words_of_a_file_hold_all_parts_of_all_names() -> None:
    assert words("import a.b_c\tas été;x=1.5\n".encode()) == {
        *(b"import", b"a", b"b_c", b"as", "été".encode(), b"x", b"1", b"5")
    }


@given(st.text() | st.text(alphabet="import from.as\n\t:()'\"\\#ab,*=\0") | st.binary())
def test_no_text_whatever_makes_it_raise(text: str | bytes) -> None:
    source = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    found = read(source)
    named(source)
    assert isinstance(found, Unreadable | tuple)


NAMES = st.sampled_from(["a", "b.c", "shared", "acme.orders.x"])
IMPORTS = st.one_of(
    NAMES.map(lambda name: f"import {name}"),
    st.tuples(NAMES, NAMES).map(lambda two: f"import {two[0]}, {two[1]} as z"),
    NAMES.map(lambda name: f"from {name} import (x,\n  y)"),
    NAMES.map(lambda name: f"from .{name} import x"),
    st.just("pass  # import a"),
    st.just('"""\nimport a\n"""'),
)


def indented(parts: list[str]) -> str:
    """The parts as the body of a block; strings over several lines may be indented too."""
    return textwrap.indent("\n".join(parts), "    ")


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    body = st.lists(inner, min_size=1, max_size=3).map(indented)
    heads = [
        "if x:\n{0}\nelif TYPE_CHECKING:\n{1}\nelse:\n{2}",
        "def f():\n{0}\nasync def g():\n{1}\nclass C:\n{2}",
        "try:\n{0}\nexcept ImportError:\n{1}\nfinally:\n{2}",
        "for i in x:\n{0}\nelse:\n{1}\nwhile x:\n{2}",
        "match x:\n    case 1:\n        def f():\n{0}\nwith suppress(ImportError):\n{1}\n{{}}",
    ]
    shift = "        "
    return st.tuples(st.sampled_from(heads), body, body, body).map(
        lambda drawn: drawn[0].format(
            textwrap.indent(drawn[1], shift) if "match" in drawn[0] else drawn[1], *drawn[2:]
        )
    )


CODE = st.lists(st.recursive(IMPORTS, blocks, max_leaves=12), max_size=4).map("\n".join)


@given(CODE)
def test_it_finds_what_a_walk_over_the_whole_tree_finds(code: str) -> None:
    walked = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            walked += [(alias.name, alias.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            walked += [(f"{node.module}.{alias.name}", alias.lineno) for alias in node.names]
    found = read(code.encode())
    assert not isinstance(found, Unreadable)
    assert sorted((each.name, each.line) for each in found) == sorted(walked)


@given(CODE)
def test_a_file_mentions_all_parts_of_what_it_imports(code: str) -> None:
    found = read(code.encode())
    assert not isinstance(found, Unreadable)
    parts = {part.encode() for each in found for part in each.name.split(".")}
    assert parts <= words(code.encode())
