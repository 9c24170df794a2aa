from __future__ import annotations

import pytest
from tests.sandbox.exchange.conftest import Desk

from tickwright.venues.commands import OpenAccount, SelfTrade, SetReference, TimeInForce
from tickwright.venues.marketrules import Band
from tickwright.venues.reports import EndReason, TradePrinted


GTC, IOC, FOK = TimeInForce.GTC, TimeInForce.IOC, TimeInForce.FOK


def test_the_better_price_trades_first_then_the_older_order(desk: Desk) -> None:
    late, early, best = desk.sell("you", 2, 101), desk.sell("you", 2, 101), desk.sell("you", 1, 100)
    desk.buy("me", 4, 101)
    sellers = [event.sell_order_id for event in desk.events if isinstance(event, TradePrinted)]
    assert sellers == [best, late, early]
    assert desk.trades == [(100, 1), (101, 2), (101, 1)]
    assert desk.asks == [(101, 1)]


def test_a_limit_order_rests_with_what_is_left(desk: Desk) -> None:
    desk.sell("you", 2, 100)
    order_id = desk.buy("me", 5, 101)
    assert desk.trades == [(100, 2)]
    assert desk.bids == [(101, 3)]
    assert desk.story == [
        f"{order_id} accepted: open",
        f"{order_id} traded: partially_filled",
        f"{order_id - 1} traded: filled",
    ]


def test_a_market_order_expires_where_the_book_ends(desk: Desk) -> None:
    desk.sell("you", 2, 100)
    desk.sell("you", 2, 150)
    order_id = desk.buy("me", 5)
    assert desk.trades == [(100, 2), (150, 2)]
    assert desk.reports[-1].reason is EndReason.NO_LIQUIDITY
    assert desk.order(order_id).filled == 4


def test_ioc_leaves_nothing(desk: Desk) -> None:
    desk.sell("you", 2, 100)
    desk.buy("me", 5, 100, time_in_force=IOC)
    assert desk.trades == [(100, 2)]
    assert desk.reports[-1].reason is EndReason.IOC
    assert desk.bids == []


@pytest.mark.parametrize(("quantity", "trades"), [(3, [(100, 2), (101, 1)]), (5, [])])
def test_fok_is_all_or_nothing(desk: Desk, quantity: int, trades: list[tuple[int, int]]) -> None:
    desk.sell("you", 2, 100)
    desk.sell("you", 2, 101)
    desk.sell("you", 9, 102)
    desk.buy("me", quantity, 101, time_in_force=FOK)
    assert desk.trades == trades
    assert desk.reports[-1].reason is (None if trades else EndReason.FOK)


def test_an_iceberg_is_traded_part_by_part_behind_who_came_meanwhile(desk: Desk) -> None:
    iceberg = desk.sell("you", 6, 100, display=2)
    plain = desk.sell("you", 2, 100)
    assert desk.asks == [(100, 4)]
    desk.buy("me", 7, 100)
    sellers = [event.sell_order_id for event in desk.events if isinstance(event, TradePrinted)]
    assert sellers == [iceberg, plain, iceberg, iceberg]
    assert desk.asks == [(100, 1)]


def test_a_taker_does_not_reach_beyond_its_band() -> None:
    desk = Desk(buy_reach=Band(0, 105_000_000))
    desk(SetReference(symbol="BTCUSDT", price=100))
    desk.sell("you", 1, 105)
    desk.sell("you", 1, 106)
    desk.buy("me", 2, 110)
    assert desk.trades == [(105, 1)]
    assert desk.reports[-1].reason is EndReason.PRICE_REACH


@pytest.mark.parametrize(
    ("mode", "story", "bids", "asks"),
    [
        (SelfTrade.EXPIRE_TAKER, ["3 accepted: open", "3 prevented: prevented"], [], [(100, 3), (101, 3)]),
        (
            SelfTrade.EXPIRE_MAKER,
            [
                "3 accepted: open",
                "1 prevented: prevented",
                "3 traded: partially_filled",
                "2 traded: filled",
            ],
            [(101, 2)],
            [],
        ),
        (
            SelfTrade.EXPIRE_BOTH,
            ["3 accepted: open", "1 prevented: prevented", "3 prevented: prevented"],
            [],
            [(101, 3)],
        ),
        (
            SelfTrade.DECREMENT,
            [
                "3 accepted: open",
                "1 prevented: prevented",
                "3 prevented: open",
                "3 traded: filled",
                "2 traded: partially_filled",
            ],
            [],
            [(101, 1)],
        ),
    ],
)  # fmt: skip
def test_the_takers_word_prevents_a_trade_with_itself(
    desk: Desk,
    mode: SelfTrade,
    story: list[str],
    bids: list[tuple[int, int]],
    asks: list[tuple[int, int]],
) -> None:
    desk.sell("me", 3, 100)
    desk.sell("you", 3, 101)
    desk.buy("me", 5, 101, self_trade=mode)
    assert desk.story == story
    assert (desk.bids, desk.asks) == (bids, asks)


def test_decrement_tells_both_sides_what_they_lost(desk: Desk) -> None:
    desk.sell("me", 3, 100)
    taker = desk.buy("me", 5, 100, self_trade=SelfTrade.DECREMENT)
    preventions = [one.prevention for one in desk.reports if one.prevention is not None]
    assert [(one.price, one.quantity, one.taken) for one in preventions] == [(100, 3, 3)] * 2
    assert desk.order(taker).prevented == 3
    assert desk.order(taker).leaves == 2
    assert desk.bids == [(100, 2)]


def test_without_prevention_an_account_trades_with_itself(desk: Desk) -> None:
    desk.sell("me", 3, 100)
    desk.buy("me", 3, 100)
    assert desk.trades == [(100, 3)]


def test_accounts_of_a_group_count_as_one(desk: Desk) -> None:
    desk(OpenAccount(account="me", group="family"))
    desk(OpenAccount(account="you", group="family"))
    desk.sell("you", 3, 100)
    desk.buy("me", 3, 100, self_trade=SelfTrade.EXPIRE_TAKER)
    assert desk.trades == []


def test_a_reduce_only_taker_stops_at_zero(futures: Desk) -> None:
    futures.sell("you", 9, 100)
    futures.buy("me", 4, 100)
    futures.buy("you", 9, 99)
    futures.sell("me", 9, 99, is_reduce_only=True)
    assert futures.trades == [(99, 4)]
    assert futures.reports[-1].reason is EndReason.REDUCE_ONLY
    assert futures.position().quantity == 0


def test_resting_reduce_only_orders_shrink_with_the_position(futures: Desk) -> None:
    futures.sell("you", 5, 100)
    futures.buy("me", 5, 100)
    reducer = futures.sell("me", 5, 110, is_reduce_only=True)
    futures.buy("you", 9, 99)
    futures.sell("me", 2, 99)
    assert futures.order(reducer).quantity == 3
    assert futures.asks[-1] == (110, 3)
    futures.sell("me", 3, 99)
    assert futures.reports[-1].reason is EndReason.REDUCE_ONLY
    assert not futures.order(reducer).status.is_open


def test_a_larger_reduce_only_order_rests_with_the_position(futures: Desk) -> None:
    futures.sell("you", 5, 100)
    futures.buy("me", 5, 100)
    futures.sell("me", 50, 110, is_reduce_only=True)
    assert futures.asks == [(110, 5)]


def test_a_reduce_only_order_expires_before_a_taker_can_reach_it(futures: Desk) -> None:
    futures.sell("you", 5, 100)
    futures.buy("me", 5, 100)
    futures.sell("me", 5, 101)
    reducer = futures.sell("me", 5, 102, is_reduce_only=True)
    futures.buy("you", 10, 102)
    assert futures.trades == [(101, 5)]
    assert not futures.order(reducer).status.is_open
    assert futures.position().quantity == 0
