"""Client order ids: what venues take, and what never repeats."""

from __future__ import annotations

import re
from random import Random

import pytest

from tickwright.core.clientids import LENGTH_MAX, ClientIdForm, ClientOrderIds, is_made
from tickwright.errors import UsageError


ALPHABET = re.compile(r"[a-zA-Z0-9_-]{1,36}")
"""Binance spot's, the narrowest of those that we trade at."""


def test_ids_that_are_made_here_are_known_by_their_form() -> None:
    ids = ClientOrderIds("desk1", Random(7))
    assert all(is_made(ids.next()) for _ in range(100))
    for given in ("web_4711", "desk1", "desk1-1", "desk1-3f9k2m7q0x-", "a-desk1-3f9k2m7q0x-1"):
        assert not is_made(given)


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


@pytest.mark.parametrize("name", ["", "bad id", "ü", "x" * 37, "a:b", "a\n", "a#1"])
def test_a_name_that_a_venue_would_not_take_is_refused_with_what_it_takes(name: str) -> None:
    with pytest.raises(UsageError, match="1 to 36 letters of A-Z and a-z, digits, - and _"):
        ClientOrderIds("tw", Random(7)).named(name, "binance.spot")


@pytest.mark.parametrize("name", ["a", "web_4711-B", "x" * LENGTH_MAX])
def test_a_name_of_the_user_s_own_is_kept(name: str) -> None:
    assert ClientOrderIds("tw", Random(7)).named(name, "binance.spot") == name


def test_a_name_is_held_to_the_form_of_the_product_that_it_is_for() -> None:
    wide = ClientIdForm(re.compile(r"[a-z:]{1,9}"), "letters and :")
    ids = ClientOrderIds("tw", Random(7), {"mars.spot": wide})
    assert ids.named("a:b", "mars.spot") == "a:b"
    with pytest.raises(UsageError, match="letters and :"):
        ids.named("A", "mars.spot")
    with pytest.raises(UsageError, match="digits"):
        ids.named("a:b", "moon.spot")


def test_an_order_without_a_name_gets_one() -> None:
    assert ClientOrderIds("tw", Random(7)).named(None, "binance.spot").startswith("tw-")
