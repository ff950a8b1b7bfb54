from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws.formats import pyproject_reader
from ws.model.sources import Layout
from ws.planning.layout import layout


def of(
    text: str, *paths: str, name: str = "acme-orders", namespaces: tuple[str, ...] = ()
) -> Layout:
    """The layout of a member with this text in `[tool.poetry]`."""
    full = f'[tool.poetry]\nname = "{name}"\nversion = "1"\n{text}\n'
    manifest = pyproject_reader.read(full.encode(), "pyproject.toml")
    assert manifest is not None
    return layout(manifest, paths, lambda path: path in namespaces)


def modules(text: str, *paths: str, namespaces: tuple[str, ...] = ()) -> tuple[str, ...]:
    return of(text, *paths, namespaces=namespaces).modules


def runs(text: str, *paths: str) -> list[str]:
    return [path for path, runs in of(text, *paths).files.items() if runs]


def test_without_packages_it_is_the_package_or_module_named_like_the_project() -> None:
    for base in ("", "src/"):
        assert modules("", f"{base}acme_orders/__init__.py", f"{base}acme_orders/a.py") == (
            "acme_orders",
        )
        assert modules("packages = []", f"{base}acme_orders.py", "setup.py") == ("acme_orders",)
    assert of("", "src/acme_orders.py", "acme_orders.py").bases == ("",)


def test_a_member_without_the_package_poetry_looks_for_installs_nothing() -> None:
    assert of("", "app/__init__.py") == Layout({"app/__init__.py": False})


def test_without_package_mode_nothing_is_installed() -> None:
    found = of("package-mode = false", "acme_orders/__init__.py")
    assert found == Layout({"acme_orders/__init__.py": False})


def test_packages_are_imported_from_where_they_stand() -> None:
    text = 'packages = [{include = "a"}, {include = "b.py", from = "./lib/"}]'
    assert of(text, "a/__init__.py", "a/x.py", "lib/b.py", "lib/c.py") == Layout(
        {"a/__init__.py": True, "a/x.py": True, "lib/b.py": True, "lib/c.py": False},
        modules=("a", "b"),
        bases=("", "lib"),
    )


def test_what_lies_in_a_namespace_package_is_told_apart() -> None:
    text = 'packages = [{include = "acme", from = "src"}]'
    paths = ("acme/orders/__init__.py", "acme/orders/a.py", "acme/one.py", "acme/x/y/z/__init__.py")
    found = modules(text, *(f"src/{path}" for path in paths), "src/acme/not-a-name.py")
    assert found == ("acme.one", "acme.orders", "acme.x.y.z")


def test_an_old_namespace_package_is_one_too() -> None:
    text = 'packages = [{include = "acme"}]'
    paths = ("acme/__init__.py", "acme/orders/__init__.py", "acme/orders/sub/__init__.py")
    assert modules(text, *paths) == ("acme",)
    assert modules(text, *paths, namespaces=("acme/__init__.py",)) == ("acme.orders",)


def test_a_part_of_a_package_is_still_that_package() -> None:
    text = 'packages = [{include = "acme/orders"}]'
    assert modules(text, "acme/__init__.py", "acme/orders/__init__.py") == ("acme",)
    assert modules(text, "acme/orders/__init__.py", "acme/bills/__init__.py") == ("acme.orders",)


def test_to_puts_packages_into_others() -> None:
    text = 'packages = [{include = "orders", from = "src", to = "acme/more"}]'
    assert modules(text, "src/orders/__init__.py") == ("acme.more.orders",)


def test_globs_choose_files_and_folders() -> None:
    paths = ("acme/__init__.py", "acme/a/b.py", "acme/a/c.txt.py", "other/d.py")
    assert runs('packages = [{include = "acme/**/*.py"}]', *paths) == list(paths[:3])
    assert runs('packages = [{include = "ac*"}]', *paths) == list(paths[:3])


def test_what_is_only_in_the_sdist_is_not_installed() -> None:
    text = 'packages = [{{include = "a"}}, {{include = "b", format = {}}}]'
    paths = ("a/__init__.py", "b/__init__.py")
    assert modules(text.format('"sdist"'), *paths) == ("a",)
    assert modules(text.format('["sdist", "wheel"]'), *paths) == ("a", "b")


def test_what_is_excluded_and_tests_inside_a_package_do_not_run() -> None:
    text = 'exclude = ["acme_orders/dev", "**/*_dev.py"]'
    paths = ("a.py", "dev/b.py", "sub/c_dev.py", "tests/d.py", "sub/test/e.py", "conftest.py")
    files = ("__init__.py", *paths, "contest.py", "attests/f.py")
    assert runs(text, *(f"acme_orders/{path}" for path in files)) == [
        "acme_orders/__init__.py",
        "acme_orders/a.py",
        "acme_orders/attests/f.py",
        "acme_orders/contest.py",
    ]


@pytest.mark.parametrize(
    "text", ["packages = 3", 'packages = ["a", {from = "x"}]', "exclude = [{path = 1}]"]
)
def test_what_poetry_would_refuse_is_no_fault_here(text: str) -> None:
    assert of(text, "a/__init__.py").modules == ()


FOLDERS = ["", "acme", "acme/orders", "src", "src/acme", "src/acme_orders", "acme_orders", "lib/x"]
PATHS = st.tuples(
    st.sampled_from(FOLDERS), st.sampled_from(["__init__.py", "a.py", "acme_orders.py", "b_dev.py"])
).map(lambda parts: "/".join(part for part in parts if part))
PACKAGES = st.sampled_from(
    [
        "",
        'packages = [{include = "acme"}]',
        'packages = [{include = "acme", from = "src"}]',
        'packages = [{include = "acme/orders"}, {include = "lib"}]',
        'packages = [{include = "acme/**/*.py"}]',
        'packages = [{include = "**/*.py", from = "src"}]',
        'packages = [{include = "a*"}]',
        'packages = [{include = "acme_orders.py"}, {include = "acme", format = "sdist"}]',
        'packages = [{include = "acme"}]\nexclude = ["**/b_dev.py", "acme/orders"]',
        'exclude = ["src/acme_orders/*.py"]',
    ]
)


@given(PACKAGES, st.sets(PATHS, min_size=1, max_size=6))
def test_what_runs_is_what_poetry_packs(text: str, paths: set[str]) -> None:
    factory = pytest.importorskip("poetry.core.factory").Factory()
    wheel = pytest.importorskip("poetry.core.masonry.builders.wheel").WheelBuilder
    head = '[tool.poetry]\nname = "acme-orders"\nversion = "1"\ndescription = ""\nauthors = []\n'
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            Path(folder, path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, path).touch()
        Path(folder, "pyproject.toml").write_text(head + text)
        builder = wheel(factory.create_poetry(Path(folder)))
        try:
            packed = {
                file.relative_to_project_root().as_posix() for file in builder.find_files_to_add()
            }
        except ValueError:  # nothing there, or no choice
            return
    assert set(runs(text, *paths)) == packed
