"""Code rules that no linter knows: sizes, mirrored tests, honest words. Each failure says what to do."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tickwright


PROJECT = Path(__file__).resolve().parents[1]
SOURCE = PROJECT / "src" / "tickwright"
MODULES = sorted(SOURCE.rglob("*.py"))
MODULE_LINES_MAX = 450  # more than that is more than one idea
FUNCTION_LINES_MAX = 70  # more than that does not fit on a screen
PURE_PACKAGES = ("model", "kernel", "core", "venues")

# Module → why no test module carries its name. Packages' empty __init__ files need none.
UNTESTED_BY_NAME = {
    "core/limits.py": "only declarations; tests/core/test_ratelimit.py uses all of them",
    "errors.py": "tests/test_exports.py walks the tree; each text is tested where it is raised",
    "kernel/pure.py": "tests/kernel run against both twins",
    "runtime/reporting.py": "only declarations; tests/runtime/test_session.py uses all of them",
    "venues/base.py": "only declarations; every venue's tests and the conformance suite use them",
    "venues/commands.py": "only declarations; tests/sandbox/exchange uses all of them",
    "venues/deadman.py": "only declarations; tests/trading/test_deadman.py uses both kinds",
    "venues/exchangeview.py": "only declarations; tests/sandbox/exchange/test_queries.py holds the engine to them",
    "venues/reports.py": "only declarations; tests/sandbox/exchange looks at all of them",
    "venues/trading.py": "only declarations; each venue's test_trading.py makes every call",
}


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _is_public(path: Path) -> bool:
    return not any(part.startswith("_") for part in path.relative_to(SOURCE).with_suffix("").parts)


def _exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                return list(ast.literal_eval(value))
    return None


def _tracked_files() -> list[Path]:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        check=False,
    )
    if listing.returncode:
        pytest.skip("not a git work tree, so there is no list of the project's files")
    return [
        path for name in listing.stdout.decode().split("\0") if (path := PROJECT / name).is_file()
    ]


def _lines() -> Iterator[tuple[str, str]]:
    """Yield ``(file:line, text)`` of every text file of the project but the lock file and this one."""
    for path in _tracked_files():
        if path.suffix == ".lock" or path == Path(__file__):
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path.relative_to(PROJECT)}:{number}", line


def test_modules_hold_one_idea() -> None:
    sizes = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    too_long = {name: lines for name, lines in sizes.items() if lines > MODULE_LINES_MAX}
    assert not too_long, (
        f"split these at their seams (at most {MODULE_LINES_MAX} lines): {too_long}"
    )


def test_functions_fit_on_a_screen() -> None:
    too_long = [
        f"{_name(path)}:{node.lineno} {node.name}: {node.end_lineno - node.lineno + 1}"
        for path in MODULES
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno is not None
        and node.end_lineno - node.lineno >= FUNCTION_LINES_MAX
    ]
    assert not too_long, f"name the steps (at most {FUNCTION_LINES_MAX} lines): {too_long}"


def _needs_test(path: Path) -> bool:
    if path.name == "__init__.py":
        return any(isinstance(node, ast.FunctionDef | ast.ClassDef) for node in _parse(path).body)
    return True


def _test_module(path: Path) -> Path:
    relative = path.relative_to(SOURCE)
    stem = relative.parent.name if path.name == "__init__.py" else path.stem
    return PROJECT / "tests" / relative.parent / f"test_{stem.lstrip('_')}.py"


def test_every_module_has_its_test_module() -> None:
    missing = [
        f"{_name(path)} → {_test_module(path).relative_to(PROJECT)}"
        for path in MODULES
        if _needs_test(path)
        and _name(path) not in UNTESTED_BY_NAME
        and not _test_module(path).is_file()
    ]
    assert not missing, f"write them, or give a reason in UNTESTED_BY_NAME: {missing}"


def test_exceptions_from_the_mirror_rule_are_still_needed() -> None:
    stale = [
        name
        for name in UNTESTED_BY_NAME
        if not (SOURCE / name).is_file() or _test_module(SOURCE / name).is_file()
    ]
    assert not stale, f"take these out of UNTESTED_BY_NAME: {stale}"


def test_public_modules_say_what_they_export() -> None:
    silent = [
        _name(path)
        for path in MODULES
        if _is_public(path) and path.name != "__init__.py" and _exported(_parse(path)) is None
    ]
    assert not silent, f"add a sorted __all__ to: {silent}"


def test_exported_names_are_there_once() -> None:
    """That they are sorted is ruff's to say (RUF022): CONSTANTS, then Classes, then functions."""
    for path in MODULES:
        tree = _parse(path)
        exported = _exported(tree)
        if exported is None:
            continue
        assert len(set(exported)) == len(exported), f"{_name(path)}: a name stands twice in __all__"
        defined = set(_bound_names(tree))
        assert set(exported) <= defined, f"{_name(path)}: {set(exported) - defined} not defined"


def _bound_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case (
                ast.FunctionDef(name=name)
                | ast.AsyncFunctionDef(name=name)
                | ast.ClassDef(name=name)
            ):
                yield name
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)
            case ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Constant(value=str(name)):
                yield name  # a lazily loaded name stands in a table as text


def test_pure_packages_know_chance_only_as_a_type() -> None:
    wrong = [
        f"{_name(path)}:{node.lineno}"
        for package in PURE_PACKAGES
        for path in sorted((SOURCE / package).rglob("*.py"))
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.stmt | ast.expr) and _is_chance(node)
    ]
    assert not wrong, f"take a `random.Random` as an argument, import only that name: {wrong}"


def _is_chance(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(alias.name == "random" for alias in names)
        case ast.ImportFrom(module="random", names=names):
            return any(alias.name != "Random" for alias in names)
        case ast.Call(func=ast.Name(id="Random" | "SystemRandom")):
            return True
    return False


UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
MACHINE_PATH = re.compile(r"(^|[^\w.])/(work|root|tmp|home/\w+|Users/\w+)/")


def test_nothing_says_that_it_is_unfinished() -> None:
    unfinished = [where for where, line in _lines() if UNFINISHED.search(line)]
    assert not unfinished, f"finish it, or write an issue: {unfinished}"


def test_no_path_of_a_machine_is_left() -> None:
    found = [f"{where}: {line.strip()}" for where, line in _lines() if MACHINE_PATH.search(line)]
    assert not found, f"name places relative to the project: {found}"


def _project_table() -> dict[str, Any]:
    with (PROJECT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)


def test_changelog_tells_of_this_version() -> None:
    version = tickwright.__version__
    changelog = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{version}]" in changelog, f"CHANGELOG.md has no section for {version}"


@pytest.mark.parametrize(
    ("kind", "names"), [("protected", "protected_modules"), ("independence", "modules")]
)
def test_every_concrete_venue_stands_in_the_import_contracts(kind: str, names: str) -> None:
    contracts = _project_table()["tool"]["importlinter"]["contracts"]
    listed = {
        module for contract in contracts if contract["type"] == kind for module in contract[names]
    }
    venues = {
        f"tickwright.venues.{path.parent.name}"
        for path in (SOURCE / "venues").glob("*/__init__.py")
    }
    assert listed == venues, f"list every venue's package in pyproject.toml, {kind} contract"


def test_lock_file_belongs_to_pyproject() -> None:
    """Offline stand-in for ``uv lock --check``: what we ask for is what was locked."""
    table = _project_table()
    with (PROJECT / "uv.lock").open("rb") as file:
        packages = tomllib.load(file)["package"]
    (ours,) = (package for package in packages if package["name"] == "tickwright")
    metadata = ours["metadata"]
    project = table["project"]
    asked: dict[str, list[str]] = {"": [*project["dependencies"]]}
    for extra in project.get("optional-dependencies", {}).values():
        asked[""] += extra
    asked |= table["dependency-groups"]
    locked = {"": metadata["requires-dist"]} | metadata["requires-dev"]
    assert set(asked) == set(locked), "run `uv lock`: the dependency groups changed"
    for group, requirements in asked.items():
        expected = {_requirement(text) for text in requirements}
        found = {
            (entry["name"].lower(), _normal(entry.get("specifier", ""))) for entry in locked[group]
        }
        assert expected == found, f"run `uv lock`: {group or 'dependencies'} changed"


def _requirement(text: str) -> tuple[str, str]:
    match = re.match(r"([\w.-]+)(?:\[[^]]*\])?\s*([^;]*)", text)
    assert match, text
    return match[1].lower().replace("_", "-"), _normal(match[2])


def _normal(specifier: str) -> str:
    return ",".join(sorted(part.strip() for part in specifier.split(",")))


GUARANTEE_ROW = re.compile(r"^\|\s*(G\d+)\s*\|(?P<rest>.*)\|\s*$")
TEST_NAME = re.compile(r"`(?:[\w/]+\.py::)?(test_\w+)`")


def test_guarantees_are_held_by_tests_that_exist() -> None:
    page = PROJECT / "docs" / "guarantees.md"
    if not page.is_file():
        pytest.skip("docs/guarantees.md is not written yet")
    defined = {
        node.name
        for path in (PROJECT / "tests").rglob("test_*.py")
        for node in ast.walk(_parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    for line in page.read_text(encoding="utf-8").splitlines():
        row = GUARANTEE_ROW.match(line)
        if row:
            unknown = set(TEST_NAME.findall(row["rest"])) - defined
            assert not unknown, f"docs/guarantees.md, {row[1]}: no such test {sorted(unknown)}"
