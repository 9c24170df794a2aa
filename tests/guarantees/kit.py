"""A venue without sockets: the sandbox's markets, rules and faults behind fake ports, on virtual time.

`MemoryVenue` is for what takes long or must repeat itself exactly; ``LoopbackVenue`` is the same on real sockets.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Sequence
from decimal import Decimal
from random import Random
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlsplit

from tickwright.app.assembly import Ports
from tickwright.app.config import Settings
from tickwright.app.connector import Connector
from tickwright.io.clock import Clock
from tickwright.io.http import HttpRequest
from tickwright.io.websocket import WebSocketTransport
from tickwright.marketdata.book import Book
from tickwright.model.topics import Topic
from tickwright.sandbox.counter import FrameCounter
from tickwright.sandbox.faults import EOF, Faults
from tickwright.sandbox.market import GeneratedMarket
from tickwright.sandbox.switchboard import Switchboard
from tickwright.testing.http import FakeHttp, Reply
from tickwright.testing.memory import MemoryNetwork, MemoryPeer
from tickwright.testing.virtual_time import VirtualClock
from tickwright.venues.base import Endpoints
from tickwright.venues.dialects import Conversation, Frame


__all__ = [
    "BTC",
    "BTC_PERP",
    "ETH",
    "Collected",
    "MemoryVenue",
    "Sides",
    "acquire",
    "catches_up",
    "in_background",
    "sides_of",
    "spot",
    "until",
    "usdm",
]

BTC, ETH, BTC_PERP = "binance:BTC/USDT", "binance:ETH/USDT", "binance:BTC/USDT:USDT"

T = TypeVar("T")

Sides = tuple[dict[Decimal, Decimal], dict[Decimal, Decimal]]

_NEVER_S = 1e9


def spot(*ids: str, **options: Any) -> GeneratedMarket:
    """Return a small spot market, of BTC alone unless told otherwise."""
    return GeneratedMarket("binance.spot", ids or (BTC,), **{"depth": 20, **options})


def usdm(*ids: str, **options: Any) -> GeneratedMarket:
    """Return a small USD-M market, of the BTC perpetual alone unless told otherwise."""
    return GeneratedMarket("binance.usdm", ids or (BTC_PERP,), **{"depth": 20, **options})


def sides_of(book: Book) -> Sides:
    """Return all levels of a book, price → quantity."""
    return dict(book.bids()), dict(book.asks())


class Collected:
    """A handler that keeps what it gets."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def __call__(self, event: Any) -> None:
        self.events.append(event)

    def of(self, *kinds: type) -> list[Any]:
        """Return the events of these types, in order."""
        return [event for event in self.events if isinstance(event, kinds)]


class MemoryVenue:
    """Some products' venues behind fake ports; must be made and entered on a virtual loop.

    Args:
        markets: One per product; they move in steps of 100 ms unless told otherwise.
        latency_s: One way, of every WebSocket frame.
        step_s: How often the markets move.

    Attributes:
        faults: Product → what goes wrong there.
        network, http: The ports.
        truth: Symbol → update id → the exact book there, from `keep_truth` on.
    """

    def __init__(
        self, *markets: GeneratedMarket, latency_s: float = 0.0, step_s: float = 0.1
    ) -> None:
        self.clock = VirtualClock()
        self.network = MemoryNetwork(latency_s=latency_s, on_accept=self._accept)
        self.http = FakeHttp(self._reply, clock=self.clock)
        self.faults = {market.product: Faults() for market in markets}
        self.markets = {market.product: market for market in markets}
        self.lines: list[_Line] = []
        self._true_product = ""
        self.truth: defaultdict[str, dict[int, Sides]] = defaultdict(dict)
        self.is_moving = True
        self._step_s = step_s
        self.boards = {
            product: Switchboard(market, self.faults[product], self.clock, _nothing)
            for product, market in self.markets.items()
        }
        self._meters = {product: market.dialect.meter() for product, market in self.markets.items()}
        self._driver: asyncio.Task[None] | None = None

    @property
    def endpoints(self) -> dict[str, Endpoints]:
        """Where the products are found."""
        return {
            product: Endpoints(rest=f"http://{product}", ws_public=f"ws://{product}")
            for product in self.markets
        }

    def connector(
        self,
        *venues: str,
        clock: Clock | None = None,
        websockets: WebSocketTransport | None = None,
        **settings: Any,
    ) -> Connector:
        """Return a connector to this venue, to be entered."""
        ports = Ports(
            clock=clock or self.clock,
            rng=Random(7),
            websockets=websockets or self.network,
            http=self.http,
        )
        return Connector.open(
            *(venues or self.markets),
            settings=Settings(endpoints=self.endpoints, **settings),
            ports=ports,
        )

    async def __aenter__(self) -> Self:
        for market in self.markets.values():
            market.open_at(self._now_ms)
        self._driver = asyncio.get_running_loop().create_task(self._drive(), name="memory venue")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._driver is not None
        self._driver.cancel()
        await asyncio.wait({self._driver})
        for line in self.lines:
            line.silence()
        if not self._driver.cancelled():
            self._driver.result()

    def book(self, symbol: str) -> Sides:
        """Return the exact book of this moment."""
        market = next(each for each in self.markets.values() if each.find(symbol) is not None)
        return market.book(symbol)

    @property
    def open_lines(self) -> list[_Line]:
        """The connections that have not ended."""
        return [line for line in self.lines if not line.peer.is_closed]

    def keep_truth(self, product: str) -> None:
        """Remember every book of a product from now on, see `truth`."""
        self._true_product = product
        self._note(self.markets[product])

    def forget_stream(self, product: str, stream: str) -> None:
        """Let a stream fall silent for all who subscribed to it, until they subscribe again."""
        for line in self.open_lines:
            line.conversation.answer(
                f'{{"method":"UNSUBSCRIBE","params":["{stream}"],"id":0}}', now_ms=0, refused={}
            )
            self.boards[product].resubscribed(line, (), (stream,))  # type: ignore[arg-type]  # as in _Line

    def close_all(self, code: int) -> None:
        """End every connection."""
        for line in self.open_lines:
            line.close(code)

    def paths(self, since_s: float = 0.0) -> list[str]:
        """Return the paths of all requests that left at ``since_s`` or later."""
        return [
            urlsplit(sent.request.url).path for sent in self.http.requests if sent.at_s >= since_s
        ]

    # How it works.

    @property
    def _now_ms(self) -> int:
        # Whole steps, so that a depth frame and the book after it tell of the same moment.
        return self.clock.time_ns() // 100_000_000 * 100

    async def _drive(self) -> None:
        while True:
            await asyncio.sleep(self._step_s)
            if not self.is_moving:
                continue
            for product, market in self.markets.items():
                if self._true_product == product:
                    frames = self._advance_noting(market)
                else:
                    frames = market.advance(self._now_ms)
                self.boards[product].publish(frames)

    def _advance_noting(self, market: GeneratedMarket) -> list[Frame]:
        """Go from one depth frame to the next, however late the step comes, and note the book at each."""
        frames: list[Frame] = []
        for now_ms in range(market.now_ms // 100 * 100 + 100, self._now_ms + 1, 100):
            frames += market.advance(now_ms)
            self._note(market)
        return frames

    def _note(self, market: GeneratedMarket) -> None:
        for instrument in market.instruments:
            symbol = instrument.listing.symbol
            self.truth[symbol][instrument.update_id] = market.book(symbol)

    def _accept(self, peer: MemoryPeer) -> None:
        url = urlsplit(peer.url)
        board = self.boards[url.netloc]
        conversation = board.dialect.converse(
            url.path,
            dict(parse_qsl(url.query)),
            is_flat=False,
            is_listed=lambda _: True,
        )
        self.lines.append(_Line(peer, board, conversation))

    def _reply(self, request: HttpRequest) -> Reply:
        url = urlsplit(request.url)
        market, faults = self.markets[url.netloc], self.faults[url.netloc]
        if faults.rest_black_hole:
            return Reply(delay_s=_NEVER_S)
        now_ms = self.clock.time_ns() // 1_000_000
        if faults.rest_status is not None:
            wait_s = faults.retry_after_s
            body = market.dialect.refusal(faults.rest_status, now_ms, wait_s)
            headers = {} if wait_s is None else {"retry-after": str(wait_s)}
            return Reply(faults.rest_status, (faults.rest_body or body).encode(), headers)
        answer = market.answer(request.method, url.path, dict(parse_qsl(url.query)))
        verdict = self._meters[url.netloc].take(answer.weight, now_ms)
        headers = {name.lower(): value for name, value in verdict.headers.items()}
        if verdict.status != 200:
            return Reply(verdict.status, verdict.body.encode(), headers)
        status, body, delay_s = answer.status, answer.body, faults.rest_delay_s
        if market.dialect.resource(url.path) == "time":
            body = market.dialect.time_body(now_ms)  # the market itself moves in steps
        if market.dialect.is_snapshot(url.path):
            delay_s += faults.snapshot_delay_s
            if faults.take("snapshot_failures"):
                status, body = 503, market.dialect.refusal(503, 0, None)
            elif faults.take("snapshot_html"):
                body = "<html>Bad Gateway</html>"
            elif faults.take("snapshot_old"):
                body = market.dialect.aged(body)
        return Reply(status, body.encode(), headers, delay_s)


class _Line:
    """The venue's end of one connection: what ``sandbox.connection.Connection`` is on real sockets."""

    def __init__(self, peer: MemoryPeer, board: Switchboard, conversation: Conversation) -> None:
        self.peer = peer
        self.conversation = conversation
        self.outbox: list[bytes] = []
        self.frames_sent = 0
        self.frame_times_s: list[float] = []
        self.pong_delays_s: list[float] = []
        self.waiting_bytes = 0
        self.writable = asyncio.Event()
        self._pings_s: deque[float] = deque()
        self._board = board
        self._loop = asyncio.get_running_loop()
        self._counter = FrameCounter(conversation.allowance.frames_per_s)
        self._deadline: asyncio.TimerHandle | None = None
        self._beat = self._loop.call_later(board.ping_interval_s, self._ping)
        peer.answers_pings = False
        peer.connection.is_closed  # noqa: B018 - it must be there
        self._receive = peer._receive
        peer._receive = self._take  # type: ignore[method-assign]  # to hear control frames, too
        board.joined(self)  # type: ignore[arg-type]  # it does what a Connection does
        if board.faults.close_on_open is not None:
            self.close(board.faults.close_on_open)

    def _take(self, kind: Any, payload: bytes) -> None:
        faults = self._board.faults
        self._receive(kind, payload)
        if kind == "close":
            self.silence()
            return
        self.frame_times_s.append(self._loop.time())
        if not self._counter.take(self._loop.time()) and faults.is_strict:
            self.close(1008, "Too many requests")
        elif kind == "ping" and not faults.black_hole:
            self.peer.pong(payload)
        elif kind == "pong":
            if self._pings_s:
                self.pong_delays_s.append(self._loop.time() - self._pings_s.popleft())
            if self._deadline is not None:
                self._deadline.cancel()
        elif kind == "text":
            self._answer(payload.decode())

    def _answer(self, text: str) -> None:
        faults = self._board.faults
        reply = self.conversation.answer(text, now_ms=self._board.time_ms(), refused=faults.refuse)
        if reply.added and faults.close_on_subscribe is not None:
            self.close(faults.close_on_subscribe)
            return
        if not faults.no_ack and not faults.black_hole:
            self.peer.push(reply.text)
        self._board.resubscribed(self, reply.added, reply.removed)  # type: ignore[arg-type]  # as above

    def _ping(self) -> None:
        if self.peer.is_closed:
            self.silence()
            return
        if not self._board.faults.black_hole:
            self._pings_s.append(self._loop.time())
            self.peer.ping(b"venue")
            if self._deadline is not None:
                self._deadline.cancel()
            deadline_s = self._board.pong_deadline_s
            self._deadline = self._loop.call_later(deadline_s, self.close, 1008, "Pong timeout")
        self._beat = self._loop.call_later(self._board.ping_interval_s, self._ping)

    def flush(self) -> None:
        """Send what was put into the outbox."""
        frames, self.outbox = self.outbox, []
        if self.peer.is_closed:
            self.silence()
        elif not self._board.faults.black_hole:
            self.peer.push(*map(_payload, frames))

    def close(self, code: int, reason: str = "") -> None:
        """End the connection with a code, or with none (`EOF`)."""
        self.silence()
        if code == EOF:
            self.peer.drop()
        else:
            self.peer.close(code, reason)

    def silence(self) -> None:
        """Do nothing by itself any more."""
        self._beat.cancel()
        if self._deadline is not None:
            self._deadline.cancel()
        self._board.left(self)  # type: ignore[arg-type]  # as above


def _payload(frame: bytes) -> bytes:
    """Return what a server's unmasked text frame carries."""
    return frame[{126: 4, 127: 10}.get(frame[1], 2) :]


def _nothing() -> None:
    """Nobody waits for anything here."""


def in_background(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Run a coroutine beside the test, which awaits it or lets it end with the connector."""
    return asyncio.get_running_loop().create_task(coroutine)


async def until(condition: Callable[[], object], within_s: float = 30.0) -> float:
    """Sleep in steps of 50 ms until something holds, and return how long it took.

    Raises:
        TimeoutError: If it does not in time.
    """
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    async with asyncio.timeout(within_s):
        while not condition():
            await asyncio.sleep(0.05)
    return loop.time() - began_s


async def catches_up(book: Book, venue: MemoryVenue) -> None:
    """Wait until all levels of ``book`` equal the venue's at the same moment."""
    await until(lambda: sides_of(book) == venue.book(book.instrument.symbol), 10)


async def acquire(connector: Connector, topics: Sequence[Topic]) -> Collected:
    """Attach one collecting handler to all of ``topics`` and wait until they are asked for."""
    collected = Collected()
    for topic in topics:
        await connector.on(topic, collected).wait_acquired()
    return collected
