"""Client order ids: what venues take, and what never repeats."""

from __future__ import annotations

import re
from random import Random

import pytest

from tickwright.core.clientids import LENGTH_MAX, ClientOrderIds
from tickwright.errors import UsageError


ALPHABET = re.compile(r"[a-zA-Z0-9_-]{1,36}")
"""Binance spot's, the narrowest of those that we trade at."""


def test_ids_carry_the_prefix_and_fit_every_venue() -> None:
    ids = ClientOrderIds("desk12345678", Random(7))
    found = [ids.next() for _ in range(2000)]
    assert all(each.startswith("desk12345678-") for each in found)
    assert all(ALPHABET.fullmatch(each) for each in found)
    assert len(found[-1]) < LENGTH_MAX - 8  # room for a trillion more


def test_ids_of_one_run_are_all_different() -> None:
    ids = ClientOrderIds("a", Random(7))
    assert len({ids.next() for _ in range(5000)}) == 5000


def test_ids_of_runs_with_the_same_prefix_are_different() -> None:
    firsts = {ClientOrderIds("a", Random(seed)).next() for seed in range(1000)}
    assert len(firsts) == 1000


def test_an_order_with_another_prefix_is_somebody_else_s() -> None:
    ids = ClientOrderIds("desk", Random(7))
    assert ids.owns(ids.next())
    assert ids.owns(ClientOrderIds("desk", Random(8)).next())
    assert not ids.owns("desk2-abc-1")
    assert not ids.owns("web_123")


@pytest.mark.parametrize("prefix", ["", "Desk", "a-b", "thirteenchars", "ä", "a b"])
def test_a_prefix_that_no_venue_takes_is_refused(prefix: str) -> None:
    with pytest.raises(UsageError, match="lower-case letters"):
        ClientOrderIds(prefix, Random(7))
