"""The health of a connector at a glance: every venue, session, account, topic and book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from tickwright.io.rest import RestStatus
from tickwright.kernel import IS_COMPILED
from tickwright.marketdata.book import Book
from tickwright.marketdata.feed import FeedStatus
from tickwright.runtime.bus import ChannelStatistics
from tickwright.runtime.children import ChildStatus
from tickwright.runtime.reporting import SessionStatus


if TYPE_CHECKING:
    from rich.text import Text

    from tickwright.app.assembly import Assembly
    from tickwright.trading.ordersocket import OrderSocket
    from tickwright.trading.private import PrivateSession


__all__ = ["AccountSocketStatus", "BookStatus", "Status", "status_of"]


class BookStatus(msgspec.Struct, frozen=True):
    """One book at a glance."""

    instrument: str
    state: str
    reason: str
    age_s: float | None
    updates: int
    gaps: int
    resyncs: int
    audited: int
    audit_mismatches: int


class AccountSocketStatus(msgspec.Struct, frozen=True):
    """A private stream, or a socket for orders, at a glance."""

    name: str
    state: str
    reconnects: int
    reason: str
    """Why it is not ready, as far as anything was said."""


class Status(msgspec.Struct, frozen=True):
    """Everything at a glance; `str` makes a page of it."""

    environment: str
    kernel: str
    """``compiled`` or ``pure Python``."""
    products: tuple[FeedStatus, ...]
    books: tuple[BookStatus, ...]
    topics: tuple[ChannelStatistics, ...]
    tasks: tuple[ChildStatus, ...]
    private_streams: tuple[AccountSocketStatus, ...] = ()
    """None before somebody has asked for order entry."""
    order_sockets: tuple[AccountSocketStatus, ...] = ()
    """While one is not ready, commands go over REST."""

    @property
    def is_healthy(self) -> bool:
        """True if every session is live, every account known, and every book can be read."""
        sessions = [session for product in self.products for session in product.sessions]
        return (
            all(session.state == "live" for session in sessions)
            and all(stream.state == "ready" for stream in self.private_streams)
            and all(book.state in _READABLE for book in self.books)
        )

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(line for _, line in self._lines())])

    def __rich__(self) -> Text:
        from rich.text import Text  # not with the library: a program may never print it

        page = Text(no_wrap=True, overflow="ellipsis")
        page.append(self._headline(), style="bold")
        for is_good, line in self._lines():
            page.append("\n" + line, style=_STYLES[is_good])
        return page

    def _headline(self) -> str:
        verdict = "healthy" if self.is_healthy else "not healthy"
        return f"tickwright, {self.environment}, {self.kernel} kernel: {verdict}"

    def _lines(self) -> list[tuple[bool | None, str]]:
        """Return the lines below the first, each with whether it tells good news; ``None`` for headings."""
        sessions = [session for product in self.products for session in product.sessions]
        hosts = [product.rest for product in self.products if product.rest.requests]
        topics = [topic for topic in self.topics if topic.handler_errors]
        parts: list[tuple[str, list[_Row]]] = [
            ("connections", [_session_row(session) for session in sessions]),
            ("accounts", [_account_row(stream) for stream in self.private_streams]),
            ("orders", [_account_row(socket) for socket in self.order_sockets]),
            ("books", [_book_row(book) for book in self.books]),
            ("REST", [_host_row(host) for host in hosts]),
            ("handlers that raised", [_topic_row(topic) for topic in topics]),
            ("parts that were restarted", [_task_row(task) for task in _restarted(self.tasks)]),
        ]
        lines: list[tuple[bool | None, str]] = []
        for heading, rows in parts:
            if rows:
                lines.append((None, heading))
                lines += _aligned(rows)
        return lines


_Row = tuple[bool, tuple[str, ...]]
"""Whether all is well, and the cells of a line."""

_READABLE = ("live", "unaudited")
_STYLES = {True: "green", False: "red", None: "dim"}


def status_of(assembly: Assembly) -> Status:
    """Return the status of an open connector."""
    feeds, floor = assembly.market.feeds, assembly.orders.floor
    return Status(
        environment=assembly.settings.environment,
        kernel="compiled" if IS_COMPILED else "pure Python",
        products=tuple(feed.status() for feed in feeds),
        books=tuple(_book(pipe.view) for feed in feeds for pipe in feed.book_pipes),
        topics=tuple(channel.statistics() for channel in assembly.bus.channels()),
        tasks=assembly.supervisor.status(),
        private_streams=() if floor is None else tuple(map(_account, floor.sessions.values())),
        order_sockets=() if floor is None else tuple(map(_account, floor.order_sockets.values())),
    )


def _account(socket: PrivateSession | OrderSocket) -> AccountSocketStatus:
    return AccountSocketStatus(
        name=socket.name,
        state=socket.state.value,
        reconnects=socket.reconnects,
        reason=socket.reason,
    )


def _book(book: Book) -> BookStatus:
    return BookStatus(
        instrument=book.instrument.id,
        state=book.state.value,
        reason=book.reason,
        age_s=book.age_s,
        updates=book.updates,
        gaps=book.gaps,
        resyncs=book.resyncs,
        audited=book.audited,
        audit_mismatches=book.audit_mismatches,
    )


def _session_row(session: SessionStatus) -> _Row:
    streams = [f"{count} {state}" for state, count in session.streams.items() if count]
    return session.state == "live" and not session.decode_failures, (
        session.name,
        session.state,
        ", ".join(streams) or "no streams",
        f"{session.frames:,} frames",
        _counted(session.reconnects, "reconnect"),
        f"{session.decode_failures:,} unreadable" if session.decode_failures else "",
        "" if session.state == "live" else session.last_error or "",
    )


def _account_row(socket: AccountSocketStatus) -> _Row:
    is_ready = socket.state == "ready"
    return is_ready, (
        socket.name,
        socket.state,
        _counted(socket.reconnects, "reconnect"),
        "" if is_ready else socket.reason,
    )


def _book_row(book: BookStatus) -> _Row:
    return book.state in _READABLE, (
        book.instrument,
        book.state,
        f"{book.updates:,} updates",
        "no update yet" if book.age_s is None else f"{book.age_s:.1f} s old",
        _counted(book.gaps, "gap"),
        _counted(book.resyncs, "resync"),
        _audits(book),
        "" if book.state in _READABLE else book.reason,
    )


def _host_row(host: RestStatus) -> _Row:
    latency = "" if host.latency_s is None else f"{host.latency_s * 1000:.0f} ms"
    banned_s = host.usage.banned_s
    return host.breaker == "closed" and not banned_s, (
        host.host,
        "" if host.breaker == "closed" else f"breaker {host.breaker}",
        f"silent for {banned_s:.0f} s" if banned_s else "",
        _counted(host.requests, "request"),
        latency,
        _clock(host),
        _counted(host.failures, "failure"),
        (host.last_error or "") if host.failures or banned_s else "",
    )


def _clock(host: RestStatus) -> str:
    """Return how far the host's clock is off ours, and how sure that is, once somebody needed its time."""
    if host.clock_offset_ns is None or host.clock_error_ns is None:
        return ""
    return f"clock {host.clock_offset_ns / 1e6:+,.0f} ms (± {host.clock_error_ns / 1e6:,.0f})"


def _topic_row(topic: ChannelStatistics) -> _Row:
    return False, (topic.topic, _counted(topic.handler_errors, "error"))


def _task_row(task: ChildStatus) -> _Row:
    return False, (task.name, task.state, _counted(task.restarts, "restart"), task.last_error or "")


def _restarted(tasks: Iterable[ChildStatus]) -> Iterator[ChildStatus]:
    for task in tasks:
        if task.restarts:
            yield task
        yield from _restarted(task.children)


def _audits(book: BookStatus) -> str:
    if not book.audit_mismatches:
        return ""
    return f"{book.audit_mismatches:,} of {book.audited:,} audits disagreed"


def _counted(count: int, what: str) -> str:
    """Return how many there are, nothing if there is none."""
    return f"{count:,} {what}{'' if count == 1 else 's'}" if count else ""


def _aligned(rows: Sequence[_Row]) -> list[tuple[bool | None, str]]:
    """Return rows as lines, their columns below each other; a column that is empty everywhere takes no room."""
    columns = [column for column in zip(*(cells for _, cells in rows), strict=True) if any(column)]
    widths = [max(map(len, column)) for column in columns]
    lines: list[tuple[bool | None, str]] = []
    for (is_good, _), cells in zip(rows, zip(*columns, strict=True), strict=True):
        padded = "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))
        lines.append((is_good, f"  {'●' if is_good else '○'} {padded}".rstrip()))
    return lines
