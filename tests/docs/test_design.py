"""The page of decisions names every dependency, and what it says of the tables is so."""

from __future__ import annotations

import re
import tomllib

from tests.docs.blocks import PROJECT


PAGE = (PROJECT / "docs" / "design.md").read_text(encoding="utf-8")


def _requirement_name(requirement: str) -> str:
    match = re.match(r"[\w.-]+", requirement)
    assert match is not None
    return match[0].lower()


def test_every_dependency_is_named_with_its_reason_and_no_other() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    required = [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(each for group in project["dependency-groups"].values() for each in group),
    ]
    table = PAGE.partition("## Libraries")[2]
    rows = re.findall(r"^\| (`[^|]+) \|", table, re.MULTILINE)
    named = {name.lower() for row in rows for name in re.findall(r"`([\w.-]+)`", row)}
    assert named == {_requirement_name(each) for each in required}


def test_every_layer_of_the_import_rules_stands_in_the_table() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    section = PAGE.partition("## Layers")[2].partition("## Module map")[0]
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", section, re.MULTILINE)
    assert [re.findall(r"`(\w+)`", row) for row in rows] == [layer.split(" | ") for layer in layers]
