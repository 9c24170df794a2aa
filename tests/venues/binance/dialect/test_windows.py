from __future__ import annotations

import json

from tests.venues.binance.dialect.samples import NOW_MS, FixedInstrument

from tickwright.venues.binance.dialect.payloads import FuturesPayloads, SpotPayloads
from tickwright.venues.binance.dialect.products import SPOT, USDM
from tickwright.venues.binance.dialect.spelling import Spelling
from tickwright.venues.binance.dialect.streams import StreamName, parse_stream
from tickwright.venues.binance.dialect.windows import DepthWindow


def _name(text: str) -> StreamName:
    name = parse_stream(SPOT, text)
    assert name is not None
    return name


def test_an_unchanged_book_sends_nothing() -> None:
    instrument = FixedInstrument(SPOT)
    window = DepthWindow(_name("btcusdt@depth"), Spelling(SPOT, instrument.listing), instrument)
    assert window.flush(SpotPayloads(), NOW_MS) is None


def test_a_delta_covers_its_interval_and_holds_the_final_quantities() -> None:
    instrument = FixedInstrument(SPOT)
    window = DepthWindow(_name("btcusdt@depth"), Spelling(SPOT, instrument.listing), instrument)
    instrument.levels[True][6_500_000] = 1
    instrument.update_id = 101
    window.add(101, [6_500_000], [])
    del instrument.levels[True][6_500_000]
    instrument.update_id = 103
    window.add(102, [6_500_000], [6_500_010])
    delta = json.loads(window.flush(SpotPayloads(), NOW_MS) or "")
    assert (delta["U"], delta["u"]) == (101, 103)
    assert delta["b"] == [["65000.00000000", "0.00000000"]]
    assert delta["a"] == [["65000.10000000", "0.80000000"]]
    assert window.flush(SpotPayloads(), NOW_MS) is None


def test_futures_deltas_chain_by_the_id_before_even_where_ids_skip() -> None:
    instrument = FixedInstrument(USDM)
    window = DepthWindow(_name("btcusdt@depth"), Spelling(USDM, instrument.listing), instrument)
    deltas = []
    for first_id, last_id in ((110, 111), (150, 150)):
        instrument.update_id = last_id
        window.add(first_id, [6_500_000], [])
        deltas.append(json.loads(window.flush(FuturesPayloads(USDM), NOW_MS) or ""))
    assert [(d["pu"], d["U"], d["u"]) for d in deltas] == [(100, 110, 111), (111, 150, 150)]


def test_partial_books_hold_the_best_levels_whatever_changed() -> None:
    instrument = FixedInstrument(SPOT)
    window = DepthWindow(_name("btcusdt@depth5"), Spelling(SPOT, instrument.listing), instrument)
    window.add(101, [6_499_900], [])
    book = json.loads(window.flush(SpotPayloads(), NOW_MS) or "")
    assert [level[0] for level in book["bids"]] == ["65000.00000000", "64999.00000000"]
