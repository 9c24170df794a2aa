"""An instrument's rules, and how instruments are found."""

from __future__ import annotations

from decimal import Decimal, localcontext
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import InvalidNumber, UnknownInstrument
from tickwright.model.ids import InstrumentKind, parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments, InstrumentStatus
from tickwright.model.numbers import Number, Rounding


D = Decimal


def instrument(instrument_id: str = "binance:BTC/USDT", **rules: Any) -> Instrument:
    name = parse_instrument_id(instrument_id)
    settings: dict[str, Any] = {
        "product": f"{name.venue}.spot" if name.settle is None else f"{name.venue}.usdm",
        "symbol": name.base + name.quote,
        "tick_size": D("0.01"),
        "lot_size": D("0.001"),
        "price_scale": 2,
        "quantity_scale": 3,
    }
    return Instrument(name=name, **(settings | rules))


BTC = instrument(
    min_price=D("0.01"), max_price=D(1_000_000), min_quantity=D("0.002"), max_quantity=D(9000),
    min_notional=D(5), max_notional=D(9_000_000),
)  # fmt: skip


class TestNames:
    def test_it_says_what_its_name_says(self) -> None:
        perpetual = instrument("bybit:ETH/USDT:USDT")
        assert perpetual.id == "bybit:ETH/USDT:USDT"
        assert perpetual.venue == "bybit"
        assert perpetual.kind is InstrumentKind.LINEAR_PERPETUAL

    @pytest.mark.parametrize(
        ("instrument_id", "is_inverse"),
        [
            ("binance:BTC/USDT", False),
            ("binance:BTC/USDT:USDT", False),
            ("binance:BTC/USD:BTC", True),
            ("binance:BTC/USD:BTC-261225", True),
        ],
    )
    def test_what_settles_in_its_base_is_inverse(
        self, instrument_id: str, is_inverse: bool
    ) -> None:
        assert instrument(instrument_id).is_inverse is is_inverse

    def test_its_repr_is_one_short_line_of_plain_numbers(self) -> None:
        tiny = instrument(tick_size=D("1E-8"))
        assert repr(tiny) == (
            "Instrument('binance:BTC/USDT', symbol='BTCUSDT', status=trading,"
            " tick=0.00000001, lot=0.001)"
        )

    def test_it_is_a_value(self) -> None:
        assert instrument() == instrument()
        assert len({instrument(), instrument(), BTC}) == 2


class TestPrice:
    @pytest.mark.parametrize("value", ["60000.01", D("60000.01"), 60000])
    def test_on_the_tick_it_is_taken(self, value: Number) -> None:
        assert BTC.price(value) == D(value)

    @pytest.mark.parametrize(
        ("rounding", "expected"),
        [(Rounding.DOWN, "60000.01"), (Rounding.UP, "60000.02"), (Rounding.NEAREST, "60000.02")],
    )
    def test_g24_off_the_tick_it_is_moved_only_in_a_named_direction(
        self, rounding: Rounding, expected: str
    ) -> None:
        assert BTC.price("60000.016", rounding=rounding) == D(expected)
        with pytest.raises(InvalidNumber, match=r"price of binance:BTC/USDT: .* multiple of 0\.01"):
            BTC.price("60000.016")

    @pytest.mark.parametrize("value", [60000.5, True, "NaN", "Infinity"])
    def test_g24_what_is_not_exact_is_refused(self, value: Any) -> None:
        with pytest.raises(InvalidNumber, match="price of binance:BTC/USDT"):
            BTC.price(value)

    def test_both_bounds_are_inside(self) -> None:
        assert BTC.price("0.01") == D("0.01")
        assert BTC.price("1000000") == 1_000_000

    def test_g36_beyond_a_bound_it_is_refused_with_both_numbers(self) -> None:
        low = instrument(min_price=D(10), max_price=D(20))
        with pytest.raises(InvalidNumber, match=r"9\.99 is below the minimum 10$"):
            low.price("9.99")
        with pytest.raises(InvalidNumber, match=r"20\.01 is above the maximum 20$"):
            low.price("20.01")

    @pytest.mark.parametrize("value", ["0", "-0", "-1"])
    def test_g36_without_bounds_it_must_still_be_above_zero(self, value: str) -> None:
        with pytest.raises(InvalidNumber, match="not above zero"):
            instrument().price(value)

    def test_a_tick_of_zero_is_no_step(self) -> None:
        assert instrument(tick_size=D(0)).price("1.23456789") == D("1.23456789")

    @given(st.decimals("0.01", "1000000", allow_nan=False), st.sampled_from(Rounding))
    def test_g24_what_it_returns_is_taken_again_unchanged(
        self, value: Decimal, rounding: Rounding
    ) -> None:
        price = BTC.price(value, rounding=rounding)
        assert BTC.price(price) == price


class TestQuantity:
    def test_on_the_lot_it_is_taken(self) -> None:
        assert BTC.quantity("0.002") == D("0.002")

    def test_g24_off_the_lot_it_is_moved_only_in_a_named_direction(self) -> None:
        assert BTC.quantity("0.0029", rounding=Rounding.DOWN) == D("0.002")
        with pytest.raises(InvalidNumber, match=r"quantity of .* no multiple of 0\.001"):
            BTC.quantity("0.0029")

    def test_g36_rounding_down_below_the_minimum_is_refused(self) -> None:
        with pytest.raises(InvalidNumber, match=r"0\.001 is below the minimum 0\.002"):
            BTC.quantity("0.0019", rounding=Rounding.DOWN)

    def test_g36_rounding_down_to_nothing_is_refused(self) -> None:
        with pytest.raises(InvalidNumber, match="0 is not above zero"):
            instrument().quantity("0.0009", rounding=Rounding.DOWN)

    def test_g36_above_the_maximum_it_is_refused(self) -> None:
        with pytest.raises(InvalidNumber, match=r"9000\.001 is above the maximum 9000"):
            BTC.quantity("9000.001")

    def test_a_lot_of_zero_is_no_step(self) -> None:
        assert instrument(lot_size=D(0)).quantity("1E-18") == D("1E-18")


class TestNotional:
    def test_of_spot_it_is_price_times_quantity(self) -> None:
        assert BTC.check_notional(D("60000.5"), D("0.01")) == D("600.005")

    def test_of_a_linear_contract_it_counts_the_contract_size(self) -> None:
        perpetual = instrument("bybit:BTC/USDT:USDT", contract_size=D("0.1"))
        assert perpetual.check_notional(D(60000), D(3)) == 18000

    def test_of_an_inverse_contract_the_price_does_not_matter(self) -> None:
        perpetual = instrument("binance:BTC/USD:BTC", contract_size=D(100))
        assert perpetual.check_notional(D(60000), D(3)) == 300
        assert perpetual.check_notional(D(20000), D(3)) == 300

    def test_g36_out_of_bounds_it_is_refused_with_both_numbers(self) -> None:
        with pytest.raises(InvalidNumber, match=r"notional of .*: 4\.99 is below the minimum 5$"):
            BTC.check_notional(D("4.99"), D(1))
        with pytest.raises(InvalidNumber, match="above the maximum 9000000"):
            BTC.check_notional(D(1_000_000), D(10))

    def test_both_bounds_are_inside(self) -> None:
        assert BTC.check_notional(D(5), D(1)) == 5
        assert BTC.check_notional(D(9000), D(1000)) == 9_000_000

    def test_g24_the_callers_context_does_not_round_it(self) -> None:
        with localcontext() as context:
            context.prec = 2
            assert BTC.check_notional(D("60000.55"), D("0.123")) == D("7380.06765")


class TestMaking:
    @pytest.mark.parametrize(
        "rules",
        [
            {"tick_size": D("-0.01")},
            {"lot_size": D("-1")},
            {"tick_size": D("NaN")},
            {"lot_size": D("Infinity")},
            {"price_scale": -1},
            {"quantity_scale": -1},
        ],
    )
    def test_steps_and_scales_that_make_no_sense_cannot_be(self, rules: dict[str, Any]) -> None:
        with pytest.raises(InvalidNumber, match="binance:BTC/USDT: step"):
            instrument(**rules)

    def test_an_inferred_one_says_that_its_rules_are_guesses(self) -> None:
        guess = Instrument.inferred(
            parse_instrument_id("binance:BTC/USDT"), product="binance.spot", symbol="BTCUSDT"
        )
        assert guess.is_inferred
        assert guess.status is InstrumentStatus.UNKNOWN
        assert (guess.price_scale, guess.quantity_scale) == (8, 8)
        assert guess.price("0.00000001") == D("0.00000001")
        assert guess.max_price is guess.min_notional is None


class TestInstruments:
    listed = Instruments(
        [
            BTC,
            instrument("binance:BTC/USDT:USDT"),
            instrument("binance:ETH/USDT"),
            instrument("bybit:BTC/USDC"),
        ]
    )

    def test_one_is_found_by_its_id(self) -> None:
        assert self.listed["binance:BTC/USDT"] is BTC

    def test_one_is_found_by_product_and_symbol_which_two_products_may_share(self) -> None:
        assert self.listed.by_symbol("binance.spot", "BTCUSDT") is BTC
        perpetual = self.listed.by_symbol("binance.usdm", "BTCUSDT")
        assert perpetual is not None
        assert perpetual.id == "binance:BTC/USDT:USDT"

    def test_an_unknown_symbol_is_none_since_venues_list_new_ones_at_any_time(self) -> None:
        assert self.listed.by_symbol("binance.spot", "NEWUSDT") is None

    @pytest.mark.parametrize(
        ("typed", "hint"),
        [
            ("binance:BTC/USTD", "binance:BTC/USDT"),
            ("binance:BTC/USDC", "binance:BTC/USDT"),
            ("binance:EHT/USDT", "binance:ETH/USDT"),
            ("bybit:BTC/USDT", "bybit:BTC/USDC"),
        ],
    )
    def test_a_near_miss_is_told_what_was_meant(self, typed: str, hint: str) -> None:
        with pytest.raises(UnknownInstrument, match=f"did you mean .*{hint}") as caught:
            self.listed[typed]
        assert repr(typed) in str(caught.value)

    @pytest.mark.parametrize("typed", ["binance:FOO/BAR", "binance:XYZ/USDT", "binance:QQQ/BTC"])
    def test_what_is_like_nothing_that_is_listed_is_not_guessed_at(self, typed: str) -> None:
        with pytest.raises(UnknownInstrument, match="`tickwright instruments` lists"):
            self.listed[typed]

    def test_a_hint_never_names_another_venue(self) -> None:
        with pytest.raises(UnknownInstrument) as caught:
            self.listed["bybit:ETH/USDT"]
        assert "binance:" not in str(caught.value)

    def test_a_far_miss_is_told_where_to_look(self) -> None:
        with pytest.raises(
            UnknownInstrument, match="not listed by binance; `tickwright instruments`"
        ):
            self.listed["binance:QQQQQQ/ZZZZZZ"]

    def test_what_is_no_id_is_told_the_form(self) -> None:
        with pytest.raises(UnknownInstrument, match="write venue:BASE/QUOTE"):
            self.listed["BTCUSDT"]

    def test_a_later_one_of_the_same_id_replaces_the_earlier(self) -> None:
        listed = Instruments([BTC])
        coarser = instrument(tick_size=D("0.1"))
        listed.update([coarser])
        assert len(listed) == 1
        assert listed[BTC.id] is listed.by_symbol("binance.spot", "BTCUSDT") is coarser

    def test_a_symbol_that_was_respelled_is_forgotten(self) -> None:
        listed = Instruments([BTC])
        listed.update([instrument(symbol="XBTUSDT")])
        assert listed.by_symbol("binance.spot", "BTCUSDT") is None
        assert listed.by_symbol("binance.spot", "XBTUSDT") is listed[BTC.id]

    def test_it_is_a_collection(self) -> None:
        assert len(self.listed) == 4
        assert "binance:ETH/USDT" in self.listed
        assert "binance:DOGE/USDT" not in self.listed
        assert next(iter(self.listed)) is BTC
        assert len(Instruments()) == 0
