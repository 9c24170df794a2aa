from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue

from tickwright.model.market import Side
from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.context import refusal_in
from tickwright.venues.commands import SubmitOrder
from tickwright.venues.reports import Rule


def test_instruments_of_one_symbol_are_told_apart_by_category(venue: Venue) -> None:
    context = venue.side.context
    found = [context.instrument(one, "BTCUSDT").listing.key for one in (SPOT, LINEAR)]
    assert found == ["spot/BTCUSDT", "linear/BTCUSDT"]
    assert context.writer("spot/BTCUSDT").category is SPOT


@pytest.mark.parametrize(("category", "code"), [(SPOT, 170121), (LINEAR, 10001)])
def test_an_unknown_instrument_is_refused_in_its_categorys_words(
    venue: Venue, category: object, code: int
) -> None:
    assert category in (SPOT, LINEAR)
    with pytest.raises(Refused) as refused:
        venue.side.context.instrument(SPOT if category is SPOT else LINEAR, "NOPEUSDT")
    assert refused.value.code == code
    with pytest.raises(Refused):
        venue.side.context.rules("spot/NOPEUSDT")


def test_what_the_engine_refuses_is_found_among_its_events(venue: Venue) -> None:
    order = SubmitOrder(account="me", symbol="spot/BTCUSDT", side=Side.BUY, price=1, quantity=1)
    refusal = refusal_in(venue.side.context.submit(order))
    assert refusal is not None
    assert isinstance(refusal.rule, Rule)
    assert refusal_in([]) is None
