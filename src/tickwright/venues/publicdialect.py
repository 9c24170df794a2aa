"""What dialects have in common that serve public data alone: no accounts, no orders, no recordings."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from tickwright.errors import NotSupported, UnknownInstrument, UnknownVenue
from tickwright.model.ids import InstrumentName
from tickwright.venues.channelpublisher import ChannelPublisher, Voice
from tickwright.venues.dialects import (
    Answer,
    BookRecord,
    Conversation,
    Frame,
    RecordedMark,
    RecordedTrade,
    RestDesk,
    Verdict,
)
from tickwright.venues.dialects import Publisher as AnyPublisher
from tickwright.venues.exchangeview import ExchangeView
from tickwright.venues.facts import Listing, MarketView
from tickwright.venues.marketrules import MarketRules
from tickwright.venues.privateside import ApiKey, PrivateMarket, PrivateSide


__all__ = ["PublicDialect", "WindowMeter", "compact", "digits"]

_TURNOVER_DIGITS = 8
_LIMITED = 429


def compact(value: Any) -> str:
    """Return JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def digits(price: float) -> tuple[int, int]:
    """Return the digits of prices, and of quantities, that suit a price.

    Example:
        >>> digits(65_000), digits(0.12)
        ((1, 6), (6, 1))
    """
    magnitude = math.floor(math.log10(price))
    price_scale = max(1, min(7, 5 - magnitude))
    return price_scale, max(0, min(magnitude + 2, _TURNOVER_DIGITS - price_scale))


class WindowMeter:
    """Counts an address's requests in a sliding window; those beyond its limit are refused with 429.

    Args:
        limit: Requests in the window.
        window_ms: How long it is.
    """

    def __init__(self, limit: int, window_ms: int) -> None:
        self.limit = limit
        self.used = 0
        """Counted in the present window."""
        self._window_ms = window_ms
        self._times: deque[int] = deque()

    def take(self, weight: int, now_ms: int) -> Verdict:
        """Count a request, and say whether it is served."""
        times = self._times
        while times and times[0] <= now_ms - self._window_ms:
            times.popleft()
        if weight and len(times) < self.limit:
            times.append(now_ms)
        elif weight:
            return Verdict(_LIMITED, retry_at_ms=times[0] + self._window_ms)
        self.used = len(times)
        return Verdict(200)


class PublicDialect(ABC):
    """The side of a venue that anybody sees; a venue adds its sockets, its REST and its listings.

    Args:
        product: Its one product.
        voice: How its streams speak.
        requests: How many an address may make, and in how many ms.
        connects: The same of connections, in s.
    """

    pong_deadline_s = ping_interval_s = lifetime_s = math.inf
    hosts = ("rest", "ws_public")
    relatives: tuple[str, ...] = ()
    has_greetings = True
    has_id_gaps = True
    maps: frozenset[str] = frozenset()
    """Fields whose objects have symbols or channels as keys."""

    def __init__(
        self, product: str, voice: Voice, *, requests: tuple[int, int], connects: tuple[int, float]
    ) -> None:
        self.name = self.site = product
        self.products = (product,)
        self.venue = product.partition(".")[0]
        self.voice = voice
        self.connects_max, self.connects_window_s = connects
        self._requests = requests

    # What a venue says itself.

    @abstractmethod
    def converse(
        self,
        path: str,
        params: Mapping[str, str],
        *,
        is_flat: bool,
        is_listed: Callable[[str], bool],
    ) -> Conversation:
        """Return a new connection's state."""

    @abstractmethod
    def desk(self, market: MarketView, publisher: AnyPublisher) -> RestDesk:
        """Return what answers requests about a market."""

    @abstractmethod
    def spelled(self, name: InstrumentName) -> str:
        """Return the venue's symbol of an instrument."""

    @abstractmethod
    def resource(self, path: str) -> str:
        """Return what a path asks for."""

    @abstractmethod
    def time_body(self, now_ms: int) -> str:
        """Return the answer to a request for the venue's time."""

    @abstractmethod
    def refusal(self, status: int, now_ms: int, retry_after_s: int | None) -> str:
        """Return the error body that goes with a status."""

    # What most of them share.

    def publisher(self, market: MarketView) -> ChannelPublisher:
        """Return what makes frames of a market's events."""
        return ChannelPublisher(market, self.voice)

    def meter(self) -> WindowMeter:
        """Return a new count of requests."""
        return WindowMeter(*self._requests)

    def invented(self, base: str) -> InstrumentName:
        """Return the usual instrument of a base asset."""
        return InstrumentName(self.venue, base, "USDT")

    def listed(self, name: InstrumentName, price: float) -> Listing:
        """Return how a pair at about that price would be listed.

        Raises:
            UnknownInstrument: If it is of another venue, or no pair.
        """
        if name.venue != self.venue or name.settle is not None:
            raise UnknownInstrument(f"{name.id!r} is no pair of {self.name}")
        price_scale, quantity_scale = digits(price)
        return Listing(
            name=name,
            product=self.name,
            symbol=self.spelled(name),
            price_scale=price_scale,
            quantity_scale=quantity_scale,
            tick=1,
        )

    def of_product(self, product: str) -> PublicDialect:
        """Return itself, if that is its product or its venue.

        Raises:
            UnknownVenue: If it is not.
        """
        if product not in (self.name, self.venue):
            raise UnknownVenue(f"{product!r} has no {self.venue} dialect; there is {self.name}")
        return self

    def family_of(self, stream: str) -> str:
        """Return a stream's name: it has no speed."""
        return stream

    def shutdown_notice(self, now_ms: int) -> Frame | None:
        """Return nothing, unless a venue has a word for it."""
        return None

    def estrange(self, value: Any, word: str) -> None:
        """Add a field that nobody knows to each object, as venues do without a word."""
        if isinstance(value, dict):
            for name, inner in value.items():
                if name in self.maps:
                    self.estrange(list(inner.values()), word)
                else:
                    self.estrange(inner, word)
            value[word] = word
        elif isinstance(value, list):
            for item in value:
                self.estrange(item, word)

    def unheard_of(self, word: str, now_ms: int) -> str:
        """Return a frame of a channel that nobody knows."""
        return compact({"channel": word, "arg": {"channel": word}, "ts": now_ms, "data": [1]})

    def in_asked_unit(self, answer: Answer, headers: Mapping[str, str]) -> Answer:
        """Return an answer as it is: times have one unit."""
        return answer

    def is_snapshot(self, path: str) -> bool:
        """Return False: books begin in their streams."""
        return False

    def aged(self, body: str) -> str:
        """Return a body as it is."""
        return body

    def time_stepped(self, body: str, step_ms: int) -> str:
        """Return an answer of `time_body`, so much later."""
        return self.time_body(self.time_in(json.loads(body)) + step_ms)

    @abstractmethod
    def time_in(self, body: Any) -> int:
        """Return the ms of a decoded answer of `time_body`."""

    def with_pending(self, body: str, count: int) -> str:
        """Return a listing as it is."""
        return body

    # Accounts, orders and recordings: none.

    def rules(self, listing: Listing) -> MarketRules | None:
        """Return nothing: orders are not simulated."""
        return None

    def private_side(
        self, exchange: ExchangeView, market: PrivateMarket, keys: Sequence[ApiKey]
    ) -> PrivateSide | None:
        """Return nothing: there are no accounts."""
        return None

    def taken_apart(self, data: str) -> tuple[str | None, str]:
        """Refuse: recordings of these venues are replayed without a sandbox."""
        raise NotSupported(f"the sandbox plays no recordings of {self.name}; replay them directly")

    def symbol_of(self, stream: str) -> str:
        """Return the symbol in a stream's name."""
        return stream.partition(":")[2]

    def book_family(self, symbol: str) -> str:
        """Return no stream: see `taken_apart`."""
        return ""

    def book_record(self) -> BookRecord:
        """Refuse: see `taken_apart`."""
        raise NotSupported(f"the sandbox plays no recordings of {self.name}")

    def recorded_event(self, stream: str, payload: str) -> RecordedTrade | RecordedMark | None:
        """Return nothing: see `taken_apart`."""
        return None

    def recorded_rules(self, symbols: Iterable[str], info: str | None) -> list[MarketRules]:
        """Return none: see `taken_apart`."""
        return []

    def exchange_info(self, symbols: Iterable[str], now_ms: int) -> str:
        """Return nothing: see `taken_apart`."""
        return "{}"

    def unlisted(self, known: Sequence[str]) -> Answer:
        """Return the answer to a request for what is not there."""
        return Answer(404, self.refusal(404, 0, None))
