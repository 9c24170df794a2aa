from __future__ import annotations

from tests.sandbox.exchange.conftest import Desk

from tickwright.model.market import Side
from tickwright.venues.commands import ReplayTrade, SetLevel, Trigger, TriggerKind
from tickwright.venues.reports import BookChanged, OrderStatus, Rule, TradePrinted


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


# ---------------------------------------------------------------------- recorded trades


def replay(desk: Desk, side: Side, price: int, quantity: int, account: str = "house") -> None:
    desk(ReplayTrade(account=account, symbol="BTCUSDT", side=side, price=price, quantity=quantity))


def fills(desk: Desk, account: str = "me") -> list[tuple[int, int]]:
    return [(one.price, one.quantity) for one in desk.exchange.fills(account)]


def test_a_recorded_trade_works_off_the_queue_in_its_turn(desk: Desk) -> None:
    level(desk, Side.BUY, 100, 5)
    mine = desk.buy("me", 3, 100)
    replay(desk, Side.SELL, 100, 4)
    assert fills(desk) == []
    replay(desk, Side.SELL, 100, 3)
    assert fills(desk) == [(100, 2)]
    assert desk.order(mine).status is OrderStatus.PARTIALLY_FILLED
    replay(desk, Side.SELL, 100, 9)
    assert desk.order(mine).status is OrderStatus.FILLED
    assert desk.bids == []


def test_a_recorded_trade_beyond_an_order_fills_it_at_its_own_price(desk: Desk) -> None:
    level(desk, Side.BUY, 101, 5)
    level(desk, Side.BUY, 99, 5)
    desk.buy("me", 3, 100)
    desk.buy("me", 4, 101)
    replay(desk, Side.SELL, 99, 6)
    assert fills(desk) == [(101, 4), (100, 2)]
    # What the house quotes at better prices is the recording's own business.
    assert desk.bids == [(101, 5), (100, 1), (99, 5)]


def test_an_iceberg_is_filled_by_a_trade_beyond_it_as_far_as_that_goes(desk: Desk) -> None:
    desk.sell("me", 9, 100, display=2)
    replay(desk, Side.BUY, 101, 5)
    assert fills(desk) == [(100, 2), (100, 2), (100, 1)]
    assert desk.asks == [(100, 1)]


def test_a_recorded_trade_is_the_last_one_and_wakes_stops(desk: Desk) -> None:
    replay(desk, Side.BUY, 100, 1)
    assert desk.exchange.market_now("BTCUSDT").last_price == 100
    stop = Trigger(TriggerKind.STOP, 103)
    mine = desk.buy("me", 1, 104, trigger=stop)
    replay(desk, Side.BUY, 102, 1)
    assert desk.order(mine).status is OrderStatus.DORMANT
    replay(desk, Side.BUY, 103, 1)
    assert desk.order(mine).status is OrderStatus.OPEN


def test_clients_replay_no_trades(desk: Desk) -> None:
    replay(desk, Side.BUY, 100, 1, "me")
    assert desk.refusal is Rule.COMBINATION
    replay(desk, Side.BUY, 100, 1, "nobody")
    assert desk.refusal is Rule.UNKNOWN_ACCOUNT
