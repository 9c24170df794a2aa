"""Whose an instrument id is, told by its form."""

from __future__ import annotations

from tickwright.model.ids import InstrumentKind
from tickwright.venues.ownership import owns_kinds


owns = owns_kinds("binance.spot", InstrumentKind.SPOT)


def test_an_id_of_its_venue_and_kind_belongs_to_a_product() -> None:
    assert owns("binance:BTC/USDT")
    assert owns("binance.spot:*")


def test_ids_of_other_kinds_and_venues_and_other_text_belong_to_nobody() -> None:
    for text in (
        "binance:BTC/USDT:USDT", "binance.usdm:*", "bybit:BTC/USDT", "bybit.spot:*", "BTCUSDT", "",
    ):  # fmt: skip
        assert not owns(text)
