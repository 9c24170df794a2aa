from __future__ import annotations

from tests.sandbox.exchange.conftest import FUNDS, Desk

from tickwright.venues.commands import OpenAccount, SetMark
from tickwright.venues.facts import raw_amount
from tickwright.venues.reports import AccountChange, AccountChanged, FundingPaid


def test_fees_are_taken_from_what_is_received() -> None:
    desk = Desk(maker_fee=100_000, taker_fee=200_000)  # 0.1 % and 0.2 %
    desk.sell("you", 1_000, 10_000)
    desk.buy("me", 1_000, 10_000)
    assert desk.balance("me", "BTC") == (FUNDS + raw_amount("0.998"), 0)
    assert desk.balance("me", "USDT") == (FUNDS - raw_amount("100"), 0)
    assert desk.balance("you", "BTC") == (FUNDS - raw_amount("1"), 0)
    assert desk.balance("you", "USDT") == (FUNDS + raw_amount("99.9"), 0)
    fills = [one.fill for one in desk.reports if one.fill is not None]
    assert [(fill.fee, fill.fee_asset, fill.is_maker) for fill in fills] == [
        (raw_amount("0.002"), "BTC", False),
        (raw_amount("0.1"), "USDT", True),
    ]
    assert desk.exchange.collected == {"BTC": raw_amount("0.002"), "USDT": raw_amount("0.1")}


def test_what_is_beyond_the_digits_of_a_fee_is_not_charged() -> None:
    desk = Desk(taker_fee=100_000, fee_digits=2)
    desk.sell("you", 1_999, 10_000)
    desk.sell("me", 1, 1)
    desk.buy("house", 1, 1)
    desk.buy("me", 1_999, 10_000)
    fill = desk.exchange.fills("me")[-1]
    assert fill.fee == 0, "0.1 % of 1.999 is less than 0.01"


def test_an_account_may_have_fees_of_its_own() -> None:
    desk = Desk(maker_fee=100_000, taker_fee=200_000)
    desk(OpenAccount(account="me", taker_fee=0))
    desk.sell("you", 1_000, 10_000)
    desk.buy("me", 1_000, 10_000)
    assert desk.balance("me", "BTC") == (FUNDS + raw_amount("1"), 0)


def test_a_position_keeps_its_cost_and_closing_realizes_the_difference(futures: Desk) -> None:
    futures.sell("house", 10_000, 100)
    futures.buy("me", 4_000, 100)
    futures.sell("house", 2_000, 130)
    futures.buy("me", 8_000, 130)
    held = futures.position()
    assert (held.quantity, held.cost) == (12_000, raw_amount("10") + raw_amount("2.6"))
    futures.buy("house", 6_000, 150)
    futures.sell("me", 6_000, 150)
    left = futures.position()
    assert (left.quantity, left.cost) == (6_000, raw_amount("6.3"))
    assert left.realized == raw_amount("9") - raw_amount("6.3")
    assert futures.balance("me", "USDT") == (FUNDS + raw_amount("2.7"), 0)
    assert futures.exchange.fills("me")[-1].realized == raw_amount("2.7")


def test_a_position_may_turn_over(futures: Desk) -> None:
    futures.sell("house", 1_000, 100)
    futures.buy("me", 1_000, 100)
    futures.buy("house", 3_000, 90)
    futures.sell("me", 3_000, 90)
    turned = futures.position()
    assert (turned.quantity, turned.cost) == (-2_000, raw_amount("1.8"))
    assert turned.realized == -raw_amount("0.1")


def test_a_short_position_gains_as_the_mark_falls(futures: Desk) -> None:
    futures.buy("house", 1_000, 100)
    futures.sell("me", 1_000, 100)
    futures(SetMark(symbol="BTCUSDT", mark=80))
    held = futures.position()
    assert (held.unrealized, held.mark) == (raw_amount("0.2"), 80)
    assert held.margin == raw_amount("0.8") // 20


def test_contract_fees_come_out_of_the_wallet() -> None:
    desk = Desk(is_margined=True, taker_fee=50_000)
    desk.sell("house", 1_000, 10_000)
    desk.buy("me", 1_000, 10_000)
    assert desk.balance("me", "USDT") == (FUNDS - raw_amount("0.05"), 0)


def test_longs_pay_shorts_when_funding_is_due() -> None:
    desk = Desk(is_margined=True, funding_interval_ns=100)
    desk.sell("you", 1_000, 10_000)
    desk.buy("me", 1_000, 10_000)
    desk(SetMark(symbol="BTCUSDT", mark=20_000, funding_rate=10_000, funding_ns=50))
    assert desk.exchange.tick(49) == []
    events = desk.exchange.tick(50)
    paid = {event.account: event.amount for event in events if isinstance(event, FundingPaid)}
    assert paid == {"me": -raw_amount("0.02"), "you": raw_amount("0.02")}
    told = [event for event in events if isinstance(event, AccountChanged)]
    assert {event.cause for event in told} == {AccountChange.FUNDING}
    assert desk.exchange.market_now("BTCUSDT").funding_ns == 150
    assert len(desk.exchange.tick(350)) == 3 * 2 + 2, "one for each period that passed"


def test_below_zero_shorts_pay_longs_and_roundings_are_collected() -> None:
    desk = Desk(is_margined=True, fee_digits=2)
    desk.sell("you", 1_000, 10_000)
    desk.buy("me", 1_000, 10_000)
    desk(SetMark(symbol="BTCUSDT", mark=10_001, funding_rate=-10_000, funding_ns=50))
    desk.exchange.tick(50)
    assert desk.balance("me", "USDT")[0] > FUNDS
    total = sum(desk.balance(account, "USDT")[0] for account in ("me", "you"))
    assert total + desk.exchange.collected["USDT"] == 2 * FUNDS
