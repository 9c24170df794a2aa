"""The public surface: what `import tickwright` gives, no more and no less, and what it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

import tickwright
from tickwright import errors
from tickwright.model import market, notices, topics


# Loaded when they are needed: the network, settings, the commands, and what only tests use.
SLOW_MODULES = (
    "aiohttp", "numpy", "picows", "pydantic", "python_socks", "rich", "typer", "uvloop", "yaml",
)  # fmt: skip
# Of the modules below, what users of the top level need not name.
INTERNAL = {"LevelRun", "Stamped", "datetime_of"}


@pytest.fixture(scope="module")
def public() -> list[str]:
    return list(tickwright.__all__)


def test_every_public_name_is_there_once(public: list[str]) -> None:
    assert len(set(public)) == len(public)
    missing = [name for name in public if not hasattr(tickwright, name)]
    assert not missing


def test_nothing_public_is_a_module(public: list[str]) -> None:
    modules = [name for name in public if inspect.ismodule(getattr(tickwright, name))]
    assert not modules, "modules are imported by their path"


def test_topics_events_notices_and_errors_are_public(public: list[str]) -> None:
    """What a user matches on or catches is imported from the top."""
    needed = {
        name for module in (errors, market, notices, topics) for name in module.__all__
    } - INTERNAL
    assert needed <= set(public), f"export them: {sorted(needed - set(public))}"


def test_dir_shows_the_public_names(public: list[str]) -> None:
    assert set(public) <= set(dir(tickwright))


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Conector"):
        getattr(tickwright, "Conector")  # noqa: B009 - a type checker would refuse the plain form


def test_importing_the_library_loads_nothing_slow() -> None:
    code = "import sys, tickwright; print(*(set(sys.argv[1:]) & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code, *SLOW_MODULES], capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == [], "import it where it is used"


class TestErrors:
    def test_all_descend_from_one_root(self) -> None:
        for name in errors.__all__:
            assert issubclass(getattr(errors, name), errors.TickwrightError)

    def test_none_is_left_out(self) -> None:
        defined = {
            name
            for name, value in vars(errors).items()
            if inspect.isclass(value) and issubclass(value, errors.TickwrightError)
        }
        assert defined == set(errors.__all__)

    def test_the_tree_drawn_at_the_top_names_each_under_its_base(self) -> None:
        drawn = _drawn_tree(errors.__doc__ or "")
        actual = {
            name: getattr(errors, name).__mro__[1].__name__
            for name in errors.__all__
            if name != "TickwrightError"
        }
        assert drawn == actual

    def test_each_says_what_it_means(self) -> None:
        silent = [name for name in errors.__all__ if not getattr(errors, name).__doc__]
        assert not silent


def _drawn_tree(text: str) -> dict[str, str]:
    """Return name → base of the tree in the docstring, by how deep each name stands."""
    parents: dict[int, str] = {}
    tree: dict[str, str] = {}
    for line in text.splitlines():
        words = line.strip(" │├└─").split()
        if not words or not words[0].isidentifier() or not words[0][0].isupper():
            continue
        depth = line.index(words[0])
        if "─" in line:
            tree[words[0]] = parents[max(level for level in parents if level < depth)]
        elif words[0] != "TickwrightError":
            continue
        parents = {level: name for level, name in parents.items() if level < depth}
        parents[depth] = words[0]
    return tree
