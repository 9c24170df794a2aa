"""All products together: finds the feed that a topic belongs to, and has it streamed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tickwright.errors import UnknownInstrument, UnknownVenue, UsageError
from tickwright.marketdata.book import Book
from tickwright.marketdata.feed import Feed
from tickwright.model.ids import parse_instrument_id
from tickwright.model.instrument import Instrument, Instruments
from tickwright.model.topics import (
    BookUpdates,
    InstrumentTopic,
    Notices,
    PrivateTopic,
    Topic,
)


__all__ = ["Market"]


class Market:
    """The feeds of a connector.

    Args:
        feeds: One a product.
    """

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self.feeds = tuple(feeds)

    def feed_of(self, instrument_id: str) -> Feed:
        """Return the feed of an instrument id, or of ``<product>:*``, by its form alone.

        Raises:
            UnknownInstrument: If the text is no id, or no product trades such a thing.
            UnknownVenue: If its venue is not open.
        """
        for feed in self.feeds:
            if feed.product.owns(instrument_id):
                return feed
        venue = instrument_id.partition(":")[0]
        if not instrument_id.endswith(":*"):
            venue = parse_instrument_id(instrument_id).venue
        names = sorted(feed.product.name for feed in self.feeds)
        if venue not in {feed.product.venue for feed in self.feeds}:
            raise UnknownVenue(
                f"{instrument_id!r}: {venue!r} is not open here; open are {', '.join(names)}"
            )
        raise UnknownInstrument(
            f"{instrument_id!r}: none of {', '.join(names)} trades such an instrument"
        )

    def resolve(self, topics: Iterable[Topic]) -> dict[Feed, list[Topic]]:
        """Sort topics by feed; `Notices` and those about one's own account need none.

        Raises:
            UnknownInstrument, UnknownVenue: As `feed_of`.
        """
        by_feed: dict[Feed, list[Topic]] = {}
        for topic in topics:
            if isinstance(topic, InstrumentTopic):
                by_feed.setdefault(self.feed_of(topic.instrument), []).append(topic)
            elif not isinstance(topic, Notices | PrivateTopic):
                raise UsageError(
                    f"{topic!r} is no topic; write for example Trades('binance:BTC/USDT')"
                )
        return by_feed

    async def acquire(self, topics: Iterable[Topic], *, is_redundant: bool = False) -> None:
        """Have ``topics`` streamed, each call to be matched by a `release`; all of them or none.

        Raises:
            UnknownInstrument, UnknownVenue, NotSupported: Before anything is subscribed.
            ConnectivityError, VenueError: If a venue's listings cannot be had.
        """
        by_feed = self.resolve(topics)
        for feed in by_feed:
            await feed.list_instruments()
        _acquire(by_feed, is_redundant=is_redundant)

    def acquire_nowait(self, topics: Iterable[Topic], *, is_redundant: bool = False) -> bool:
        """Do as `acquire` if the listings are loaded; return False, having done nothing, if they are not.

        Raises:
            UnknownInstrument, UnknownVenue, NotSupported: As `acquire`.
        """
        by_feed = self.resolve(topics)
        if not all(len(feed.instruments) for feed in by_feed):
            return False
        _acquire(by_feed, is_redundant=is_redundant)
        return True

    def release(self, topics: Iterable[Topic]) -> None:
        """Take one `acquire` back."""
        for feed, wanted in self.resolve(topics).items():
            feed.release(wanted)

    async def book(
        self,
        instrument_id: str,
        *,
        depth: int | None = None,
        timeout_s: float | None,
        is_redundant: bool = False,
    ) -> Book:
        """Return the local book of an instrument once it can be read.

        Raises:
            ConnectTimeout: If it is not synced within ``timeout_s``.
            SubscriptionRefused: If the venue refuses its stream.
        """
        topic = BookUpdates(instrument_id, depth)
        await self.acquire([topic], is_redundant=is_redundant)
        book = self.feed_of(instrument_id).book_pipe(instrument_id, depth).view
        try:
            await book.wait_readable(timeout_s)
        except BaseException:
            self.release([topic])
            raise
        return book

    async def instrument(self, instrument_id: str) -> Instrument:
        """Return an instrument and its rules.

        Raises:
            UnknownInstrument: If it is not listed; the error names the nearest that are.
        """
        for feed in self.feeds:
            found = feed.instruments.get(instrument_id)
            if found is not None:
                return found
        return (await self.feed_of(instrument_id).list_instruments())[instrument_id]

    async def instruments(self, product: str | None = None) -> Instruments:
        """Return everything listed, of one product (``binance.spot``), one venue, or all that are open."""
        found = Instruments()
        for feed in self.feeds:
            if product is None or product in (feed.product.name, feed.product.venue):
                found.update(await feed.list_instruments())
        return found


def _acquire(by_feed: Mapping[Feed, Sequence[Topic]], *, is_redundant: bool) -> None:
    """Acquire all topics or none."""
    for feed, wanted in by_feed.items():
        for topic in wanted:
            feed.check(topic)
    for feed, wanted in by_feed.items():
        feed.acquire(wanted, is_redundant=is_redundant)
