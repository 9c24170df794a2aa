"""The page of guarantees and the tests that hold them name each other."""

from __future__ import annotations

import re

from tests.docs.blocks import PROJECT
from tests.docs.generate import guarantee_tests


PAGE = (PROJECT / "docs" / "guarantees.md").read_text(encoding="utf-8")
STATUSES = ("held", "market data", "with orders")
STATUS = {
    int(number): status
    for number, status in re.findall(r"^\| G(\d+) \| ([\w ]+) \|", PAGE, re.MULTILINE)
}


def test_all_guarantees_stand_in_the_table_with_a_status() -> None:
    assert list(STATUS) == list(range(1, 37))
    assert set(STATUS.values()) == set(STATUSES)


def test_every_test_that_holds_a_guarantee_is_listed_and_every_listed_one_exists() -> None:
    listed = re.findall(r"^- \[[^\]]+\]\(\.\./(\S+)\) <!-- (\w+) -->$", PAGE, re.MULTILINE)
    held = [test for tests in guarantee_tests().values() for test in tests]
    assert sorted(listed) == sorted(held), "run `python -m tests.docs.generate`"


def test_what_is_said_to_be_held_has_tests() -> None:
    tested = guarantee_tests()
    bare = [
        f"G{number}"
        for number, status in STATUS.items()
        if status in ("held", "market data") and number not in tested
    ]
    assert not bare, f"no test is named after {bare}"


def test_no_test_is_named_after_a_guarantee_that_does_not_exist() -> None:
    assert set(guarantee_tests()) <= set(STATUS)
