"""The REST client: turns a `RestCall` into its answer, whatever it takes, and never past a limit.

Every attempt goes through the user's middlewares, then through the gate of its host (limits, bans,
breaker), then to the transport. Reads are tried again after failures that the next try may not
meet; what changes something at the venue is sent once, and its caller learns whether it may have
been carried out (`ConnectTimeout` and `ConnectFailed`: certainly not; `RequestTimeout`,
`ConnectionLost` and 5xx: perhaps).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import TypeVar

import msgspec

from tickwright.core.breaker import Breaker
from tickwright.core.clocksync import ClockSync
from tickwright.core.ratelimit import RateLimiter, RateUsage
from tickwright.core.restart import RestartDelays, RestartPolicy
from tickwright.errors import (
    ConfigError,
    ConnectivityError,
    DecodeError,
    NoCredentials,
    NotSupported,
    RateLimited,
    TimestampRefused,
    VenueError,
    VenueRejected,
)
from tickwright.io.clock import Clock
from tickwright.io.gate import SERVER_ERROR, HostGate
from tickwright.io.http import (
    HttpRequest,
    HttpResponse,
    HttpTimeouts,
    HttpTransport,
    Middleware,
    retry_after_s,
    with_middlewares,
)
from tickwright.io.redact import HIDDEN, host_of
from tickwright.io.venueclock import VenueClock
from tickwright.venues.base import Product, RestAuth, RestCall, Security
from tickwright.venues.querystring import query_of
from tickwright.venues.signing import Signer


__all__ = ["Leaving", "RestClient", "RestPolicy", "RestStatus"]

T = TypeVar("T")

Leaving = Callable[[], None]
"""Asked after all waiting, at the last moment before something is written; what it raises keeps it from leaving."""

_OK = 200
_EXCERPT_BYTES = 200
_KEY_BYTES_MIN = 8
"""Of a key that is looked for in texts: venues' have 18 and more, and a shorter one would be found in words."""
_SMOOTHING = 0.2
"""Weight of the newest latency in the smoothed one: ten answers make a new picture."""


class RestPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How patient the client is."""

    attempts_max: int = 3
    """Of a read, refusals by the venue included. What three tries do not bring, a minute may: that is the caller's."""
    retry: RestartPolicy = RestartPolicy(first_s=0.25, max_s=5.0)
    """Delays between them."""
    timeouts: HttpTimeouts = HttpTimeouts()


class RestStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The client at a glance."""

    host: str
    usage: RateUsage
    """Of the limits, with the calls that wait, and how long the host wants silence."""
    breaker: str
    """``closed`` is good, ``open`` and ``half-open`` hold requests back."""
    in_flight: int
    requests: int
    failures: int
    """Requests without answer, or with 5xx."""
    latency_s: float | None
    """Smoothed, from the request's writing to the answer's beginning."""
    clock_offset_ns: int | None
    """To be added to our wall clock to have the venue's."""
    clock_error_ns: int | None
    last_error: str | None
    last_error_ts_ns: int | None


class RestClient:
    """Calls one product over REST.

    Args:
        product: Whose calls they are; reads errors.
        origin: ``https://api.binance.com``.
        transport: Sends.
        clock: Both clocks.
        rng: For the jitter of delays.
        limiter: The limits of the host; pass ``gate`` instead to share one host among several
            clients.
        breaker: Holds back what fails again and again.
        gate: Of another client of the same host (`RestClient.gate`).
        middlewares: Around every attempt, the first one outermost.
        policy: Attempts and timeouts.
        signer: Of the account that calls are made for; only public ones without.

    Example:
        >>> rest = RestClient(SPOT, "https://api.binance.com", transport, clock=clock, rng=rng)
        >>> snapshot = await rest.call(SPOT.book.snapshot(instrument))
    """

    def __init__(
        self,
        product: Product,
        origin: str,
        transport: HttpTransport,
        *,
        clock: Clock,
        rng: Random,
        limiter: RateLimiter | None = None,
        breaker: Breaker | None = None,
        gate: HostGate | None = None,
        middlewares: Sequence[Middleware] = (),
        policy: RestPolicy | None = None,
        signer: Signer | None = None,
    ) -> None:
        limits = product.rest_limits
        self.gate = gate or HostGate(
            host_of(origin), limits, limiter or RateLimiter(limits), breaker or Breaker(), clock
        )
        self._product = product
        self._origin = origin.rstrip("/")
        self._transport = transport
        self._clock = clock
        self._rng = rng
        self._middlewares = middlewares
        self._policy = policy or RestPolicy()
        self._signer = signer
        self._requests = 0
        self._failures = 0
        self._latency_s: float | None = None
        self._last_error: tuple[str, int] | None = None
        self.venue_clock = VenueClock(self.clock_sync, self._sample_time, clock, rng)
        """Asked by every signed call; its `run` is to be run by somebody who owns tasks."""

    @property
    def clock_sync(self) -> ClockSync:
        """The venue's clock, as far as `sync_clock` has found it out."""
        return self.gate.clock_sync

    async def call(
        self,
        call: RestCall[T],
        *,
        deadline_s: float | None = None,
        leaving: Leaving | None = None,
    ) -> T:
        """Return the answer to ``call``.

        Args:
            call: What to ask.
            deadline_s: Give up after that; ``None`` waits for limits and bans as long as they last.
            leaving: Has the last word.

        Raises:
            ConnectivityError: No answer, in ``attempts_max`` tries for a read.
            VenueError: The venue said no.
            RateLimited: It said so because of a limit, or the wait for one exceeds ``deadline_s``.
            DecodeError: The answer does not say what it must.
            CircuitOpen: The host has failed too often and is left alone for a while.
            ConfigError: There is no address to call.
            NoCredentials: It needs a key, and there is none.
            CommandDenied: ``leaving`` said no; nothing was sent.
        """
        answer, _ = await self._call(call, deadline_s, leaving)
        return answer

    def read(self, call: RestCall[T], response: HttpResponse) -> T:
        """Return what an answer says that came another way, over a socket; it is read, counted and obeyed as one of REST.

        Args:
            call: What was asked.
            response: The answer, in the form of HTTP.

        Raises:
            VenueError: The venue said no.
            DecodeError: The answer does not say what it must.
        """
        where = f"{call.method} {call.path}"
        if self._is_fine(call, response, where):
            return self._decode(call.decode, response, where)
        try:
            return self._read(call, response, where)
        except VenueError as refusal:
            self._note(refusal)
            if isinstance(refusal, TimestampRefused):
                self.venue_clock.distrust()
            raise

    async def pages(self, call: RestCall[list[T]]) -> list[T]:
        """Return the rows of all pages, beginning with the one that ``call`` asks for; raises what `call` raises."""
        rows: list[T] = []
        page: RestCall[list[T]] | None = call
        while page is not None:
            answer, response = await self._call(page, None)
            rows += answer
            page = None if page.next_page is None or not answer else page.next_page(response.body)
        return rows

    async def sync_clock(self, samples: int = 1) -> None:
        """Ask for the venue's time, so that `clock_sync` knows it better; raises what `call` raises."""
        for _ in range(samples):
            await self._sample_time()

    async def _sample_time(self) -> None:
        call = self._product.calls.server_time()
        server_ts_ns, response = await self._call(call, None)
        self.clock_sync.add(response.sent_mono_ns, server_ts_ns, response.received_mono_ns)

    def status(self) -> RestStatus:
        """Return the client at a glance."""
        mono_ns = self._clock.monotonic_ns()
        error, error_ts_ns = self._last_error or (None, None)
        return RestStatus(
            host=self.gate.host,
            usage=self.gate.usage(),
            breaker=self.gate.breaker.state.value,
            in_flight=self.gate.in_flight,
            requests=self._requests,
            failures=self._failures,
            latency_s=self._latency_s,
            clock_offset_ns=self.clock_sync.offset_ns(mono_ns, self._clock.time_ns()),
            clock_error_ns=self.clock_sync.error_ns(mono_ns),
            last_error=error,
            last_error_ts_ns=error_ts_ns,
        )

    async def _call(
        self, call: RestCall[T], deadline_s: float | None, leaving: Leaving | None = None
    ) -> tuple[T, HttpResponse]:
        if call.security is not Security.PUBLIC:
            self._auth_of(call)
        if call.security is Security.SIGNED:
            await self.venue_clock.known()
        where = f"{call.method} {call.path}"
        give_up_s = None if deadline_s is None else self._clock.monotonic_s() + deadline_s
        request = self._request(call)
        attempt = with_middlewares(
            partial(self._attempt, call, where, give_up_s, leaving), self._middlewares
        )
        delays = RestartDelays(self._policy.retry, self._rng)
        is_read = call.method == "GET" and call.is_idempotent
        for tries_left in reversed(range(self._policy.attempts_max if is_read else 1)):
            failure: ConnectivityError | VenueError
            try:
                response = await attempt(request)
            except ConnectivityError as error:
                failure = error
            else:
                try:
                    return self._read(call, response, where), response
                except VenueError as error:
                    failure = error
            self._note(failure)
            if isinstance(failure, TimestampRefused) and call.security is Security.SIGNED:
                await self.venue_clock.relearn()
            delay_s = self._delay_s(failure, delays)
            if tries_left == 0 or delay_s is None or self._is_too_late(delay_s, give_up_s):
                raise failure
            await asyncio.sleep(delay_s)
        raise AssertionError("unreachable: the last try returns or raises")

    async def _attempt(
        self,
        call: RestCall[T],
        where: str,
        give_up_s: float | None,
        leaving: Leaving | None,
        request: HttpRequest,
    ) -> HttpResponse:
        """Send once, when the gate opens, and tell the gate what came of it."""
        async with self.gate.passage(call.costs, call.priority, where, give_up_s):
            if leaving is not None:
                leaving()
            self._requests += 1
            try:
                response = await self._transport.send(self._sealed(call, request))
            except ConnectivityError:
                self._failures += 1
                self.gate.failed()
                raise
        self._failures += response.status >= SERVER_ERROR
        latency_s = (response.received_mono_ns - response.sent_mono_ns) / 1e9
        known_s = latency_s if self._latency_s is None else self._latency_s
        self._latency_s = known_s + _SMOOTHING * (latency_s - known_s)
        error = self._product.error(response.status, response.body, where)
        silent_s, is_refusal = self._wished(call, error, response)
        self.gate.answered(response, silent_s, is_refusal=is_refusal)
        return response

    def _sealed(self, call: RestCall[T], request: HttpRequest) -> HttpRequest:
        """Return the request as it is written now: signed and stamped after all waiting (G19)."""
        if call.security is Security.PUBLIC:
            return request
        auth, signer = self._auth_of(call)
        target, _, query = request.url.partition("?")
        now_ms = self.venue_clock.now_ms()
        seal = auth.seal(query, request.body, signer, now_ms, security=call.security)
        url = f"{target}?{seal.query}" if seal.query else target
        return msgspec.structs.replace(request, url=url, headers=request.headers + seal.headers)

    def _auth_of(self, call: RestCall[T]) -> tuple[RestAuth, Signer]:
        name, venue = self._product.name, self._product.venue
        if self._product.auth is None:
            raise NotSupported(f"{name} takes no signed requests here ({call.method} {call.path})")
        if self._signer is None:
            raise NoCredentials(
                f"{name}: {call.method} {call.path} needs an API key; set TICKWRIGHT_{venue.upper()}__KEY"
                f" and TICKWRIGHT_{venue.upper()}__SECRET"
            )
        return self._product.auth, self._signer

    def _is_fine(self, call: RestCall[T], response: HttpResponse, where: str) -> bool:
        """Tell the gate of an answer that came another way, and return whether it is no refusal.

        A refusal as the venue writes it may quote the key: it must be no variable of a function that raises (G30).
        """
        error = self._product.error(response.status, response.body, where)
        silent_s, is_refusal = self._wished(call, error, response)
        self.gate.counted(response, silent_s, is_refusal=is_refusal)
        return error is None and response.status == _OK

    def _wished(
        self, call: RestCall[T], error: VenueError | None, response: HttpResponse
    ) -> tuple[float | None, bool]:
        """Return what `_silence_in` does; no silence where it is known which of the call's limits is used up."""
        if isinstance(error, RateLimited) and self.gate.used_up(call.costs, error.code, response):
            return None, False
        return _silence_in(error, response)

    def _read(self, call: RestCall[T], response: HttpResponse, where: str) -> T:
        """Return what an answer says; raise the refusal that it is."""
        failure = self._refusal_in(response, where)
        if failure is None:
            return self._decode(call.decode, response, where)
        if isinstance(failure, VenueRejected) and call.read_refusal is not None:
            told = self._decode(call.read_refusal, response, where)
            if told is not None:
                return told
        raise failure

    def _refusal_in(self, response: HttpResponse, where: str) -> VenueError | None:
        failure = self._failure_in(response.status, response.body, where)
        if failure is not None and self._signer is not None:
            # Some venues quote the key that they refuse, and pages of proxies the whole request (G30).
            key = self._signer.key.reveal().encode()
            if len(key) >= _KEY_BYTES_MIN and key in response.body:
                body = response.body.replace(key, HIDDEN.encode())
                return self._failure_in(response.status, body, where)
        return failure

    def _failure_in(self, status: int, body: bytes, where: str) -> VenueError | None:
        error = self._product.error(status, body, where)
        if isinstance(error, RateLimited) or self.gate.is_refusal(status):
            code = error.code if isinstance(error, RateLimited) else None
            return self.gate.refusal(where, _excerpt(body), code)
        if body.lstrip()[:1] == b"<":
            text = (
                f"{self.gate.host} answered HTML instead of JSON; "
                "check the address, and whether a proxy or firewall answers in its place"
            )
            return VenueRejected(status, None, text, where)
        if error is not None:
            return error
        return None if status == _OK else VenueRejected(status, None, _excerpt(body), where)

    def _decode(self, decode: Callable[[bytes, int], T], response: HttpResponse, where: str) -> T:
        try:
            return decode(response.body, response.received_ts_ns)
        except DecodeError as error:
            named = DecodeError(f"{self.gate.host}: {where}: {error.what}", error.offset)
            self._note(named)
            raise named from error

    def _delay_s(
        self, failure: ConnectivityError | VenueError, delays: RestartDelays
    ) -> float | None:
        """Return when to try again, ``None`` if the next try would meet the same failure."""
        if isinstance(failure, RateLimited | TimestampRefused):
            return 0.0  # the gate holds it back for as long as the venue asked; the clock was set
        if isinstance(failure, ConnectivityError) or (
            isinstance(failure, VenueRejected) and failure.status >= SERVER_ERROR
        ):
            return delays.failed(self._clock.monotonic_s())
        return None

    def _is_too_late(self, delay_s: float, give_up_s: float | None) -> bool:
        return give_up_s is not None and self._clock.monotonic_s() + delay_s > give_up_s

    def _request(self, call: RestCall[T]) -> HttpRequest:
        if not self._origin:
            raise ConfigError(
                f"{self._product.name} has no REST address here; set its endpoint 'rest'"
            )
        url = self._origin + call.path
        if call.params:
            url += f"?{query_of(call.params)}"
        return HttpRequest(
            method=call.method, url=url, body=call.body, timeouts=self._policy.timeouts
        )

    def _note(self, error: Exception) -> None:
        self._last_error = (str(error), self._clock.time_ns())


def _silence_in(error: VenueError | None, response: HttpResponse) -> tuple[float | None, bool]:
    """Return how long the venue wants to be left alone, if it says so, and whether it turns us away at all."""
    if error is None and response.status == _OK:
        return None, False
    named_s = retry_after_s(response.headers)
    if not isinstance(error, RateLimited):
        return named_s, False
    if error.retry_at_ns > response.received_ts_ns:
        in_text_s = (error.retry_at_ns - response.received_ts_ns) / 1e9
        named_s = max(named_s or 0.0, in_text_s)
    return named_s, True


def _excerpt(body: bytes) -> str:
    """Return the beginning of ``body`` as one line."""
    return " ".join(body[:_EXCERPT_BYTES].decode(errors="replace").split())
