"""Keeps one local book right: syncs it, checks it, says how far it is trusted, and asks for help when it must.

Synchronous and free of I/O: deltas, snapshots, quotes and outages come in as calls; published events and requests for a
snapshot go out as calls. A live session and a replayed file drive it alike.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from tickwright.core.audit import MATCH, BookAudit, Match, Mismatch
from tickwright.core.bookstate import TABLE, BookEvent
from tickwright.core.booksync import BUFFERED_MAX, BookSync, Replay, Verdict
from tickwright.kernel import L2Book, Levels
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, MarketEvent, Quote
from tickwright.model.notices import BookState, BookStateChanged
from tickwright.venues.base import BookFeed


__all__ = ["BookKeeper"]

MISMATCHES_MAX = 3
"""Disagreements in a row that cost a book its place: one may be a quote that overtook a delta, three are not."""

MISMATCH_SPAN = 1_000
"""Comparisons within which as many disagreements cost it its place, too: below a top that the market has mended, the
book may still be wrong."""

COMPARED_LEVELS = 20
"""Levels a side in which a silent book must equal a fresh snapshot."""

# Members of an enum are looked up slowly; these are read at every delta.
_APPLY, _LIVE = Verdict.APPLY, BookState.LIVE


class BookKeeper:
    """The book of one instrument and everything that is known about its trustworthiness.

    Args:
        instrument: Whose book.
        feed: How its deltas link, where its snapshots come from, and what it is held against.
        publish: Takes ``BookSnapshot`` at each sync and every ``BookDelta`` applied.
        publish_state: Takes every ``BookStateChanged``.
        request_snapshot: Called when a snapshot is needed. The answer comes to `on_snapshot` where it is fetched, and to
            `on_streamed` where the stream is to be subscribed anew.
    """

    def __init__(
        self,
        instrument: Instrument,
        feed: BookFeed,
        *,
        publish: Callable[[MarketEvent], None],
        publish_state: Callable[[BookStateChanged], None],
        request_snapshot: Callable[[BookKeeper], None],
    ) -> None:
        self.instrument = instrument
        self.feed = feed
        self.state = BookState.SYNCING
        self.reason = "no snapshot yet"
        self.book = L2Book(instrument.price_scale, instrument.quantity_scale)
        self.updates = 0
        self.resyncs = 0
        self.verified = 0
        """Comparisons with a fresh snapshot, or with a checksum."""
        self.verified_mismatches = 0
        self.received_ts_ns: int | None = None
        """When the last update that was applied came in."""
        self.venue_ts_ns: int | None = None
        self.is_verifying = False
        self._depth = feed.depth
        # Checksums are made of an instrument's digits; those of a guessed one would prove every book wrong.
        self._proof = None if instrument.is_inferred else feed.proof
        self._is_streamed = is_streamed = feed.snapshot is None
        # What comes before a snapshot in its own stream is worth nothing: one delta is enough to see the order.
        self._sync = BookSync(feed.chain, buffered_max=1 if is_streamed else BUFFERED_MAX)
        self._audit: BookAudit | None = None
        self._mismatched_at: deque[int] = deque(maxlen=MISMATCHES_MAX)
        self._publish = publish
        self._publish_state = publish_state
        self._request_snapshot = request_snapshot
        self._is_snapshot_asked = False

    @property
    def sequence(self) -> int | None:
        """The update id that the book stands at, ``None`` before the first snapshot."""
        return self._sync.sequence

    @property
    def needs_snapshot(self) -> bool:
        """True while only a snapshot can bring the book on."""
        return self.is_verifying or self._sync.needs_snapshot

    @property
    def epoch(self) -> int:
        """Counts connections; remember it when a snapshot is asked for, and give it with the answer."""
        return self._sync.epoch

    @property
    def gaps(self) -> int:
        """Holes seen in the stream."""
        return self._sync.gaps

    @property
    def audited(self) -> int:
        """Comparisons with a second source: quotes, checksums, or a fresh snapshot."""
        return self.verified + (0 if self._audit is None else self._audit.audited)

    @property
    def mismatches(self) -> int:
        """Comparisons that disagreed."""
        return self.verified_mismatches + (0 if self._audit is None else self._audit.mismatches)

    def audit_with_quotes(self) -> None:
        """Compare the book with the quotes that come to `on_quote` from now on."""
        if self._audit is None:
            self._audit = BookAudit()

    # What comes in.

    def on_delta(self, delta: BookDelta) -> None:
        """Take a delta from the stream. The hot path of a synced book."""
        verdict = self._sync.delta(delta)
        if verdict is _APPLY:
            self._apply(delta)
        elif verdict is Verdict.HELD:
            self._ask()
        elif verdict is Verdict.GAP:
            self._break(f"gap before update {delta.first}", delta.received_ts_ns)

    def on_snapshot(self, snapshot: BookSnapshot, epoch: int | None = None) -> bool:
        """Take a snapshot; return False if it is too old and another is needed.

        Args:
            snapshot: The whole book.
            epoch: `epoch` as it was when the snapshot was asked for; ``None`` says on this connection.
        """
        if self.is_verifying and self._sync.is_synced:
            self._is_snapshot_asked = False
            self._verify(snapshot)
            return True
        if self._sync.is_synced or self.state in (BookState.STALE, BookState.CLOSED):
            # It was asked for before the connection ended: nothing links it to what comes next.
            return True
        answer = self._sync.snapshot(snapshot, epoch)
        if not isinstance(answer, Replay):
            return False
        self._is_snapshot_asked = False
        self._replace(snapshot)
        for delta in answer.deltas:
            self.book.apply(delta.bids, delta.asks)
            self.updates += 1
            self._stamp(delta)
            self._publish(delta)
        self._check_crossed(snapshot)
        return True

    def on_streamed(self, snapshot: BookSnapshot) -> None:
        """Take a snapshot that came in the stream: it replaces the book, unless the book is past it.

        It is past it where another connection brings the same stream, or the venue repeats what it said. A venue that
        counts anew has lower ids, too, but never an earlier time.
        """
        if self.state in (BookState.STALE, BookState.CLOSED):
            return
        self._is_snapshot_asked = self.is_verifying = False
        is_past = (
            self.sequence is not None
            and snapshot.sequence <= self.sequence
            and (snapshot.venue_ts_ns or 0) <= (self.venue_ts_ns or 0)
        )
        if self.state is BookState.SUSPECT and not self._is_equal(snapshot):
            self._discard("a fresh snapshot differs", snapshot.received_ts_ns)
        elif is_past:
            return
        self._sync.streamed(snapshot)
        self.updates += 1
        self._replace(snapshot)
        self._check_crossed(snapshot)

    def on_snapshot_failed(self, error: Exception) -> None:
        """Remember why there is no snapshot yet, for whoever waits for the book; it is asked for again."""
        if self.needs_snapshot:
            self.reason = f"no snapshot yet: {error}"

    def on_quote(self, quote: Quote) -> None:
        """Take a quote of the second source."""
        audit = self._audit
        if audit is not None:
            verdict = audit.quote(quote)
            if verdict is not None:
                self._audited(audit, verdict, quote.received_ts_ns)

    def on_down(self, reason: str, now_ns: int) -> None:
        """The connection ended: what comes next may follow a hole."""
        self._reset()
        self._go(BookEvent.DOWN, reason, now_ns)

    def on_up(self, now_ns: int) -> None:
        """The connection is open (again); the stream is about to be subscribed."""
        self._go(BookEvent.UP, "the connection is open", now_ns)

    def on_subscribed(self) -> None:
        """The stream is acknowledged, so a snapshot asked for from now on links to it.

        A quiet instrument gets its book without waiting for a delta. A book that was subscribed again because its
        stream fell silent is compared with a fresh snapshot: what came between the two subscriptions is lost.
        """
        self._sync.subscribed()
        if self._is_streamed:
            self._is_snapshot_asked = (
                False  # it comes by itself; a delta before it would be a fault
            )
            return
        self.is_verifying = self._sync.is_synced
        self._ask()

    def on_silent(self, silent_s: float, now_ns: int, *, is_renewed: bool) -> None:
        """The stream is silent beyond what is due: a fresh snapshot tells whether it is only quiet.

        Args:
            silent_s: For how long.
            now_ns: The wall clock.
            is_renewed: It is being subscribed again; the snapshot is asked for once that is acknowledged.
        """
        if self._sync.is_synced and not self.is_verifying:
            self._go(BookEvent.SILENT, f"no update for {silent_s:.0f} s", now_ns)
            if not is_renewed:
                self.is_verifying = True
                self._ask()

    def close(self, now_ns: int) -> None:
        """Nobody wants the book any more."""
        self._reset()
        self._go(BookEvent.CLOSE, "closed", now_ns)

    def as_snapshot(self) -> BookSnapshot | None:
        """Return the whole book as an event, ``None`` while it cannot be read."""
        if not self.state.is_readable or self.sequence is None or self.received_ts_ns is None:
            return None
        scales = self.book.price_scale, self.book.quantity_scale
        return BookSnapshot(
            self.instrument.id,
            self.venue_ts_ns,
            self.received_ts_ns,
            Levels.from_pairs(self.book.bids(), *scales),
            Levels.from_pairs(self.book.asks(), *scales),
            self.sequence,
        )

    # What follows from it.

    def _replace(self, snapshot: BookSnapshot) -> None:
        if self._audit is not None:
            self._audit.reset()
        self.book.replace(snapshot.bids, snapshot.asks)
        self._trim()
        self._stamp(snapshot)
        if self.state is BookState.RESYNCING:
            self.resyncs += 1
        self._publish(snapshot)

    def _check_crossed(self, snapshot: BookSnapshot) -> None:
        if self.book.is_crossed:
            self._break("crossed after the snapshot", snapshot.received_ts_ns)
        elif self.state in (BookState.SYNCING, BookState.RESYNCING):
            self._go(BookEvent.SYNCED, f"synced at {self.sequence}", snapshot.received_ts_ns)
        if self._sync.is_synced:
            self._is_proven(snapshot)

    def _apply(self, delta: BookDelta) -> None:
        book = self.book
        book.apply(delta.bids, delta.asks)
        if self._depth is not None:
            self._trim()
        self.updates += 1
        self.received_ts_ns = delta.received_ts_ns
        self.venue_ts_ns = delta.venue_ts_ns
        if book.is_crossed:
            self._break(f"crossed at {delta.last}", delta.received_ts_ns)
            return
        if self._proof is not None and not self._is_proven(delta):
            return
        audit = self._audit
        if audit is not None:
            verdict = audit.book(delta.last, book.best_bid, book.best_ask)
            if verdict is not None and (verdict is not MATCH or self.state is not _LIVE):
                self._audited(audit, verdict, delta.received_ts_ns)
                if not self._sync.is_synced:
                    return
        self._publish(delta)

    def _trim(self) -> None:
        """Let the levels go that fell out of the depth: some venues do not say so."""
        book, depth = self.book, self._depth
        if depth is not None and max(book.bid_count, book.ask_count) > depth:
            book.replace(book.bid_levels(depth), book.ask_levels(depth))

    def _is_proven(self, event: BookDelta | BookSnapshot) -> bool:
        """Compare the book with the checksum that came with its last change, and give it up if they differ."""
        proof = self._proof
        if proof is None or event.checksum is None:
            return True
        self.verified += 1
        if proof.checksum(*self.book.checksum_input(proof.levels)) == event.checksum:
            if self.state is not BookState.LIVE:
                self._go(BookEvent.MATCH, "equal to the venue's checksum", event.received_ts_ns)
            return True
        self.verified_mismatches += 1
        self._break(f"the checksum differs at {self.sequence}", event.received_ts_ns)
        return False

    def _audited(self, audit: BookAudit, verdict: Match | Mismatch, now_ns: int) -> None:
        if not self._sync.is_synced:
            return
        if verdict is MATCH:
            if self.state is not _LIVE:
                self._go(BookEvent.MATCH, "equal to the quotes", now_ns)
            return
        at = self._mismatched_at
        at.append(audit.audited)
        if audit.mismatches_in_row >= MISMATCHES_MAX:
            self._break(f"{audit.mismatches_in_row} mismatches in a row: {verdict}", now_ns)
        elif len(at) == MISMATCHES_MAX and at[-1] - at[0] <= MISMATCH_SPAN:
            self._break(f"{len(at)} mismatches in {at[-1] - at[0]} audits: {verdict}", now_ns)
        else:
            self._go(BookEvent.MISMATCH, str(verdict), now_ns)

    def _verify(self, snapshot: BookSnapshot) -> None:
        self.is_verifying = False
        if not self._is_equal(snapshot):
            self._break("a fresh snapshot differs", snapshot.received_ts_ns)

    def _is_equal(self, snapshot: BookSnapshot) -> bool:
        """Compare the book of a silent stream with a fresh snapshot, and trust it again if it is equal."""
        if self.sequence is not None and snapshot.sequence < self.sequence:
            reason = "its stream speaks again, without a hole"
            self._go(BookEvent.MATCH, reason, snapshot.received_ts_ns)
            return True
        self.verified += 1
        count = min(COMPARED_LEVELS, len(snapshot.bids), len(snapshot.asks))
        is_equal = list(snapshot.bids)[:count] == self.book.bids(count)
        if is_equal and list(snapshot.asks)[:count] == self.book.asks(count):
            self._go(BookEvent.MATCH, "equal to a fresh snapshot", snapshot.received_ts_ns)
            return True
        self.verified_mismatches += 1
        return False

    def _break(self, reason: str, now_ns: int) -> None:
        self._discard(reason, now_ns)
        self._ask()

    def _discard(self, reason: str, now_ns: int) -> None:
        # A gap is known to the sync already, and it holds the delta after it.
        if self._sync.is_synced:
            self._sync.discard()
            self._forget()
        self._go(BookEvent.BROKEN, reason, now_ns)

    def _reset(self) -> None:
        self._sync.reset()
        self._forget()

    def _forget(self) -> None:
        self.is_verifying = False
        self._is_snapshot_asked = False
        self._mismatched_at.clear()
        if self._audit is not None:
            self._audit.reset()

    def _ask(self) -> None:
        if (
            not self._is_snapshot_asked
            and self.needs_snapshot
            and self.state is not BookState.CLOSED
        ):
            self._is_snapshot_asked = True
            self._request_snapshot(self)

    def _stamp(self, event: MarketEvent) -> None:
        self.received_ts_ns = event.received_ts_ns
        self.venue_ts_ns = event.venue_ts_ns

    def _go(self, event: BookEvent, reason: str, now_ns: int) -> None:
        old = self.state
        self.state, _ = TABLE.step(old, event)
        self.reason = reason
        if old is not self.state:
            self._publish_state(
                BookStateChanged(
                    received_ts_ns=now_ns,
                    instrument=self.instrument.id,
                    old=old,
                    new=self.state,
                    reason=reason,
                )
            )
