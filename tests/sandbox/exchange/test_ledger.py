from __future__ import annotations

import msgspec
from tests.sandbox.exchange.conftest import FUNDS, PERP, SPOT, Desk

from tickwright.model.market import Side
from tickwright.sandbox.exchange import Exchange
from tickwright.venues.commands import Deposit, OpenAccount, SubmitOrder, Trigger, TriggerKind
from tickwright.venues.facts import raw_amount
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.reports import AccountChange, AccountChanged, Refused, Rule


USDT = 10**11  # of one price unit times one quantity unit
BTC = 10**13


def test_a_buy_locks_what_it_can_cost_and_a_sell_what_it_gives(desk: Desk) -> None:
    desk.buy("me", 5, 100)
    assert desk.balance("me", "USDT") == (FUNDS - 500 * USDT, 500 * USDT)
    desk.sell("me", 7, 200)
    assert desk.balance("me", "BTC") == (FUNDS - 7 * BTC, 7 * BTC)


def test_a_better_price_frees_the_difference(desk: Desk) -> None:
    desk.sell("you", 2, 90)
    desk.buy("me", 5, 100)
    assert desk.balance("me", "USDT") == (FUNDS - (180 + 300) * USDT, 300 * USDT)


def test_the_end_of_an_order_frees_its_rest(desk: Desk) -> None:
    order_id = desk.buy("me", 5, 100)
    desk.sell("you", 2, 100)
    desk.cancel("me", order_id)
    assert desk.balance("me", "USDT") == (FUNDS - 200 * USDT, 0)


def test_an_order_beyond_the_balance_is_refused_and_leaves_no_trace(desk: Desk) -> None:
    cost_of_all = FUNDS // (100 * USDT)
    desk.buy("me", cost_of_all, 100)
    assert desk.refusal is None
    desk.buy("me", 1, 1)
    assert desk.refusal is Rule.BALANCE
    assert len(desk.events) == 1
    assert len(desk.exchange.all_orders("me")) == 1


def test_a_market_buy_is_refused_if_the_book_costs_more_than_there_is(desk: Desk) -> None:
    desk.sell("house", 2 * FUNDS // (100 * USDT), 100)
    desk.buy("me", FUNDS // (100 * USDT) + 1)
    assert desk.refusal is Rule.BALANCE
    desk.buy("me", FUNDS // (100 * USDT))
    assert desk.balance("me", "USDT") == (0, 0)


def test_a_dormant_buy_locks_by_its_trigger_price(desk: Desk) -> None:
    desk.buy("me", 5, trigger=Trigger(TriggerKind.STOP, 110))
    assert desk.balance("me", "USDT")[1] == 550 * USDT


def test_orders_of_a_margined_market_need_margin_on_the_larger_side(futures: Desk) -> None:
    futures.buy("me", 2_000, 10_000)
    futures.sell("me", 3_000, 11_000)
    # At 20-fold leverage.
    assert futures.position().order_margin == raw_amount("330") // 20
    assert futures.exchange.available("me", "USDT") == FUNDS - raw_amount("330") // 20


def test_an_order_without_margin_is_refused_unless_it_reduces(futures: Desk) -> None:
    most = FUNDS * 20 // (100 * USDT)
    futures.buy("me", most + 1, 100)
    assert futures.refusal is Rule.MARGIN
    futures.sell("house", most, 100)
    futures.buy("me", most, 100)
    assert futures.refusal is None
    assert futures.exchange.available("me", "USDT") == 0
    futures.buy("me", 1, 90)
    assert futures.refusal is Rule.MARGIN
    futures.sell("me", most, 110)
    assert futures.refusal is None, "closing needs none"


def test_accounts_are_told_once_a_command(desk: Desk) -> None:
    desk.sell("you", 1, 100)
    (told,) = [event for event in desk.events if isinstance(event, AccountChanged)]
    assert (told.account, told.cause) == ("you", AccountChange.ORDERS)
    assert [balance.asset for balance in told.balances] == ["BTC"]
    desk.sell("you", 1, 101)
    desk.buy("me", 2, 101)
    told_of = [event for event in desk.events if isinstance(event, AccountChanged)]
    assert [event.account for event in told_of] == ["me", "you"]
    assert {event.cause for event in told_of} == {AccountChange.TRADES}
    assert [len(event.balances) for event in told_of] == [2, 2]


def test_orders_alone_change_no_margined_account(futures: Desk) -> None:
    order_id = futures.buy("me", 1, 100)
    futures.cancel("me", order_id)
    assert not any(isinstance(event, AccountChanged) for event in futures.events)


def test_where_spot_and_contracts_share_a_wallet_margin_is_not_for_spending() -> None:
    listings = [
        msgspec.structs.replace(listing, category=category)
        for listing, category in ((SPOT, "spot"), (PERP, "linear"))
    ]
    markets = [
        MarketRules(listing=one, is_margined=one.category == "linear", default_leverage=1)
        for one in listings
    ]
    exchange = Exchange(markets)
    exchange.submit(OpenAccount(account="me"), 0)
    exchange.submit(Deposit(account="me", asset="USDT", amount=raw_amount("100")), 0)

    def buy(symbol: str, quantity: int) -> Rule | None:
        order = SubmitOrder(
            account="me", symbol=symbol, side=Side.BUY, quantity=quantity, price=10_000
        )
        events = exchange.submit(order, 0)
        return next((event.refusal.rule for event in events if isinstance(event, Refused)), None)

    assert buy("linear/BTCUSDT", 600) is None
    assert buy("spot/BTCUSDT", 500) is Rule.BALANCE
    assert buy("spot/BTCUSDT", 400) is None
    assert buy("linear/BTCUSDT", 1) is Rule.MARGIN
