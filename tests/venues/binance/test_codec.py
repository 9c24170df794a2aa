"""The decoders of the hot path, and what every decoder does with frames that are not what they should be."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.venues.binance.samples import (
    LISTED,
    RECEIVED_NS,
    SAMPLES,
    SPOT_ID,
    USDM_ID,
    channel,
    decode,
    edited,
    wrap,
)

from tickwright.errors import DecodeError
from tickwright.kernel import Levels
from tickwright.model import topics
from tickwright.model.market import AggTrade, BookDelta, BookSnapshot, Quote, Side, Trade
from tickwright.venues.base import Product
from tickwright.venues.binance.codec import book_snapshot
from tickwright.venues.binance.spec import SPOT, USDM


D = Decimal
MS = 1_000_000
IDS = [f"{product.name} {topic}" for product, topic, _ in SAMPLES]
PAYLOADS = {(product.name, topic): payload for product, topic, payload in SAMPLES}


def sample(product: Product, topic: topics.Topic) -> str:
    return PAYLOADS[product.name, topic]


def levels(*pairs: tuple[str, str]) -> Levels:
    return Levels.from_pairs(list(pairs), 8, 8)


def test_a_trade_has_the_taker_s_side_and_the_engine_s_time() -> None:
    event = decode(SPOT, topics.Trades(SPOT_ID), sample(SPOT, topics.Trades(SPOT_ID)))
    assert event == Trade(
        SPOT_ID,
        1795000000100 * MS,
        RECEIVED_NS,
        D("65000.1"),
        D("0.01"),
        Side.SELL,
        4200000001,
    )


def test_an_aggregate_names_the_trades_inside() -> None:
    event = decode(SPOT, topics.AggTrades(SPOT_ID), sample(SPOT, topics.AggTrades(SPOT_ID)))
    assert event == AggTrade(
        SPOT_ID,
        1795000000100 * MS,
        RECEIVED_NS,
        D("65000.1"),
        D("0.035"),
        Side.BUY,
        3100000001,
        4200000001,
        4200000003,
    )


def test_a_spot_quote_has_no_time() -> None:
    event = decode(SPOT, topics.Quotes(SPOT_ID), sample(SPOT, topics.Quotes(SPOT_ID)))
    assert event == Quote(
        SPOT_ID,
        None,
        RECEIVED_NS,
        D("65000.09"),
        D("1.2"),
        D("65000.1"),
        D("0.8"),
        90000000123,
    )


@pytest.mark.parametrize("subject", [USDM_ID, "binance.usdm:*"])
def test_a_futures_quote_has_the_engine_s_time(subject: str) -> None:
    topic = topics.Quotes(subject)
    found = decode(USDM, topic, sample(USDM, topic))
    event = found[0] if isinstance(found, tuple) else found
    assert event == Quote(
        USDM_ID,
        1795000000099 * MS,
        RECEIVED_NS,
        D("65010"),
        D("6.76"),
        D("65010.1"),
        D("3.064"),
        11500000000123,
    )


def test_a_quote_of_all_symbols_leaves_out_those_of_other_products() -> None:
    topic = topics.Quotes("binance.usdm:*")
    payload = edited(sample(USDM, topic), s="BTCUSD_PERP", ps="BTCUSD", st=2)
    assert decode(USDM, topic, payload) == ()


def test_a_spot_delta_is_linked_by_its_first_id() -> None:
    topic = topics.BookUpdates(SPOT_ID)
    assert decode(SPOT, topic, sample(SPOT, topic)) == BookDelta(
        SPOT_ID,
        1795000002100 * MS,
        RECEIVED_NS,
        levels(("65000.09", "0")),
        levels(("65000.1", "1.05")),
        90000000124,
        90000000130,
    )


def test_a_futures_delta_is_linked_by_the_previous_id() -> None:
    topic = topics.BookUpdates(USDM_ID)
    event = decode(USDM, topic, sample(USDM, topic))
    assert (event.first, event.last, event.previous) == (
        11500000000100,
        11500000000180,
        11500000000099,
    )
    assert event.venue_ts_ns == 1795000000248 * MS
    assert event.bids == levels(("65010", "6.76"), ("65009.9", "1"))


def test_the_top_of_a_spot_book_is_a_snapshot_without_a_time() -> None:
    topic = topics.BookTops(SPOT_ID, 5)
    assert decode(SPOT, topic, sample(SPOT, topic)) == BookSnapshot(
        SPOT_ID,
        None,
        RECEIVED_NS,
        levels(("65000.09", "1.2")),
        levels(("65000.1", "0.8")),
        90000000123,
    )


def test_the_top_of_a_futures_book_comes_as_a_delta_and_is_a_snapshot() -> None:
    topic = topics.BookTops(USDM_ID, 20)
    event = decode(USDM, topic, sample(USDM, topic))
    assert isinstance(event, BookSnapshot)
    assert event.sequence == 11500000000180
    assert event.venue_ts_ns == 1795000000248 * MS


@pytest.mark.parametrize(
    ("extra", "venue_ts_ns"), [("", None), ('"E":1795000000020,"T":7,', 7 * MS)]
)
def test_a_snapshot_has_the_engine_s_time_where_there_is_one(
    extra: str, venue_ts_ns: int | None
) -> None:
    body = f'{{"lastUpdateId":9,{extra}"bids":[["1","2"]],"asks":[["1.5","3",[]]]}}'.encode()
    event = book_snapshot(body, RECEIVED_NS, LISTED[SPOT_ID])
    assert event == BookSnapshot(
        SPOT_ID, venue_ts_ns, RECEIVED_NS, levels(("1", "2")), levels(("1.5", "3")), 9
    )


# What holds for every stream, whichever way it is decoded.


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
def test_every_stream_has_a_sample_that_decodes(
    product: Product, topic: topics.Topic, payload: str
) -> None:
    found = decode(product, topic, payload)
    assert found
    assert channel(product, topic).kind.is_many == isinstance(found, list | tuple)


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
def test_a_truncated_frame_is_refused_wherever_it_ends(
    product: Product, topic: topics.Topic, payload: str
) -> None:
    found = channel(product, topic)
    frame = wrap(found.stream, payload)
    for end in range(len(frame)):
        with pytest.raises(DecodeError):
            found.kind.decode(frame[:end], RECEIVED_NS, found.subject)


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
@pytest.mark.parametrize("tail", [b"x", b"{}", b"\x00", b"]"])
def test_trailing_bytes_are_refused(
    product: Product, topic: topics.Topic, payload: str, tail: bytes
) -> None:
    found = channel(product, topic)
    with pytest.raises(DecodeError):
        found.kind.decode(wrap(found.stream, payload) + tail, RECEIVED_NS, found.subject)


def _with_unknown_fields(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _with_unknown_fields(each) for key, each in value.items()}
        return {"zz": {"e": [1, {"p": None}]}, **dict(reversed(inner.items())), "yy": "\\u0041"}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [_with_unknown_fields(each) for each in value]
    return value


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
def test_g25_unknown_fields_and_another_order_change_nothing(
    product: Product, topic: topics.Topic, payload: str
) -> None:
    strange = json.dumps(_with_unknown_fields(json.loads(payload)))
    assert decode(product, topic, strange) == decode(product, topic, payload)


def _with_quoted_ints(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _with_quoted_ints(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_with_quoted_ints(each) for each in value]
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
def test_g25_an_int_that_became_a_string_is_read_all_the_same(
    product: Product, topic: topics.Topic, payload: str
) -> None:
    quoted = json.dumps(_with_quoted_ints(json.loads(payload)))
    assert decode(product, topic, quoted) == decode(product, topic, payload)


NAMED = [each for each in SAMPLES if '"e":' in each[2]]


@pytest.mark.parametrize(("product", "topic", "payload"), NAMED)
def test_an_event_of_another_kind_is_refused(
    product: Product, topic: topics.Topic, payload: str
) -> None:
    with pytest.raises(DecodeError):
        decode(product, topic, payload.replace('"e":"', '"e":"new', 1))


@pytest.mark.parametrize(("product", "topic", "payload"), SAMPLES, ids=IDS)
@pytest.mark.parametrize("data", ["null", "7", '"x"', "{}", "[{}]", "[null]"])
def test_data_of_another_shape_is_refused(
    product: Product, topic: topics.Topic, payload: str, data: str
) -> None:
    with pytest.raises(DecodeError):
        decode(product, topic, data)


BROKEN = [
    (SPOT, topics.Trades(SPOT_ID), {"p": "0"}),
    (SPOT, topics.Trades(SPOT_ID), {"q": "-1"}),
    (SPOT, topics.Trades(SPOT_ID), {"p": "NaN"}),
    (SPOT, topics.Trades(SPOT_ID), {"m": "yes"}),
    (SPOT, topics.AggTrades(SPOT_ID), {"f": 9, "l": 8}),
    (SPOT, topics.AggTrades(SPOT_ID), {"q": "0.00000000"}),
    (SPOT, topics.Quotes(SPOT_ID), {"b": "65000.2"}),
    (SPOT, topics.Quotes(SPOT_ID), {"B": "0"}),
    (SPOT, topics.BookUpdates(SPOT_ID), {"u": 1}),
    (SPOT, topics.BookUpdates(SPOT_ID), {"b": [["1.000000001", "1"]]}),
    (SPOT, topics.BookUpdates(SPOT_ID), {"b": [["1", "-1"]]}),
    (SPOT, topics.BookUpdates(SPOT_ID), {"a": [["1"]]}),
    (SPOT, topics.BookTops(SPOT_ID, 5), {"bids": [["1", "1"], ["2", "1"]]}),
    (SPOT, topics.BookTops(SPOT_ID, 5), {"asks": [["1", "1"]]}),
    (USDM, topics.BookUpdates(USDM_ID), {"pu": None}),
    (USDM, topics.BookTops(USDM_ID, 20), {"a": [["65009", "1"]]}),
    (USDM, topics.Quotes(USDM_ID), {"a": "Infinity"}),
]


@pytest.mark.parametrize(("product", "topic", "changes"), BROKEN)
def test_a_frame_that_breaks_an_invariant_is_never_passed_on(
    product: Product, topic: topics.Topic, changes: dict[str, Any]
) -> None:
    with pytest.raises(DecodeError):
        decode(product, topic, edited(sample(product, topic), **changes))


prices = st.integers(1, 10**16).map(lambda raw: D(raw).scaleb(-8))
ids = st.integers(0, 2**53)


@given(price=prices, quantity=prices, is_buyer_maker=st.booleans(), trade_id=ids)
def test_g24_no_digit_of_a_trade_is_lost(
    price: Decimal, quantity: Decimal, is_buyer_maker: bool, trade_id: int
) -> None:
    payload = edited(
        sample(SPOT, topics.Trades(SPOT_ID)),
        p=format(price, "f"),
        q=format(quantity, "f"),
        m=is_buyer_maker,
        t=trade_id,
    )
    event = decode(SPOT, topics.Trades(SPOT_ID), payload)
    assert str(event.price) == str(D(format(price, "f")))
    assert (event.price, event.quantity, event.trade_id) == (price, quantity, trade_id)
    assert event.side is (Side.SELL if is_buyer_maker else Side.BUY)


@given(
    bids=st.lists(st.tuples(prices, prices), max_size=20),
    asks=st.lists(st.tuples(prices, prices), max_size=20),
    first=ids,
    more=st.integers(0, 10**6),
)
def test_g24_no_digit_of_a_delta_is_lost(
    bids: list[tuple[Decimal, Decimal]],
    asks: list[tuple[Decimal, Decimal]],
    first: int,
    more: int,
) -> None:
    payload = edited(
        sample(SPOT, topics.BookUpdates(SPOT_ID)),
        U=first,
        u=first + more,
        b=[[format(price, "f"), format(quantity, "f")] for price, quantity in bids],
        a=[[format(price, "f"), format(quantity, "f")] for price, quantity in asks],
    )
    event = decode(SPOT, topics.BookUpdates(SPOT_ID), payload)
    assert (list(event.bids), list(event.asks)) == (bids, asks)
    assert (event.first, event.last) == (first, first + more)


@given(bid=prices, ask=prices, size=prices)
def test_a_quote_is_passed_on_exactly_if_it_is_not_crossed(
    bid: Decimal, ask: Decimal, size: Decimal
) -> None:
    text = format(size, "f")
    payload = edited(
        sample(SPOT, topics.Quotes(SPOT_ID)), b=format(bid, "f"), B=text, a=format(ask, "f"), A=text
    )
    if bid > ask:
        with pytest.raises(DecodeError, match="bid"):
            decode(SPOT, topics.Quotes(SPOT_ID), payload)
    else:
        event = decode(SPOT, topics.Quotes(SPOT_ID), payload)
        assert (event.bid_price, event.ask_price) == (bid, ask)
