from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import SPOT, Desk

from tickwright.errors import UnknownInstrument
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.marketrules import MarketRules


def test_a_book_is_read_best_first(desk: Desk) -> None:
    for price in (98, 99, 97):
        desk.buy("me", 1, price)
        desk.sell("you", 2, 200 - price)
    assert desk.exchange.bids("BTCUSDT", 2) == [(99, 1), (98, 1)]
    assert desk.exchange.asks("BTCUSDT", 2) == [(101, 2), (102, 2)]


def test_orders_are_listed_by_id_open_and_closed(desk: Desk) -> None:
    ids = [desk.buy("me", 1, 100) for _ in range(3)]
    desk.cancel("me", ids[1])
    assert [order.id for order in desk.exchange.open_orders("me")] == [ids[0], ids[2]]
    assert [order.id for order in desk.exchange.all_orders("me", "BTCUSDT")] == ids
    assert desk.exchange.all_orders("me", "XYZ") == []
    assert desk.exchange.open_orders("me", "XYZ") == []


def test_an_order_is_its_owners_business(desk: Desk) -> None:
    order_id = desk.buy("me", 1, 100, client_id="x")
    assert desk.exchange.order("you", "BTCUSDT", order_id=order_id) is None
    assert desk.exchange.order("me", "XYZ", order_id=order_id) is None
    assert desk.exchange.order("me", "BTCUSDT", order_id=order_id, client_id="y") is None
    assert desk.exchange.order("me", "BTCUSDT", order_id=order_id, client_id="x") is not None


def test_by_client_id_the_open_order_comes_before_closed_ones(desk: Desk) -> None:
    first = desk.buy("me", 1, 100, client_id="x")
    desk.cancel("me", first)
    second = desk.buy("me", 1, 100, client_id="x")
    found = desk.exchange.order("me", "BTCUSDT", client_id="x")
    assert found is not None
    assert found.id == second


def test_fills_are_kept_in_order(desk: Desk) -> None:
    desk.sell("you", 1, 100)
    desk.sell("you", 2, 101)
    desk.buy("me", 3, 101)
    fills = desk.exchange.fills("me", "BTCUSDT")
    assert [(fill.price, fill.quantity) for fill in fills] == [(100, 1), (101, 2)]
    assert [fill.trade_id for fill in desk.exchange.fills("you")] == [1, 2]
    assert desk.exchange.fills("me", "XYZ") == []


def test_a_market_says_where_it_stands() -> None:
    exchange = Exchange()
    exchange.add_market(MarketRules(listing=SPOT), last_price=7, last_trade_id=8, update_id=9)
    now = exchange.market_now("BTCUSDT")
    assert (now.last_price, now.last_trade_id, now.update_id) == (7, 8, 9)
    assert (now.mark_price, now.reference_price) == (7, 7)
    assert exchange.symbols == ["BTCUSDT"]
    assert exchange.rules("BTCUSDT") is not None
    assert exchange.rules("XYZ") is None
    assert exchange.leverage("me", "BTCUSDT") == 20
    with pytest.raises(UnknownInstrument):
        exchange.market_now("XYZ")


def test_an_account_that_nobody_opened_has_nothing() -> None:
    exchange = Exchange()
    assert exchange.balances("me") == exchange.positions("me") == exchange.fills("me") == []
    assert exchange.available("me", "USDT") == 0
    assert exchange.accounts == []


def test_the_engine_is_what_dialects_expect() -> None:
    view: ExchangeView = Exchange()
    assert view.order_list("me", list_id=1) is None
