"""Every exception that Tickwright raises.

::

    TickwrightError
    ├── UsageError                 you asked for something that cannot be
    │   ├── ConfigError            a setting is missing, malformed or contradicts another
    │   ├── InvalidNumber          a float, NaN, infinity, or a wrong precision
    │   ├── UnknownInstrument      no such instrument id on the venue
    │   ├── UnknownVenue           no such venue or product in the registry
    │   ├── NotSupported           the venue does not offer this (raised before any I/O)
    │   ├── NoCredentials          this needs an API key, and there is none (raised before any I/O)
    │   ├── CommandDenied          a limit of yours, a rule or the kill switch forbids it (nothing was sent)
    │   └── Closed                 the object was closed by its owner
    ├── ConnectivityError          expected on a network: the session reconnects by itself
    │   ├── ConnectTimeout         no connection within the time allowed
    │   ├── ConnectFailed          refused, unresolvable, or no TLS
    │   │   └── HandshakeRefused   the host answered the WebSocket handshake with an HTTP error status
    │   ├── ConnectionLost         an open connection ended (close code and reason inside)
    │   └── RequestTimeout         an HTTP request went unanswered
    ├── VenueError                 the venue answered, and the answer is no
    │   ├── VenueRejected          an error body with the venue's own code and text
    │   │   ├── CredentialsRefused   the venue does not take the key, or not for this
    │   │   └── TimestampRefused   a signed request was too old or from the future, and was not carried out
    │   ├── RateLimited            429: over a limit; nothing leaves before ``retry_at_ns``
    │   │   └── Banned             418 / 403: the address is banned until ``retry_at_ns``
    │   └── SubscriptionRefused    a stream was refused; carries the venue's text
    ├── DecodeError                bytes that do not say what they must (offset inside)
    │   └── CaptureError           a capture file that cannot be read at this line
    ├── IllegalTransition          a machine met an event its table does not have: a bug
    ├── StoreError                 a journal that cannot be opened, read or written
    ├── CircuitOpen                the breaker holds requests to a failing host back
    ├── TooManyRestarts            a supervised part crashed again and again: a bug
    ├── OrderEnded                 an order ended before what was waited for
    ├── SlowConsumer               a subscription with ``overflow="fail"`` (or blocked too long) was full
    └── WouldBlock                 a ``*_nowait`` call has nothing to give
"""

from __future__ import annotations

from datetime import UTC, datetime


__all__ = [
    "Banned",
    "CaptureError",
    "CircuitOpen",
    "Closed",
    "CommandDenied",
    "ConfigError",
    "ConnectFailed",
    "ConnectTimeout",
    "ConnectionLost",
    "ConnectivityError",
    "CredentialsRefused",
    "DecodeError",
    "HandshakeRefused",
    "IllegalTransition",
    "InvalidNumber",
    "NoCredentials",
    "NotSupported",
    "OrderEnded",
    "RateLimited",
    "RequestTimeout",
    "SlowConsumer",
    "StoreError",
    "SubscriptionRefused",
    "TickwrightError",
    "TimestampRefused",
    "TooManyRestarts",
    "UnknownInstrument",
    "UnknownVenue",
    "UsageError",
    "VenueError",
    "VenueRejected",
    "WouldBlock",
]


class TickwrightError(Exception):
    """Root of everything raised here; its text is one line that says what to do."""


class UsageError(TickwrightError):
    """The call itself cannot be honoured; nothing was sent anywhere."""


class ConfigError(UsageError):
    """A setting is missing, malformed or contradicts another."""


class InvalidNumber(UsageError, ValueError):
    """A number that is inexact (float), not finite, or of the wrong precision."""


class UnknownInstrument(UsageError, LookupError):
    """The venue lists no instrument of that id."""


class UnknownVenue(UsageError, LookupError):
    """The registry has no venue or product of that name."""


class NotSupported(UsageError):
    """The venue does not offer what was asked for; raised before any I/O."""


class NoCredentials(UsageError):
    """The call needs an API key, and none is known for its venue; raised before any I/O."""


class CommandDenied(UsageError):
    """A command was not sent, because a limit of the user's, a rule of the instrument, or the kill switch forbids it.

    Of a placing it is told as an event, `tickwright.OrderDenied`; the change of an order raises it.

    Attributes:
        code: The rule: ``MAX_ORDER_QUANTITY``.
        text: What was asked, and what is allowed.
    """

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class Closed(UsageError):
    """The object was closed by its owner and takes no more calls."""


class ConnectivityError(TickwrightError):
    """The network did what networks do; sessions reconnect on it by themselves."""


class ConnectTimeout(ConnectivityError):
    """No open connection within the time allowed."""


class ConnectFailed(ConnectivityError):
    """The host refused, did not resolve, or turned the handshake down."""


class HandshakeRefused(ConnectFailed):
    """The host answered a WebSocket handshake with an HTTP status other than 101.

    Args:
        host: The host that was asked.
        status: 429, 418 or 403 mean a limit or a ban; 0 where it was no HTTP.
        retry_after_s: What the host said, if it said.
        text: The beginning of the body.
    """

    def __init__(
        self, host: str, status: int, retry_after_s: float | None = None, text: str = ""
    ) -> None:
        by = f" with HTTP {status}" if status else ""
        wait = "" if retry_after_s is None else f", try again in {retry_after_s:g} s"
        super().__init__(f"{host} refused the WebSocket handshake{by}{wait}: {text}".rstrip(": "))
        self.host = host
        self.status = status
        self.retry_after_s = retry_after_s
        self.text = text


class ConnectionLost(ConnectivityError):
    """An open connection ended.

    Args:
        code: WebSocket close code, 1006 where the peer vanished without one.
        reason: The peer's words, or ours.
    """

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"connection lost: code {code} ({reason or 'no reason given'})")
        self.code = code
        self.reason = reason


class RequestTimeout(ConnectivityError):
    """A request was sent, over HTTP or a socket, and no answer came within the time allowed."""


class VenueError(TickwrightError):
    """The venue answered, and the answer is no."""


class VenueRejected(VenueError):
    """An error body from the venue.

    Args:
        status: HTTP status, 0 over a WebSocket.
        code: The venue's own error code.
        text: The venue's own text, unaltered.
        where: Method and path, without query.
    """

    def __init__(self, status: int, code: int | str | None, text: str, where: str) -> None:
        by = f" (HTTP {status})" if status else ""
        told = f"HTTP {status}" if status else "the venue refused"
        named = told if code is None else f"the venue refused with {code}{by}"
        super().__init__(f"{where}: {named}: {text}")
        self.status = status
        self.code = code
        self.text = text
        self.where = where


class CredentialsRefused(VenueRejected):
    """The key is unknown, its signature wrong, or it may not do this: other credentials are needed.

    Args:
        status: As of `VenueRejected`, like the three that follow.
        code: The venue's.
        text: The venue's.
        where: Method and path, behind the product where it is known.
        advice: Where to look for what is wrong.
    """

    def __init__(
        self, status: int, code: int | str | None, text: str, where: str, advice: str = ""
    ) -> None:
        super().__init__(status, code, text, where)
        if advice:
            self.args = (f"{str(self).rstrip('.')}; {advice}",)


class TimestampRefused(VenueRejected):
    """A signed request whose time the venue did not accept: it was certainly not carried out."""


class RateLimited(VenueError):
    """Over one of the venue's limits; nothing leaves for that host before ``retry_at_ns``."""

    def __init__(
        self, where: str, retry_at_ns: int, text: str = "", code: int | None = None
    ) -> None:
        until = datetime.fromtimestamp(retry_at_ns // 1_000_000_000, UTC)
        super().__init__(
            f"{where}: over a limit of the venue; try again at {until:%H:%M:%S} UTC {text}".rstrip()
        )
        self.retry_at_ns = retry_at_ns
        self.code = code
        """The venue's own, where it has one for it."""


class Banned(RateLimited):
    """The venue banned this address; nothing leaves for that host before ``retry_at_ns``."""


class SubscriptionRefused(VenueError):
    """The venue refused a stream; ``text`` holds its own words."""

    def __init__(self, stream: str, text: str) -> None:
        super().__init__(f"the venue refused stream {stream!r}: {text}")
        self.stream = stream
        self.text = text


class DecodeError(TickwrightError, ValueError):
    """Bytes that do not say what they must.

    Args:
        what: What was expected and what was found.
        offset: Where in the input, in bytes; -1 where no place can be named.
    """

    def __init__(self, what: str, offset: int = -1) -> None:
        super().__init__(what if offset < 0 else f"{what} at byte {offset}")
        self.what = what
        self.offset = offset


class CaptureError(DecodeError):
    """A capture file that cannot be read further; names the file and the line."""


class IllegalTransition(TickwrightError):
    """A machine met an event that its table does not have in that state: a bug, not an outage."""

    def __init__(self, machine: str, state: object, event: object) -> None:
        super().__init__(f"{machine}: no transition from {state} on {event}")
        self.machine = machine
        self.state = state
        self.event = event


class StoreError(TickwrightError):
    """A journal that cannot be opened, read or written; what was written before stays."""


class CircuitOpen(TickwrightError):
    """A host failed repeatedly and is left alone until ``retry_in_s`` has passed."""

    def __init__(self, host: str, retry_in_s: float) -> None:
        super().__init__(
            f"{host}: held back after repeated failures; tried again in {retry_in_s:.1f} s"
        )
        self.host = host
        self.retry_in_s = retry_in_s


class TooManyRestarts(TickwrightError):
    """A supervised part crashed more often than it may; its crashes were logged, each with its traceback."""


class OrderEnded(TickwrightError):
    """An order ended before what was waited for; it stays as it is, and can be looked at.

    Attributes:
        client_order_id: Which order.
        state: How it ended, for example ``canceled``.
    """

    def __init__(self, client_order_id: str, state: str, wanted: str, text: str = "") -> None:
        why = f": {text}" if text else ""
        super().__init__(f"order {client_order_id} is {state} and will not be {wanted}{why}")
        self.client_order_id = client_order_id
        self.state = state


class SlowConsumer(TickwrightError):
    """A subscription that may not drop was full; read faster, or choose another overflow policy."""


class WouldBlock(TickwrightError):
    """A ``*_nowait`` call has nothing to give right now."""
