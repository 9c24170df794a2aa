from __future__ import annotations

from typing import Any

import pytest
from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.venues.commands import Trigger, TriggerKind
from tickwright.venues.marketrules import SizeRule
from tickwright.venues.reports import EndReason, OrderStatus, Rule, TradePrinted


USDT = 10**11


def first_buyer(desk: Desk) -> int:
    desk.sell("you", 1, 100)
    return next(event.buy_order_id for event in desk.events if isinstance(event, TradePrinted))


def test_less_quantity_keeps_the_place_and_frees_funds(desk: Desk) -> None:
    first = desk.buy("me", 5, 100)
    desk.buy("you", 5, 100)
    desk.amend("me", first, quantity=3, new_client_id="new", tag="why")
    report = desk.reports[-1]
    assert (report.order.client_id, report.tag, report.order.amends) == ("new", "why", 1)
    assert report.previous_client_id == f"order-{first}"
    assert desk.balance("me", "USDT") == (FUNDS - 300 * USDT, 300 * USDT)
    assert desk.bids == [(100, 8)]
    assert first_buyer(desk) == first


def test_the_new_client_id_finds_it_and_the_old_one_is_free(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100, client_id="a")
    desk.amend("me", 0, client_id="a", quantity=3, new_client_id="b")
    found = desk.exchange.order("me", "BTCUSDT", client_id="b")
    assert found is not None
    assert found.id == order_id
    desk.buy("me", 5, 100, client_id="a")
    assert desk.refusal is None


@pytest.mark.parametrize(
    ("more", "broken"),
    [
        ({"quantity": 5}, Rule.AMEND_UNCHANGED),
        ({"quantity": 6}, Rule.AMEND_INCREASES),
        ({"quantity": 0}, Rule.QUANTITY_NOT_POSITIVE),
        ({"quantity": 1}, Rule.QUANTITY_MIN),
        ({"quantity": 3, "price": 99}, Rule.AMEND_STATE),
        ({"quantity": 3, "new_client_id": "taken"}, Rule.DUPLICATE_CLIENT_ID),
        ({"quantity": 3, "new_client_id": "own"}, None),
        ({"quantity": 5, "price": 100, "keeps_priority": False}, Rule.AMEND_UNCHANGED),
        ({"price": -1, "keeps_priority": False}, Rule.PRICE_NOT_POSITIVE),
        ({"quantity": 10**13, "keeps_priority": False}, Rule.BALANCE),
    ],
)
def test_a_refused_amendment_changes_nothing(more: dict[str, Any], broken: Rule | None) -> None:
    desk = Desk(size=SizeRule(2, 0, 0))
    order_id = desk.buy("me", 5, 100, client_id="own")
    desk.buy("me", 5, 90, client_id="taken")
    before = desk.order(order_id)
    desk.amend("me", order_id, **more)
    assert desk.refusal is broken
    assert broken is None or desk.order(order_id) == before


def test_an_amendment_to_what_is_filled_ends_the_order(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    desk.sell("you", 3, 100)
    desk.amend("me", order_id, quantity=3)
    assert desk.order(order_id).status is OrderStatus.EXPIRED
    assert desk.reports[-1].reason is EndReason.SHRUNK


def test_amendments_are_counted() -> None:
    desk = Desk(max_amends=1)
    order_id = desk.buy("me", 5, 100)
    desk.amend("me", order_id, quantity=4)
    desk.amend("me", order_id, quantity=3)
    assert desk.refusal is Rule.MAX_AMENDS


def test_a_dormant_buy_by_market_needs_less_for_less(desk: Desk) -> None:
    order_id = desk.buy("me", 10, trigger=Trigger(TriggerKind.STOP, 110))
    desk.amend("me", order_id, quantity=4)
    assert desk.balance("me", "USDT")[1] == 440 * USDT


# ---------------------------------------------------------------------- anew


def test_another_price_or_quantity_loses_the_place(futures: Desk) -> None:
    first = futures.buy("me", 5, 100)
    second = futures.buy("you", 5, 100)
    futures.amend("me", first, quantity=6, keeps_priority=False)
    assert futures.story == [f"{first} amended: open"]
    assert futures.bids == [(100, 11)]
    assert first_buyer(futures) == second


def test_a_better_price_may_trade_at_once(futures: Desk) -> None:
    order_id = futures.buy("me", 5, 100)
    futures.sell("you", 3, 105)
    futures.amend("me", order_id, price=105, keeps_priority=False)
    assert futures.trades == [(105, 3)]
    assert futures.bids == [(105, 2)]
    assert futures.position().bid_notional == 210 * USDT


def test_a_post_only_order_that_would_take_is_canceled(futures: Desk) -> None:
    order_id = futures.buy("me", 5, 100, is_post_only=True)
    futures.sell("you", 3, 105)
    futures.amend("me", order_id, price=105, keeps_priority=False)
    assert futures.reports[-1].reason is EndReason.WOULD_TAKE
    assert futures.order(order_id).status is OrderStatus.CANCELED


def test_an_order_amended_to_what_is_filled_is_canceled(futures: Desk) -> None:
    order_id = futures.buy("me", 5, 100)
    futures.sell("you", 3, 100)
    futures.amend("me", order_id, quantity=2, keeps_priority=False)
    assert futures.order(order_id).status is OrderStatus.CANCELED
    assert futures.reports[-1].reason is EndReason.SHRUNK


def test_more_needs_margin_and_less_does_not(futures: Desk) -> None:
    most = FUNDS * 20 // (100 * USDT)
    order_id = futures.buy("me", most, 100)
    futures.amend("me", order_id, quantity=most + 1, keeps_priority=False)
    assert futures.refusal is Rule.MARGIN
    futures.amend("me", order_id, price=99, keeps_priority=False)
    assert futures.refusal is None


def test_dormant_orders_are_not_amended_anew(futures: Desk) -> None:
    order_id = futures.buy("me", 5, 100, trigger=Trigger(TriggerKind.STOP, 110))
    futures.amend("me", order_id, price=99, keeps_priority=False)
    assert futures.refusal is Rule.AMEND_STATE
