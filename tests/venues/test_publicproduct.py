"""What follows from a product's name and its channels."""

from __future__ import annotations

import pytest

from tickwright.core.booksync import BookChain
from tickwright.core.limits import RateLimit, RestLimits
from tickwright.errors import UnknownInstrument
from tickwright.model import topics
from tickwright.model.ids import InstrumentKind, parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.venues.base import BookFeed, Endpoints, Product, TradeIds, WsLimits
from tickwright.venues.channels import public_channels
from tickwright.venues.kraken.protocol import KrakenProtocol
from tickwright.venues.lackingcalls import LackingCalls, refusals
from tickwright.venues.publicproduct import public_product


def decode(frame: bytes, received_ts_ns: int, subject: object) -> list[object]:
    return []


def made(**changes: object) -> Product:
    fields: dict[str, object] = {
        "endpoints": {"live": Endpoints(rest="https://acme.com")},
        "ws": KrakenProtocol(),
        "ws_limits": WsLimits(
            streams_per_connection=9,
            frames_per_s=1,
            streams_per_request=9,
            connects=RateLimit("CONNECTS", 9, 1.0),
        ),
        "rest_limits": RestLimits(buckets=()),
        "calls": LackingCalls("acme.spot", "/v1/"),
        "book": BookFeed(chain=BookChain.ORDER),
        "channels": public_channels(
            trades=("trade", decode), quotes=("best", decode), books=("book", decode), candles={}
        ),
        "infer": "-",
        "hosts": ("acme.com",),
        "listing": "/v1/symbols",
        "error": refusals("code", "text"),
    }
    return public_product("acme.spot", **{**fields, **changes})  # type: ignore[arg-type]  # a test's table of fields


def test_venue_pairs_and_streams_follow_from_the_name() -> None:
    product = made()
    assert (product.name, product.venue) == ("acme.spot", "acme")
    assert product.infer("BTC-USD").id == "acme:BTC/USD"
    assert product.owns("acme:BTC/USD")
    assert not product.owns("acme:BTC/USD:USD")
    assert product.topics == {
        topics.Trades,
        topics.Quotes,
        topics.BookUpdates,
        topics.BookStates,
    }
    listed = Instruments([product.infer("BTC-USD")])
    channel = product.channel(topics.Quotes("acme:BTC/USD"), listed)
    assert (channel.stream, channel.kind.is_many) == ("best:BTC-USD", True)
    assert product.recordings.recognises("wss://ws.acme.com/v2")


def test_a_venue_may_guess_otherwise_list_other_kinds_and_set_any_further_field() -> None:
    def infer(symbol: str) -> Instrument:
        raise UnknownInstrument(symbol)

    product = made(infer=infer, kinds=(InstrumentKind.LINEAR_PERPETUAL,), trade_ids=TradeIds.OPAQUE)
    assert product.trade_ids is TradeIds.OPAQUE
    assert product.owns("acme:BTC/USD:USD")
    assert parse_instrument_id("acme:BTC/USD:USD").kind is InstrumentKind.LINEAR_PERPETUAL
    with pytest.raises(UnknownInstrument):
        product.infer("BTC-USD")
