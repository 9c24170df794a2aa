"""The page of guarantees and the tests that hold them name each other."""

from __future__ import annotations

import re

from tests.docs.blocks import PROJECT
from tests.docs.generate import guarantee_tests


PAGE = (PROJECT / "docs" / "guarantees.md").read_text(encoding="utf-8")
NUMBERS = [int(number) for number in re.findall(r"^\| G(\d+) \| \*\*", PAGE, re.MULTILINE)]


def test_all_guarantees_stand_in_the_table() -> None:
    assert list(range(1, 37)) == NUMBERS


def test_every_test_that_holds_a_guarantee_is_listed_and_every_listed_one_exists() -> None:
    listed = re.findall(r"^- \[[^\]]+\]\(\.\./(\S+)\) <!-- (\w+) -->$", PAGE, re.MULTILINE)
    held = [test for tests in guarantee_tests().values() for test in tests]
    assert sorted(listed) == sorted(held), "run `python -m tests.docs.generate`"


def test_every_guarantee_has_tests() -> None:
    held = guarantee_tests()
    bare = [f"G{number}" for number in NUMBERS if number not in held]
    assert not bare, f"no test is named after {bare}"


def test_no_test_is_named_after_a_guarantee_that_does_not_exist() -> None:
    assert set(guarantee_tests()) <= set(NUMBERS)
