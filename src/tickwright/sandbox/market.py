"""A generated market: any number of instruments, the same for the same seed, moved by whoever holds the clock."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from heapq import heapify, heapreplace

from tickwright.errors import ConfigError, UnknownInstrument
from tickwright.io.entropy import Entropy
from tickwright.model.ids import parse_instrument_id
from tickwright.sandbox.dialects import dialect_of
from tickwright.sandbox.instrument import SimulatedInstrument
from tickwright.venues.dialects import Answer, Frame
from tickwright.venues.facts import Listing
from tickwright.venues.marketrules import MarketRules


__all__ = ["GeneratedMarket", "instrument_ids"]

_PRICES = {
    "BTC": 65_000, "ETH": 3_500, "BNB": 600, "SOL": 150, "XRP": 0.55, "DOGE": 0.12, "ADA": 0.45,
    "LTC": 80, "LINK": 14, "DOT": 6, "AVAX": 28, "TRX": 0.13, "ATOM": 7, "UNI": 9, "NEAR": 5,
}  # fmt: skip
_OPENED_MS = 1_790_000_000_000
_RATE_PER_S = 20.0
_IDLE_STEPS = 2000
_QUIETER = 0.7  # the tenth instrument has a fifth of the first one's events


def instrument_ids(product: str, count: int) -> tuple[str, ...]:
    """Return ``count`` instrument ids of a product (of each, of a site): well-known ones first, invented ones after.

    Example:
        >>> instrument_ids("binance.usdm", 2)
        ('binance:BTC/USDT:USDT', 'binance:ETH/USDT:USDT')
    """
    bases = [*_PRICES, *(f"COIN{number}" for number in range(len(_PRICES), count))][:count]
    dialects = [dialect_of(one) for one in dialect_of(product).products]
    return tuple(dialect.invented(base).id for dialect in dialects for base in bases)


class GeneratedMarket:
    """One product's market, or that of all products of a site, generated.

    It holds no clock and starts nothing: `advance` moves it, and returns the frames of the streams that are
    wanted. The first instruments of a product are the busiest, as on a venue.

    Args:
        product: For example ``binance.spot``; or a site, whose products share addresses and accounts: ``bybit``.
        instruments: Instrument ids, or how many of each product to make up (2 to 500).
        seed: Repeats a market.
        depth: Levels a side, about.
        rate_per_s: Events a second of the busiest instrument; the others have less.
        opened_ms: The market's time at the opening. Left out, it is a fixed one, or the present for a venue that
            runs in real time.

    Raises:
        UnknownInstrument: If an id does not belong to the product.

    Example:
        >>> market = GeneratedMarket("binance.spot", ("binance:BTC/USDT",), seed=7)
        >>> market.want("btcusdt@depth@100ms")
        >>> frames = market.advance(market.now_ms + 1000)
        >>> bids, asks = market.book("BTCUSDT")
        >>> max(bids) < min(asks)
        True
    """

    def __init__(
        self,
        product: str,
        instruments: Sequence[str] | int = 5,
        *,
        seed: int = 7,
        depth: int = 100,
        rate_per_s: float = _RATE_PER_S,
        opened_ms: int | None = None,
    ) -> None:
        self.product = product
        self.dialect = dialect_of(product)
        ids = instrument_ids(product, instruments) if isinstance(instruments, int) else instruments
        if not ids:
            raise ConfigError(f"{product}: a market needs at least one instrument")
        self._ids = ids
        self._seed = seed
        self._depth = depth
        self._rate_per_s = rate_per_s
        self._is_pinned = opened_ms is not None
        self._beats: dict[str, tuple[int, Callable[[int], None]]] = {}
        self.relatives: list[GeneratedMarket] = []
        """Markets whose instruments stand in this one's all-market streams, too."""
        self._open(_OPENED_MS if opened_ms is None else opened_ms)

    def _open(self, opened_ms: int) -> None:
        entropy = Entropy(self._seed)
        self._now_ms = float(opened_ms)
        self._pace = entropy.stream(f"{self.product}/pace")
        self._instruments = [
            self._instrument(instrument_id, entropy, opened_ms) for instrument_id in self._ids
        ]
        self._by_key = {one.listing.key: one for one in self._instruments}
        self._gaps_ms = [
            1000 * (1 + rank) ** _QUIETER / self._rate_per_s for rank in _ranks(self.listings)
        ]
        self._due = [
            (opened_ms + gap * self._pace.random(), rank) for rank, gap in enumerate(self._gaps_ms)
        ]
        heapify(self._due)
        self._publisher = self.dialect.publisher(self)
        for name, (interval_ms, beat) in self._beats.items():
            self._publisher.every(name, interval_ms, beat)
        self._rest = self.dialect.desk(self, self._publisher)

    def _instrument(
        self, instrument_id: str, entropy: Entropy, opened_ms: int
    ) -> SimulatedInstrument:
        name = parse_instrument_id(instrument_id)
        price = _opening_price(name.base, entropy)
        listing = self.dialect.listed(name, price)
        # At least some ticks, so that there is room for bids below.
        raw = max(200, int(price * 10**listing.price_scale)) // listing.tick * listing.tick
        return SimulatedInstrument(
            listing,
            entropy.stream(f"{self.product}/{listing.key}"),
            price=raw,
            depth=self._depth,
            opened_ms=opened_ms,
            has_id_gaps=self.dialect.has_id_gaps,
        )

    def open_at(self, now_ms: int) -> None:
        """Open at this time instead, unless the market was given its time or has moved already."""
        if not self._is_pinned:
            self._open(now_ms)
            self._is_pinned = True

    @property
    def now_ms(self) -> int:
        """The market's time."""
        return int(self._now_ms)

    @property
    def is_over(self) -> bool:
        """False: a generated market goes on for ever."""
        return False

    @property
    def instruments(self) -> Sequence[SimulatedInstrument]:
        """All instruments, busiest first."""
        return self._instruments

    @property
    def listings(self) -> list[Listing]:
        """What is traded here."""
        return [instrument.listing for instrument in self._instruments]

    @property
    def products(self) -> tuple[str, ...]:
        """The products that have instruments here."""
        return tuple(dict.fromkeys(listing.product for listing in self.listings))

    def find(self, symbol: str) -> SimulatedInstrument | None:
        """Return the instrument of that symbol (upper case; see `Listing.key`), if it is listed."""
        return self._by_key.get(symbol)

    def rules(self, symbol: str) -> MarketRules | None:
        """Return what an instrument's orders are held to, ``None`` where orders are not simulated."""
        instrument = self.find(symbol)
        return None if instrument is None else self.dialect.rules(instrument.listing)

    def lists(self, key: str) -> bool:
        """Tell whether there is an instrument of that `Listing.key`."""
        return key in self._by_key

    def book(self, symbol: str) -> tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]:
        """Return the exact bids and asks of this moment, price → quantity.

        Raises:
            UnknownInstrument: If there is no such symbol.
        """
        instrument = self.find(symbol)
        if instrument is None:
            raise UnknownInstrument(f"the market of {self.product} lists no {symbol!r}")
        listing = instrument.listing
        bids, asks = instrument.bids(1 << 30), instrument.asks(1 << 30)
        return (
            {listing.price(price): listing.quantity(amount) for price, amount in bids},
            {listing.price(price): listing.quantity(amount) for price, amount in asks},
        )

    def want(self, stream: str) -> None:
        """Begin to make frames of a stream; one that does not exist is silent."""
        self._publisher.want(stream)

    def unwant(self, stream: str) -> None:
        """Make no more frames of a stream."""
        self._publisher.unwant(stream)

    def greeting(self, stream: str) -> str | None:
        """Return what a new subscriber of a wanted stream is sent at once, if it is sent anything."""
        return self._publisher.greeting(stream)

    def renumber(self, stream: str) -> None:
        """Let a wanted stream's numbers begin anew with its next frame, as after a restart, where they can."""
        self._publisher.renumber(stream)

    def advance(self, to_ms: float) -> list[Frame]:
        """Let the market run until ``to_ms`` and return the frames of wanted streams, in order."""
        return [frame for part in self.run(to_ms) for frame in part]

    def run(self, to_ms: float, *, frames_max: int = 1 << 62) -> Iterator[list[Frame]]:
        """Run until ``to_ms`` as `advance` does, in parts of about ``frames_max`` frames."""
        self._is_pinned = True
        publisher, due, out = self._publisher, self._due, self._publisher.frames
        while True:
            event_ms, rank = due[0]
            beat_ms = publisher.next_ms
            if min(event_ms, beat_ms) > to_ms:
                break
            if beat_ms <= event_ms:
                self._now_ms = max(self._now_ms, beat_ms)
                publisher.beat()
            else:
                self._now_ms = event_ms
                self._instruments[rank].step(int(event_ms))
                # Exponential gaps: events come in clusters, as on a market.
                gap = -math.log(1.0 - self._pace.random()) * self._gaps_ms[rank]
                heapreplace(due, (event_ms + gap, rank))
            if len(out) >= frames_max:
                yield publisher.take()
        self._now_ms = max(self._now_ms, to_ms)
        yield publisher.take()

    def burst(self, frames_max: int) -> list[Frame]:
        """Let things happen at this instant until about so many frames are made; fewer if nobody wants any."""
        publisher, out, instruments = self._publisher, self._publisher.frames, self._instruments
        steps_max = _IDLE_STEPS
        step = 0
        while len(out) < frames_max and step < steps_max:
            instruments[step % len(instruments)].step(self.now_ms)
            step += 1
            # Few steps of few instruments make no frame: many without one mean that none is wanted.
            steps_max = _IDLE_STEPS * (1 + len(out))
        return publisher.take()

    def take(self) -> list[Frame]:
        """Return the frames that were made since they were last taken: by requests, between two advances."""
        return self._publisher.take()

    def every(self, interval_ms: int, beat: Callable[[int], None]) -> None:
        """Call ``beat`` with the market's time at every multiple of an interval."""
        name = f"beat {len(self._beats)}"
        self._beats[name] = (interval_ms, beat)
        self._publisher.every(name, interval_ms, beat)

    def answer(self, method: str, path: str, params: Mapping[str, str]) -> Answer:
        """Return the venue's answer to a REST request."""
        return self._rest.answer(method, path, params)


def _ranks(listings: Sequence[Listing]) -> Iterator[int]:
    """Yield each listing's place among those of its product."""
    seen: Counter[str] = Counter()
    for listing in listings:
        yield seen[listing.product]
        seen[listing.product] += 1


def _opening_price(base: str, entropy: Entropy) -> float:
    invented = 10 ** entropy.stream(f"price/{base}").uniform(-1.5, 2.5)
    return float(_PRICES.get(base, invented))
