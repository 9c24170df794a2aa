from __future__ import annotations

from tests.sandbox.exchange.conftest import Desk

from tickwright.model.market import Side
from tickwright.venues.commands import SetLevel
from tickwright.venues.reports import BookChanged, Rule, TradePrinted


def level(desk: Desk, side: Side, price: int, quantity: int, account: str = "house") -> None:
    desk(SetLevel(account=account, symbol="BTCUSDT", side=side, price=price, quantity=quantity))


def test_a_level_is_what_it_was_set_to(desk: Desk) -> None:
    for quantity in (5, 9, 3, 0):
        level(desk, Side.BUY, 100, quantity)
        assert sum(amount for _, amount in desk.bids) == quantity
        assert [type(event) for event in desk.events] == [BookChanged], "no private reports"
    level(desk, Side.BUY, 100, 0)
    assert desk.events == []


def test_a_client_keeps_its_place_between_the_houses_orders(desk: Desk) -> None:
    level(desk, Side.SELL, 100, 2)
    mine = desk.sell("me", 1, 100)
    level(desk, Side.SELL, 100, 5)
    assert desk.asks == [(100, 6)]
    level(desk, Side.SELL, 100, 1)
    desk.buy("you", 2, 100)
    sellers = [event.sell_order_id for event in desk.events if isinstance(event, TradePrinted)]
    assert sellers[1] == mine


def test_what_crosses_a_client_trades(desk: Desk) -> None:
    desk.sell("me", 3, 100)
    level(desk, Side.BUY, 101, 5)
    assert desk.trades == [(100, 3)]
    assert desk.bids == [(101, 2)]


def test_what_crosses_the_houses_own_quotes_takes_them_away(desk: Desk) -> None:
    level(desk, Side.SELL, 100, 5)
    level(desk, Side.BUY, 101, 2)
    assert desk.trades == []
    assert (desk.bids, desk.asks) == ([(101, 2)], [])


def test_the_house_has_no_limits_and_leaves_no_history(desk: Desk) -> None:
    level(desk, Side.SELL, 100, 10**15)
    desk.buy("me", 5, 100)
    assert desk.balance("house", "BTC")[0] < 0
    assert desk.exchange.all_orders("house", "XYZ") == []
    assert desk.exchange.fills("house") == []


def test_clients_have_no_levels(desk: Desk) -> None:
    level(desk, Side.BUY, 100, 5, "me")
    assert desk.refusal is Rule.COMBINATION
    level(desk, Side.BUY, 100, 5, "nobody")
    assert desk.refusal is Rule.UNKNOWN_ACCOUNT
