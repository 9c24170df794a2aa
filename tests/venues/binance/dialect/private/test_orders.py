"""What orders of both products share."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private.orders import (
    Ids,
    OrderTag,
    raw_number,
    side_of,
    tag_of,
)
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.commands import SubmitOrder


IMPRECISE, OFF = Refused(-1111, "precision"), Refused(-1013, "filter")


def test_numbers_become_whole_ones_or_are_refused_for_their_digits() -> None:
    assert raw_number(Decimal("65000.10"), 2, 8, IMPRECISE, OFF) == 6_500_010
    assert raw_number(Decimal("65000.1000000000"), 2, 8, IMPRECISE, OFF) == 6_500_010
    with pytest.raises(Refused, match="filter"):
        raw_number(Decimal("0.001"), 2, 8, IMPRECISE, OFF)
    with pytest.raises(Refused, match="precision"):
        raw_number(Decimal("0.000000001"), 2, 8, IMPRECISE, OFF)


def test_sides_are_upper_case() -> None:
    assert side_of(Params({"side": "SELL"})) is Side.SELL
    with pytest.raises(Refused, match="Invalid side"):
        side_of(Params({"side": "sell"}))


def test_ids_are_unlike_and_the_same_in_every_run() -> None:
    one, other = Ids(), Ids()
    made = [one.next() for _ in range(100)]
    assert made == [other.next() for _ in range(100)]
    assert len(set(made)) == 100
    assert all(len(text) == 22 and text.isalnum() for text in made)


def test_orders_without_a_tag_get_the_words_that_fit() -> None:
    plain = SubmitOrder(account="me", symbol="X", side=Side.BUY, price=1)
    assert tag_of(plain).type == "LIMIT"
    tagged = SubmitOrder(account="me", symbol="X", side=Side.BUY, tag=OrderTag(type="STOP_LOSS"))
    assert tag_of(tagged).type == "STOP_LOSS"
