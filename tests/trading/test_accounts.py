"""Balances and positions as last told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tickwright.model.account import (
    AccountEvent,
    Balance,
    BalanceChanged,
    Position,
    PositionChanged,
)
from tickwright.trading.accounts import Accounts, draws_on
from tickwright.trading.desk import Holdings
from tickwright.venues.trading import AccountNews


D = Decimal
SPOT, USDM, PERP = "binance.spot", "binance.usdm", "binance:BTC/USDT:USDT"
OTHER = "binance:ETH/USDT:USDT"
SECOND_NS = 1_000_000_000


def balance(asset: str, free: str, locked: str = "0", product: str = SPOT) -> Balance:
    return Balance(venue=product, asset=asset, free=D(free), locked=D(locked))


def test_what_was_asked_for_replaces_all_that_was_known_of_the_product_alone() -> None:
    accounts = Accounts()
    accounts.begin(SPOT, Holdings([balance("BTC", "1"), balance("USDT", "5")], [], None), 1)
    accounts.begin(USDM, Holdings([balance("USDT", "7", product=USDM)], [], None), 1)
    accounts.begin(SPOT, Holdings([balance("USDT", "6")], [], None), 1)
    assert [each.asset for each in accounts.balances(SPOT)] == ["USDT"]
    assert accounts.balance(SPOT, "BTC").total == 0
    assert accounts.balance(USDM, "USDT").free == 7
    assert len(accounts.balances()) == 2


def test_a_told_balance_is_the_present_one() -> None:
    accounts = Accounts()
    accounts.apply(SPOT, AccountNews(balances=(balance("BTC", "1", "0.5"),)), 1)
    accounts.apply(SPOT, AccountNews(balances=(balance("BTC", "0.5", "0"),)), 1)
    assert accounts.balance(SPOT, "BTC") == balance("BTC", "0.5")


def test_a_wallet_that_is_told_without_what_is_free_keeps_what_was_locked() -> None:
    accounts = Accounts()
    accounts.begin(USDM, Holdings([balance("USDT", "90", "10", USDM)], [], None), 1)
    accounts.apply(USDM, AccountNews(wallets=(("USDT", D(80)),)), 1)
    assert accounts.balance(USDM, "USDT") == balance("USDT", "70", "10", USDM)
    accounts.apply(USDM, AccountNews(wallets=(("USDT", D(4)),)), 1)
    assert accounts.balance(USDM, "USDT") == balance("USDT", "0", "4", USDM)


def test_a_position_of_nothing_has_ended() -> None:
    accounts = Accounts()
    accounts.apply(USDM, AccountNews(positions=(Position(instrument=PERP, quantity=D(-1)),)), 1)
    assert accounts.position(PERP).quantity == -1
    assert [each.instrument for each in accounts.positions(USDM)] == [PERP]
    accounts.apply(USDM, AccountNews(positions=(Position(instrument=PERP, quantity=D(0)),)), 1)
    assert accounts.position(PERP).quantity == 0
    assert accounts.positions() == []


def told_by(*news: AccountNews) -> list[AccountEvent]:
    """Return what is told of news at a product that holds a little."""
    events: list[AccountEvent] = []
    accounts = Accounts(events.append)
    position = Position(instrument=PERP, quantity=D(-1), entry_price=D(60000))
    accounts.begin(USDM, Holdings([balance("USDT", "90", "10", USDM)], [position], None), 1)
    assert len(events) == 2
    events.clear()
    for each in news:
        accounts.apply(USDM, each, 2)
    return events


def test_what_is_another_than_before_is_told_once() -> None:
    spent = balance("USDT", "80", "10", USDM)
    closed = Position(instrument=PERP, quantity=D(0))
    news = AccountNews(balances=(spent,), positions=(closed,))
    assert told_by(news, news) == [
        BalanceChanged(balance=spent, received_ts_ns=2),
        PositionChanged(position=closed, received_ts_ns=2),
    ]


def test_what_is_as_before_is_not_told() -> None:
    same = AccountNews(
        balances=(balance("USDT", "90", "10", USDM), balance("BNB", "0", product=USDM)),
        positions=(
            Position(instrument=PERP, quantity=D(-1), entry_price=D(60000)),
            Position(instrument=OTHER, quantity=D(0)),
        ),
    )
    assert told_by(same) == []


def test_a_wallet_s_new_total_is_told_with_what_is_free_of_it() -> None:
    (event,) = told_by(AccountNews(wallets=(("USDT", D(95)),)))
    assert isinstance(event, BalanceChanged)
    assert (event.balance.free, event.balance.locked) == (85, 10)


def test_what_an_answer_does_not_name_any_more_is_told_as_nothing() -> None:
    events: list[AccountEvent] = []
    accounts = Accounts(events.append)
    position = Position(instrument=PERP, quantity=D(-1))
    accounts.begin(USDM, Holdings([balance("USDT", "90", product=USDM)], [position], None), 1)
    events.clear()
    accounts.begin(USDM, Holdings([balance("BNB", "1", product=USDM)], [], None), 2)
    assert events == [
        BalanceChanged(balance=balance("BNB", "1", product=USDM), received_ts_ns=2),
        BalanceChanged(balance=balance("USDT", "0", product=USDM), received_ts_ns=2),
        PositionChanged(position=Position(instrument=PERP, quantity=D(0)), received_ts_ns=2),
    ]
    assert [each.asset for each in accounts.balances()] == ["BNB"]
    assert accounts.positions() == []


def test_all_of_it_is_known_before_any_of_it_is_told() -> None:
    known: list[int] = []
    accounts = Accounts(lambda event: known.append(len(accounts.balances())))
    accounts.begin(SPOT, Holdings([balance("BTC", "1"), balance("USDT", "5")], [], None), 1)
    assert known == [2, 2]


@pytest.mark.parametrize(
    ("product", "wallet", "does"),
    [
        ("binance.spot", "binance.spot", True),
        ("bybit.linear", "bybit", True),
        ("binance.spot", "binance.usdm", False),
        ("bybit.linear", "bybit.spot", False),
    ],
)
def test_a_product_draws_on_its_own_wallet_or_on_its_venue_s(
    product: str, wallet: str, does: bool
) -> None:
    assert draws_on(product, wallet) is does


def test_g10_what_the_stream_tells_late_of_the_time_before_an_answer_is_old() -> None:
    accounts = Accounts()
    now = Position(instrument=PERP, quantity=Decimal("0.096"))
    accounts.begin(USDM, Holdings([], [now], 10 * SECOND_NS), 1)
    old, new = (Position(instrument=PERP, quantity=Decimal(each)) for each in ("0.085", "0.1"))
    accounts.apply(USDM, AccountNews(positions=(old,), venue_ts_ns=8 * SECOND_NS), 2)
    assert accounts.position(PERP) == now
    accounts.apply(USDM, AccountNews(positions=(new,), venue_ts_ns=11 * SECOND_NS), 3)
    assert accounts.position(PERP) == new
    accounts.apply(USDM, AccountNews(positions=(now,)), 4)
    assert accounts.position(PERP) == now, "what has no time counts"
