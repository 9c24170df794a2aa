"""The health of a connector at a glance: every venue, session, topic and book."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from tickwright.kernel import IS_COMPILED
from tickwright.marketdata.book import Book
from tickwright.marketdata.feed import FeedStatus
from tickwright.runtime.bus import ChannelStatistics
from tickwright.runtime.supervisor import ChildStatus


if TYPE_CHECKING:
    from tickwright.app.assembly import Assembly


__all__ = ["BookStatus", "Status", "status_of"]


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


class Status(msgspec.Struct, frozen=True):
    """Everything at a glance; `str` makes a page of it."""

    environment: str
    kernel: str
    """``compiled`` or ``pure Python``."""
    products: tuple[FeedStatus, ...]
    books: tuple[BookStatus, ...]
    topics: tuple[ChannelStatistics, ...]
    tasks: tuple[ChildStatus, ...]

    @property
    def is_healthy(self) -> bool:
        """True if every session is live and every book can be read."""
        sessions = [session for product in self.products for session in product.sessions]
        return all(session.state == "live" for session in sessions) and all(
            book.state in ("live", "unaudited") for book in self.books
        )

    def __str__(self) -> str:
        lines = [f"tickwright, {self.environment}, {self.kernel} kernel"]
        for product in self.products:
            if not product.sessions:
                continue
            lines.append(f"  {product.product}")
            for session in product.sessions:
                streams = ", ".join(f"{count} {state}" for state, count in session.streams.items())
                error = f"; last error: {session.last_error}" if session.last_error else ""
                lines.append(
                    f"    {session.name}: {session.state}, {streams or 'no streams'},"
                    f" {session.frames:,} frames, {session.reconnects} reconnects{error}"
                )
        for book in self.books:
            age = "no update yet" if book.age_s is None else f"{book.age_s:.1f} s old"
            lines.append(
                f"  {book.instrument}: {book.state} ({book.reason}), {age}, {book.updates:,} updates,"
                f" {book.gaps} gaps, {book.audit_mismatches} of {book.audited:,} audits disagreed"
            )
        return "\n".join(lines)


def status_of(assembly: Assembly) -> Status:
    """Return the status of an open connector."""
    feeds = assembly.market.feeds
    return Status(
        environment=assembly.settings.environment,
        kernel="compiled" if IS_COMPILED else "pure Python",
        products=tuple(feed.status() for feed in feeds),
        books=tuple(_book(pipe.view) for feed in feeds for pipe in feed.book_pipes),
        topics=tuple(channel.statistics() for channel in assembly.bus.channels()),
        tasks=assembly.supervisor.status(),
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
