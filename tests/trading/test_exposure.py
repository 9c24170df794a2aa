"""How much of each asset one is long or short, over all wallets and contracts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.model.account import Balance, Position
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument
from tickwright.model.numbers import total
from tickwright.trading.exposure import Exposure, Source, exposures


D = Decimal
LINEAR, OTHER_LINEAR, INVERSE = (
    "binance:BTC/USDT:USDT",
    "bybit:BTC/USDT:USDT",
    "bybit:BTC/USD:BTC",
)


def contract(name: str, size: str | None = None) -> Instrument:
    return Instrument(
        name=parse_instrument_id(name),
        product="any",
        symbol="BTC",
        tick_size=D("0.1"),
        lot_size=D("0.001"),
        price_scale=1,
        quantity_scale=3,
        contract_size=None if size is None else D(size),
    )


def held(asset: str, free: str, locked: str = "0", wallet: str = "binance.spot") -> Balance:
    return Balance(venue=wallet, asset=asset, free=D(free), locked=D(locked))


def position(
    name: str, quantity: str, profit: str | None = "0", entry: str | None = "50000"
) -> Position:
    return Position(
        instrument=name,
        quantity=D(quantity),
        entry_price=None if entry is None else D(entry),
        unrealized_pnl=None if profit is None else D(profit),
    )


def amounts(found: list[Exposure]) -> dict[str, Decimal]:
    return {each.asset: each.amount for each in found}


def test_wallets_count_free_and_locked_and_add_up_over_venues() -> None:
    (btc, usdt) = exposures(
        [held("USDT", "70", "30"), held("BTC", "1"), held("BTC", "0.5", wallet="bybit")], []
    )
    assert (btc.asset, btc.amount) == ("BTC", D("1.5"))
    assert [(part.where, part.amount) for part in btc.parts] == [
        ("binance.spot", D(1)),
        ("bybit", D("0.5")),
    ]
    assert usdt.amount == 100
    assert btc.is_complete


@pytest.mark.parametrize(
    ("quantity", "size", "profit", "told"),
    [
        ("2", None, "150", {"BTC": D(2), "USDT": D(150)}),
        ("-2", None, "-150", {"BTC": D(-2), "USDT": D(-150)}),
        ("3", "0.01", "0", {"BTC": D("0.03")}),
        ("0", None, "0", {}),
    ],
)
def test_a_linear_contract_is_its_quantity_of_base_and_its_profit_where_it_settles(
    quantity: str, size: str | None, profit: str, told: dict[str, Decimal]
) -> None:
    found = exposures([], [(position(LINEAR, quantity, profit), contract(LINEAR, size))])
    assert amounts(found) == told


@pytest.mark.parametrize(("quantity", "amount"), [("100", D("0.002")), ("-100", D("-0.002"))])
def test_an_inverse_contract_is_what_it_was_worth_in_base_and_says_so(
    quantity: str, amount: Decimal
) -> None:
    inverse = (position(INVERSE, quantity, "0.0001"), contract(INVERSE, "1"))
    (btc,) = exposures([], [inverse])
    assert btc.amount == amount + D("0.0001")
    assert [(part.source, part.amount) for part in btc.parts] == [
        (Source.INVERSE, amount),
        (Source.PROFIT, D("0.0001")),
    ]


@pytest.mark.parametrize(
    ("name", "of", "profit", "entry"),
    [(LINEAR, "USDT", None, "50000"), (INVERSE, "BTC", "0", None), (INVERSE, "BTC", "0", "0")],
)
def test_what_nobody_has_told_is_a_part_without_an_amount(
    name: str, of: str, profit: str | None, entry: str | None
) -> None:
    unknown = (position(name, "1", profit, entry), contract(name))
    found = {each.asset: each for each in exposures([held(of, "10")], [unknown])}
    assert not found[of].is_complete
    assert found[of].amount == 10
    assert found[of].parts[-1].amount is None


def test_a_short_against_what_is_held_leaves_the_difference() -> None:
    found = exposures(
        [held("BTC", "1"), held("USDT", "1000", wallet="bybit")],
        [
            (position(LINEAR, "-0.4", "5"), contract(LINEAR)),
            (position(OTHER_LINEAR, "-0.6", "-5"), contract(OTHER_LINEAR)),
        ],
    )
    assert amounts(found) == {"BTC": D(0), "USDT": D(1000)}
    assert [part.where for part in found[0].parts] == ["binance.spot", LINEAR, OTHER_LINEAR]


def test_assets_and_parts_of_nothing_are_left_out() -> None:
    assert exposures([held("BNB", "0"), held("ETH", "0")], []) == []
    (btc,) = exposures([held("BTC", "0"), held("BTC", "1", wallet="bybit")], [])
    assert [part.where for part in btc.parts] == ["bybit"]


NUMBERS = st.decimals(-1_000_000, 1_000_000, places=8)


@given(
    st.lists(st.tuples(st.sampled_from(["BTC", "USDT", "ETH"]), NUMBERS), max_size=8),
    st.lists(st.tuples(NUMBERS, NUMBERS), max_size=5),
)
def test_g24_each_sum_is_exactly_that_of_its_parts(
    wallets: list[tuple[str, Decimal]], sizes: list[tuple[Decimal, Decimal]]
) -> None:
    balances = [held(asset, str(amount)) for asset, amount in wallets]
    positions = [
        (position(LINEAR, str(size), str(profit)), contract(LINEAR)) for size, profit in sizes
    ]
    found = exposures(balances, positions)
    assert [each.asset for each in found] == sorted({each.asset for each in found})
    for each in found:
        assert each.amount == total(
            *(part.amount for part in each.parts if part.amount is not None)
        )
    expected = {"BTC": D(0), "USDT": D(0), "ETH": D(0)}
    for asset, amount in wallets:
        expected[asset] = total(expected[asset], amount)
    for size, profit in sizes:
        if size:
            expected["BTC"] = total(expected["BTC"], size)
            expected["USDT"] = total(expected["USDT"], profit)
    assert {asset: amount for asset, amount in expected.items() if amount} == {
        asset: amount for asset, amount in amounts(found).items() if amount
    }
