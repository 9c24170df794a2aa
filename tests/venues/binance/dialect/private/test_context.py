"""What endpoints share: weights, counts, and what is found in events."""

from __future__ import annotations

import pytest
from tests.venues.binance.dialect.private.kit import Venue

from tickwright.model.market import Side
from tickwright.venues.binance.dialect.private import context
from tickwright.venues.binance.dialect.private.context import (
    Endpoint,
    fills_of,
    last_view,
    refusal_in,
)
from tickwright.venues.binance.dialect.private.params import Params
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.commands import CancelOrder, OrderKind, SubmitOrder
from tickwright.venues.reports import OrderStatus, Rule


def test_an_endpoint_costs_a_number_or_what_its_parameters_say() -> None:
    fixed = Endpoint(make=lambda call: None, weight=4)
    assert fixed.cost(Params({})) == 4
    by_symbol = Endpoint(
        make=lambda call: None, weight=lambda params: 1 if "symbol" in params else 40
    )
    assert (by_symbol.cost(Params({})), by_symbol.cost(Params({"symbol": "X"}))) == (40, 1)


def test_instruments_are_found_or_refused(spot: Venue) -> None:
    context = spot.side.context
    assert context.named(Params({"symbol": "BTCUSDT"})) == spot.listing
    with pytest.raises(Refused, match="Invalid symbol"):
        context.rules("NOPE")
    assert context.now_ns == spot.market.now_ms * 1_000_000
    assert context.counts("me") is context.counts("me")


def test_events_tell_of_an_order_its_fills_and_refusals(spot: Venue) -> None:
    order = SubmitOrder(
        account="me", symbol="BTCUSDT", side=Side.BUY, kind=OrderKind.MARKET, quantity=150
    )
    events = spot.side.context.submit(order)
    view = last_view(events, account="me")
    assert view is not None
    assert view.status is OrderStatus.FILLED
    assert [fill.quantity for fill in fills_of(events, view.id)] == [100, 50]
    assert last_view(events, view.id) == view
    assert last_view(events, 999) is None
    assert refusal_in(events) is None
    cancel = CancelOrder(account="me", symbol="BTCUSDT", order_id=view.id)
    events = spot.side.context.submit(cancel)
    refusal = refusal_in(events, cancel)
    assert refusal is not None
    assert refusal.rule is Rule.UNKNOWN_ORDER
    assert refusal_in(events, order) is None


def test_an_order_canceled_along_with_others_has_one_id_for_all_who_ask(
    spot: Venue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_CANCEL_IDS_KEPT", 2)
    ask = spot.side.context.cancel_id
    first = ask(1)
    assert ask(2) != first == ask(1)
    ask(3)
    assert ask(1) != first  # forgotten by then


def test_what_is_told_is_taken_once(spot: Venue) -> None:
    tell, take = spot.side.context.tell, spot.side.context.take_frames
    tell("user/me", {"e": "x", "s": "测试"})
    assert take() == [("user/me", '{"e":"x","s":"测试"}')]
    assert take() == []
