"""Pairs are guessed from their symbols, and nothing else is."""

from __future__ import annotations

import pytest

from tickwright.errors import UnknownInstrument
from tickwright.venues.pairs import infer_pairs


def test_a_pair_is_guessed_from_its_symbol() -> None:
    found = infer_pairs("acme.spot", "/")("BTC/USD")
    assert (found.id, found.product, found.symbol) == ("acme:BTC/USD", "acme.spot", "BTC/USD")
    assert found.is_inferred


@pytest.mark.parametrize("symbol", ["", "BTC", "BTC/", "/USD", "BTC/USD/X", "BTC-USD"])
def test_other_symbols_are_refused(symbol: str) -> None:
    with pytest.raises(UnknownInstrument, match=r"is no pair of acme\.spot"):
        infer_pairs("acme.spot", "/")(symbol)
