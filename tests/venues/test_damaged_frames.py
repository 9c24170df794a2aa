"""Frames of the venues that are read by typed decoders, damaged at random: an event or a ``DecodeError``, and nothing else."""

from __future__ import annotations

from functools import cache

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tickwright.app.registry import products_of
from tickwright.errors import DecodeError
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.market import MarketEvent
from tickwright.sandbox import GeneratedMarket
from tickwright.venues.base import Channel, Product


VENUES = {
    "okx": ("okx:BTC/USDT", ("books", "trades", "bbo-tbt", "candle1m"), ":BTC-USDT"),
    "coinbase": (
        "coinbase:BTC/USD",
        ("l2_data", "market_trades", "ticker", "candles"),
        ":BTC-USD",
    ),
    "kraken": ("kraken:BTC/USD", ("book", "trade", "ticker", "ohlc-1"), ":BTC/USD"),
}
"""Venue → a pair, its channels, and how streams of it end."""


@cache
def samples(venue: str) -> tuple[Product, list[tuple[Channel, bytes]]]:
    """Return a product and frames of each of its streams, as its dialect writes them."""
    name, channels, ending = VENUES[venue]
    (product,) = products_of(venue)
    market = GeneratedMarket(venue, (name,), seed=11, rate_per_s=50, depth=10)
    for channel in channels:
        market.want(channel + ending)
    frames = [(each + ending, market.greeting(each + ending)) for each in channels]
    frames += market.advance(market.now_ms + 1500)
    (listing,) = [one.listing for one in market.instruments]
    inferred = product.infer(listing.symbol)
    instrument: Instrument = msgspec.structs.replace(
        inferred, price_scale=listing.price_scale, quantity_scale=listing.quantity_scale
    )
    listed = Instruments([instrument])
    found = []
    for stream, text in frames:
        named = product.recordings.stream(stream, listed)
        if named is not None and text is not None:
            found.append((named[1], text.encode()))
    return product, found


@given(st.sampled_from(sorted(VENUES)), st.data())
def test_an_undamaged_frame_names_its_stream_and_makes_events(
    venue: str, data: st.DataObject
) -> None:
    product, frames = samples(venue)
    channel, frame = data.draw(st.sampled_from(frames))
    assert product.ws.stream_of(frame) == channel.stream
    events = channel.kind.decode(frame, 1, channel.subject)
    assert isinstance(events, list)
    assert events
    assert all(isinstance(event, MarketEvent) for event in events)


@given(st.sampled_from(sorted(VENUES)), st.data())
def test_g25_a_damaged_frame_is_an_error_or_an_event_and_never_anything_else(
    venue: str, data: st.DataObject
) -> None:
    product, frames = samples(venue)
    channel, frame = data.draw(st.sampled_from(frames))
    begin = data.draw(st.integers(0, len(frame)))
    end = data.draw(st.integers(begin, min(len(frame), begin + 12)))
    inserted = data.draw(
        st.one_of(
            st.binary(max_size=6), st.sampled_from([b"null", b'""', b"-1", b"[]", b"1e999", b"{}"])
        )
    )
    damaged = frame[:begin] + inserted + frame[end:]
    stream = product.ws.stream_of(damaged)
    assert stream is None or isinstance(stream, str)
    product.ws.control(damaged)
    if product.frame_number is not None:
        product.frame_number(damaged)
    try:
        channel.kind.decode(damaged, 1, channel.subject)
    except DecodeError:
        pass
