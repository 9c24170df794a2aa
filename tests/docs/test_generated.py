"""Generated parts of the documentation are as their code would make them today."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest
from tests.docs.blocks import PROJECT, pages
from tests.docs.generate import MACHINES, PARTS, command_names, rendered

from tickwright import core
from tickwright.core.machine import Table


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(PROJECT)))
def test_a_page_is_up_to_date(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert rendered(text) == text, "run `python -m tests.docs.generate`"


def test_every_part_that_can_be_generated_stands_in_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in pages())
    assert set(re.findall(r"<!-- generated: ([\w ]+) -->", text)) == set(PARTS)


def test_every_machine_has_its_diagram() -> None:
    modules = [name for _, name, _ in pkgutil.iter_modules(core.__path__)]
    found = [
        name
        for name in modules
        if any(
            isinstance(value, Table)
            for value in vars(importlib.import_module(f"tickwright.core.{name}")).values()
        )
    ]
    assert set(MACHINES) <= set(found)
    tables = {id(importlib.import_module(f"tickwright.core.{name}").TABLE) for name in MACHINES}
    assert len(tables) == len(MACHINES)
    drawn = [importlib.import_module(f"tickwright.core.{name}").TABLE.name for name in MACHINES]
    for name in found:
        table = importlib.import_module(f"tickwright.core.{name}").TABLE
        assert table.name in drawn, f"add core.{name} to MACHINES, and its part to docs/design.md"


def test_the_readme_names_every_command_and_no_other() -> None:
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `tickwright (\w+)", text, re.MULTILINE)
    assert sorted(told) == sorted(command_names())
