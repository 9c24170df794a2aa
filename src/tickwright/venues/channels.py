"""Streams named ``<channel>:<symbol>``: one table says which serves a topic, and what a recorded name means.

It is for venues whose frames tell channel and symbol, however they spell the two. What differs between the
topics of a kind (a candle's interval, a book's depth) makes rows of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import msgspec

from tickwright.errors import NotSupported, UnknownInstrument
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.topics import (
    BookStates,
    BookUpdates,
    Candles,
    InstrumentTopic,
    Quotes,
    Topic,
    Trades,
)
from tickwright.venues.base import Channel, RecordedUrl, StreamKind


__all__ = [
    "ChannelKind",
    "ChannelRecordings",
    "ChannelTable",
    "candle_kinds",
    "channel_of",
    "public_channels",
    "symbols_of",
]


def channel_of(stream: str) -> str:
    """Return the channel of a stream's name.

    Example:
        >>> channel_of("books:BTC-USDT")
        'books'
    """
    return stream.partition(":")[0]


def symbols_of(streams: Sequence[str]) -> list[str]:
    """Return the symbols of streams' names.

    Example:
        >>> symbols_of(["books:BTC-USDT", "books:ETH-USDT"])
        ['BTC-USDT', 'ETH-USDT']
    """
    return [stream.partition(":")[2] for stream in streams]


class ChannelKind(StreamKind, frozen=True, kw_only=True):
    """All streams of one channel."""

    name: str
    """As frames carry it."""
    make_subject: Callable[[Instrument], Any] = lambda instrument: instrument
    """What its frames are decoded with: the instrument, or what is put together of them."""


def candle_kinds(
    decode: Callable[..., Any], words: Mapping[str, str], channel: str, route: str = ""
) -> dict[InstrumentTopic, ChannelKind]:
    """Return the rows of candles, one an interval.

    Args:
        decode: Takes ``interval`` besides what every decoder takes.
        words: Interval → the venue's word for it.
        channel: What its channel is called before that word.
        route: Of its URL.
    """
    return {
        Candles("", interval): ChannelKind(
            partial(decode, interval=interval), route, is_many=True, name=f"{channel}{word}"
        )
        for interval, word in words.items()
    }


def public_channels(
    *,
    trades: tuple[str, Callable[..., Any]],
    quotes: tuple[str, Callable[..., Any]],
    books: tuple[str, Callable[..., Any]],
    candles: Mapping[InstrumentTopic, ChannelKind],
) -> dict[InstrumentTopic, ChannelKind]:
    """Return the rows of a product with one channel each for trades, quotes and books.

    Args:
        trades: The channel's name and its decoder, which returns a list; ``quotes`` and ``books`` alike.
        quotes: Of best bid and offer.
        books: Snapshots and deltas.
        candles: What `candle_kinds` returns.
    """
    named = {Trades(""): trades, Quotes(""): quotes, BookUpdates(""): books}
    plain = {
        topic: ChannelKind(decode, is_many=True, name=name)
        for topic, (name, decode) in named.items()
    }
    return {**plain, **candles}


class ChannelTable(msgspec.Struct, frozen=True, kw_only=True):
    """The streams of a product.

    Example:
        >>> from tickwright.model.topics import Trades
        >>> table = ChannelTable(product="acme.spot", kinds={Trades(""): ChannelKind(print, name="trade")})
        >>> table.channel(Trades("acme:BTC/USD"), Instruments())
        Traceback (most recent call last):
        tickwright.errors.UnknownInstrument: 'acme:BTC/USD' is not listed by acme; `tickwright instruments` lists what there is
    """

    product: str
    kinds: Mapping[InstrumentTopic, ChannelKind]
    """Topic of no instrument → the channel behind it. Of several with one channel, a recording has the first."""
    sign: str = ":"
    """Between channel and symbol."""

    @property
    def topics(self) -> frozenset[type[Topic]]:
        """The kinds of topic that there is a channel for."""
        found: frozenset[type[Topic]] = frozenset(type(topic) for topic in self.kinds)
        return found | {BookStates} if BookUpdates in found else found

    def channel(self, topic: Topic, instruments: Instruments) -> Channel:
        """Return the channel behind ``topic``.

        Raises:
            NotSupported: If the product has no such stream; the text says what it has instead.
            UnknownInstrument: If the product does not list the instrument.
        """
        if not isinstance(topic, InstrumentTopic) or type(topic) not in self.topics:
            offered = ", ".join(sorted(kind.__name__ for kind in self.topics))
            raise NotSupported(f"{self.product} has no stream for {topic}; it has: {offered}")
        if topic.is_wildcard:
            raise NotSupported(f"{self.product} has no all-market streams; name the instruments")
        asked = _of_no_instrument(topic)
        kind = self.kinds.get(asked)
        if kind is None:
            offered = ", ".join(_setting(each) for each in self.kinds if type(each) is type(asked))
            raise NotSupported(f"{self.product} has no {topic}; choose one of: {offered}")
        instrument = instruments[topic.instrument]
        if instrument.product != self.product:
            raise UnknownInstrument(f"{instrument.id!r} belongs to {instrument.product}")
        stream = f"{kind.name}{self.sign}{instrument.symbol}"
        return Channel(stream, kind, kind.make_subject(instrument))


def _setting(topic: InstrumentTopic) -> str:
    """Return what tells a topic of no instrument from others of its kind: ``1m``, ``50``."""
    return str(topic).partition("(")[2].removesuffix(")") or "the usual"


def _of_no_instrument(topic: InstrumentTopic) -> InstrumentTopic:
    """Return ``topic`` without instrument, and without what is done with its events later."""
    if isinstance(topic, BookStates):
        return BookUpdates("", topic.depth)
    plain = {"backfill": False, "closed_only": False}
    named = {name: value for name, value in plain.items() if name in topic.__struct_fields__}
    return msgspec.structs.replace(topic, instrument="", **named)


class ChannelRecordings:
    """How captures of such a product are recognised: by the hosts of their URLs, and by the table.

    Args:
        table: The product's streams.
        hosts: Whose sockets and requests are the product's.
        listing: Path of a request for what is listed.
    """

    def __init__(self, table: ChannelTable, *, hosts: tuple[str, ...], listing: str) -> None:
        self._table = table
        self._hosts = hosts
        self._listing = listing
        self._topics: dict[str, InstrumentTopic] = {}
        for topic, kind in table.kinds.items():
            self._topics.setdefault(kind.name, topic)

    def recognises(self, url: str) -> bool:
        """Whether ``url`` is at one of the product's hosts."""
        host = urlsplit(url).hostname or ""
        return any(host == known or host.endswith(f".{known}") for known in self._hosts)

    def stream(self, name: str, instruments: Instruments) -> tuple[Topic, Channel] | None:
        """Return the topic and channel of a stream; ``None`` for channels and symbols that are not known."""
        channel, _, symbol = name.rpartition(self._table.sign)
        pattern = self._topics.get(channel)
        instrument = instruments.by_symbol(self._table.product, symbol) if pattern else None
        if pattern is None or instrument is None:
            return None
        topic = msgspec.structs.replace(pattern, instrument=instrument.id)
        return topic, self._table.channel(topic, instruments)

    def url(self, url: str) -> RecordedUrl | None:
        """Return what a recorded request asked for; ``None`` unless it was the listing."""
        return RecordedUrl("instruments") if urlsplit(url).path == self._listing else None
