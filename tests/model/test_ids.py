"""Instrument ids: from text to parts and back, and what is no id."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tickwright.errors import UnknownInstrument
from tickwright.model.ids import InstrumentKind, InstrumentName, parse_instrument_id


assets = st.text(
    st.characters(exclude_characters=":/-", exclude_categories=["Z", "C"]), min_size=1, max_size=8
)
venues = st.from_regex(r"[a-z][a-z0-9_]{0,9}", fullmatch=True)
spots = st.builds(InstrumentName, venues, assets, assets)
contracts = st.builds(
    InstrumentName,
    venues,
    assets,
    assets,
    assets,
    st.none() | st.from_regex(r"[0-9]{6}", fullmatch=True),
)


@given(spots | contracts)
def test_a_name_is_read_back_from_its_id(name: InstrumentName) -> None:
    assert parse_instrument_id(name.id) == name


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("binance:BTC/USDT", InstrumentKind.SPOT),
        ("binance:BTC/USDT:USDT", InstrumentKind.LINEAR_PERPETUAL),
        ("binance:BTC/USD:BTC", InstrumentKind.INVERSE_PERPETUAL),
        ("binance:BTC/USDT:USDT-261225", InstrumentKind.LINEAR_FUTURE),
        ("binance:BTC/USD:BTC-261225", InstrumentKind.INVERSE_FUTURE),
    ],
)
def test_the_notation_says_what_kind_it_is(text: str, kind: InstrumentKind) -> None:
    name = parse_instrument_id(text)
    assert name.kind is kind
    assert name.id == text


def test_the_parts_are_named() -> None:
    name = parse_instrument_id("bybit:1000PEPE/USDT:USDT-261225")
    assert name == InstrumentName("bybit", "1000PEPE", "USDT", "USDT", "261225")


def test_assets_may_be_written_in_any_script() -> None:
    assert parse_instrument_id("binance:币安人生/USDT").base == "币安人生"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BTC/USDT",
        "BTCUSDT",
        "binance:BTCUSDT",
        "binance:BTC-USDT",
        "Binance:BTC/USDT",
        "binance:/USDT",
        "binance:BTC/",
        "binance:BTC/USDT:",
        "binance:BTC/USDT-261225",
        "binance:BTC/USDT:USDT-2612",
        "binance:BTC/USDT:USDT-٢٦١٢٢٥",
        "binance:BTC/USDT ",
        "binance:BTC/USDT\n",
        "binance.spot:*",
    ],
)
def test_what_is_no_id_is_refused_with_the_form_of_one(text: str) -> None:
    with pytest.raises(UnknownInstrument, match="write venue:BASE/QUOTE for spot") as caught:
        parse_instrument_id(text)
    assert repr(text) in str(caught.value)


def test_a_name_with_an_expiry_and_nothing_to_settle_in_cannot_be_made() -> None:
    with pytest.raises(UnknownInstrument, match="is not an instrument id"):
        InstrumentName("binance", "BTC", "USDT", expiry="261225")


def test_names_are_values() -> None:
    name = parse_instrument_id("binance:BTC/USDT")
    assert {name: 1}[InstrumentName("binance", "BTC", "USDT")] == 1
    with pytest.raises(AttributeError):
        name.base = "ETH"  # type: ignore[misc]  # the point of the test
