"""Keep an L2 book on one unbroken chain of deltas: buffer, bridge to a snapshot, follow, notice a hole.

The steps quoted below are the venue's own (Binance, "How to manage a local order book correctly";
the spot text as corrected on 2025-11-12). Two rules exist:

======  =====================================  ==========================================
        ``BookChain.FIRST_ID`` (spot)          ``BookChain.PREVIOUS_ID`` (futures)
======  =====================================  ==========================================
old     ``u <= lastUpdateId`` (step 4)         ``u < lastUpdateId`` (step 3)
first   ``U <= lastUpdateId + 1`` (step 4)     ``U <= lastUpdateId <= u`` (step 4)
later   ``U <= bookId + 1`` (step 6)           ``pu == u of the delta before`` (step 5)
======  =====================================  ==========================================

Why nothing can be missed. A delta carries every change after the one before it in the stream, and a
snapshot every change up to its own id. So a chain has a hole only between a snapshot and the first
delta after it, or between two deltas, and the ids show both as soon as the next delta comes. What
ids cannot show is a change lost *before* the stream began while no delta has come since. Hence a
snapshot counts only if it was asked for after the subscription was confirmed
(`BookSync.subscribed`, or a first delta) and within the same connection (`BookSync.epoch`). Then a
quiet instrument has its book without waiting for a delta.

Other venues say more, or less. OKX (``PREVIOUS_SEQUENCE``) links its deltas like Binance's futures, but its ids
may fall when it counts anew (``seqId < prevSeqId``). Bybit's whole books (``COUNTED``) begin like those of Binance's
spot, and their ids rise by exactly one; where they fall, the venue began anew, and so must the book. Kraken and Coinbase (``ORDER``) link nothing: a delta counts unless
it is older than the one before, and what was lost shows by a checksum, or by the number of the frame.

Some venues (Bybit, OKX, Kraken, Coinbase) begin the stream itself with a snapshot, and may send another at any time
(`BookSync.streamed`). It stands at its place in the order of the stream, so there is nothing to
bridge: the next delta follows it as it would follow a delta.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final

import msgspec

from tickwright.core.machine import Table
from tickwright.model.market import BookDelta, BookSnapshot


__all__ = [
    "BUFFERED_MAX",
    "COUNTED_SPAN",
    "OLD_IN_ROW_MAX",
    "TABLE",
    "TOO_OLD",
    "BookChain",
    "BookSync",
    "Replay",
    "SyncEvent",
    "SyncState",
    "TooOld",
    "Verdict",
]

BUFFERED_MAX: Final = 4_096
"""Deltas held for a snapshot. A snapshot asked for now covers all that came before, so the buffer only has to
span one answer: 10 s at most, while the busiest recorded stream sends 70 deltas a second. 4,096 is
58 s of that one, about 4 MB, and a book whose snapshots fail for hours cannot grow further."""

OLD_IN_ROW_MAX: Final = BUFFERED_MAX
"""Old deltas in a row after which the ids are taken to have started anew at the venue, so that a frozen book
does not pass for a quiet one. A stream that lags behind the snapshot makes as many as the buffer
would hold at most; being wrong costs one snapshot."""

COUNTED_SPAN: Final = 1_000
"""How far a counted id may lie from the one expected and still be of the same count. Frames doubled or out of order are a
few behind, and a snapshot is ahead of its stream by what comes while it travels; at five frames a second, this is 200 s."""

_UNLINKED: Final = -2
"""An id that no delta can follow: venues count from 0, and spot looks at the id plus one."""


class BookChain(Enum):
    """How deltas link to each other and to the snapshot."""

    FIRST_ID = "first id follows the last id of the delta before"
    """Binance spot ``U``/``u`` (venue documentation, local order book, text of 2025-11-12)."""
    PREVIOUS_ID = "previous id equals the last id of the delta before"
    """Binance futures ``pu``."""
    PREVIOUS_SEQUENCE = "the same, but ids may fall when the venue counts anew"
    """OKX ``prevSeqId``; recordings from before 2023 have none, and are taken in order."""
    COUNTED = "ids rise by one, and begin again at one where the venue begins anew"
    """Bybit's ``orderbook.full``."""
    ORDER = "nothing links them but their order in the stream; ids are times"
    """Kraken, which proves its books by checksums, and Coinbase, which numbers the frames of a connection."""


_BY_FIRST_ID: Final = (BookChain.FIRST_ID, BookChain.COUNTED)
"""Chains that a snapshot joins by the id after its own."""

_FALLING: Final = (BookChain.PREVIOUS_SEQUENCE, BookChain.ORDER)
"""Chains whose ids may fall, or be missing."""


class Verdict(Enum):
    """What to do with a delta."""

    APPLY = "apply it to the book now"
    HELD = "kept here until the snapshot comes"
    OLD = "already in the book: ignore it"
    GAP = "the chain is broken: the book is worth nothing until the next snapshot"


_APPLY: Final = (
    Verdict.APPLY
)  # an Enum member looked up once, because `BookSync.delta` is on the hot path


class TooOld(Enum):
    """The type of `TOO_OLD`, so that ``is TOO_OLD`` narrows."""

    TOO_OLD = "the snapshot does not reach the deltas: fetch another"


TOO_OLD: Final = TooOld.TOO_OLD
"""A snapshot that cannot be used; whatever the book held before stands."""


class Replay(msgspec.Struct, frozen=True):
    """Replace the book with ``snapshot``, then apply ``deltas`` in this order."""

    snapshot: BookSnapshot
    deltas: tuple[BookDelta, ...]


class SyncState(Enum):
    """Where a book stands."""

    IDLE = "no stream"
    BUFFERING = "a stream, no snapshot"
    BRIDGING = "a snapshot, and no delta after it yet"
    SYNCED = "a chain of deltas"


class SyncEvent(Enum):
    """What can happen to it."""

    SUBSCRIBED = "the stream is confirmed"
    LINKS = "a delta continues the chain"
    IS_OLD = "a delta brings nothing new"
    BREAKS = "a delta leaves a hole before it"
    COVERS = "a snapshot newer than all that is buffered"
    JOINS = "a snapshot that buffered deltas continue"
    STREAMED = "a snapshot in the stream itself"
    LAGS = "a snapshot that does not reach the deltas"
    DISCARD = "the book is found wrong, the stream goes on"
    RESET = "the stream is gone"


_S, _E, _V = SyncState, SyncEvent, Verdict

TABLE: Final[Table[SyncState, SyncEvent, Verdict | None]] = Table(
    "booksync",
    SyncState.IDLE,
    {
        (_S.IDLE, _E.SUBSCRIBED): (_S.BUFFERING, None),
        (_S.IDLE, _E.LINKS): (_S.BUFFERING, _V.HELD),
        (_S.IDLE, _E.LAGS): (_S.IDLE, None),
        (_S.IDLE, _E.STREAMED): (_S.SYNCED, None),
        (_S.IDLE, _E.DISCARD): (_S.IDLE, None),
        (_S.IDLE, _E.RESET): (_S.IDLE, None),
        (_S.BUFFERING, _E.SUBSCRIBED): (_S.BUFFERING, None),
        (_S.BUFFERING, _E.LINKS): (_S.BUFFERING, _V.HELD),
        (_S.BUFFERING, _E.IS_OLD): (_S.BUFFERING, _V.OLD),
        (_S.BUFFERING, _E.BREAKS): (_S.BUFFERING, _V.GAP),
        (_S.BUFFERING, _E.COVERS): (_S.BRIDGING, None),
        (_S.BUFFERING, _E.JOINS): (_S.SYNCED, None),
        (_S.BUFFERING, _E.LAGS): (_S.BUFFERING, None),
        (_S.BUFFERING, _E.STREAMED): (_S.SYNCED, None),
        (_S.BUFFERING, _E.DISCARD): (_S.BUFFERING, None),
        (_S.BUFFERING, _E.RESET): (_S.IDLE, None),
        (_S.BRIDGING, _E.SUBSCRIBED): (_S.BRIDGING, None),
        (_S.BRIDGING, _E.LINKS): (_S.SYNCED, _V.APPLY),
        (_S.BRIDGING, _E.IS_OLD): (_S.BRIDGING, _V.OLD),
        (_S.BRIDGING, _E.BREAKS): (_S.BUFFERING, _V.GAP),
        (_S.BRIDGING, _E.COVERS): (_S.BRIDGING, None),
        (_S.BRIDGING, _E.LAGS): (_S.BRIDGING, None),
        (_S.BRIDGING, _E.STREAMED): (_S.SYNCED, None),
        (_S.BRIDGING, _E.DISCARD): (_S.BUFFERING, None),
        (_S.BRIDGING, _E.RESET): (_S.IDLE, None),
        (_S.SYNCED, _E.SUBSCRIBED): (_S.SYNCED, None),
        (_S.SYNCED, _E.LINKS): (_S.SYNCED, _V.APPLY),
        (_S.SYNCED, _E.IS_OLD): (_S.SYNCED, _V.OLD),
        (_S.SYNCED, _E.BREAKS): (_S.BUFFERING, _V.GAP),
        (_S.SYNCED, _E.COVERS): (_S.BRIDGING, None),
        (_S.SYNCED, _E.LAGS): (_S.SYNCED, None),
        (_S.SYNCED, _E.STREAMED): (_S.SYNCED, None),
        (_S.SYNCED, _E.DISCARD): (_S.BUFFERING, None),
        (_S.SYNCED, _E.RESET): (_S.IDLE, None),
    },
)
"""Every legal move, and what it says of the delta that made it."""


class BookSync:
    """One book's place in the venue's numbering. Holds no levels: it says what to do with them.

    Args:
        chain: How this product's deltas link.
        buffered_max: Deltas held while there is no snapshot; the oldest goes first, and then only a
            snapshot that reaches the oldest one kept is taken.

    Example:
        >>> sync = BookSync(BookChain.FIRST_ID)
        >>> sync.subscribed()
        >>> sync.needs_snapshot
        True
    """

    __slots__ = (
        "_buffer",
        "_floor",
        "_is_first_id",
        "_link",
        "_old_at",
        "_old_in_row",
        "chain",
        "dropped",
        "epoch",
        "gaps",
        "sequence",
        "state",
    )

    def __init__(self, chain: BookChain, *, buffered_max: int = BUFFERED_MAX) -> None:
        self.chain = chain
        self.state = SyncState.IDLE
        self.sequence: int | None = None
        """The update id that the book stands at; ``None`` while there is no book."""
        self.epoch = 0
        """Counts connections: remember it when a snapshot is asked for, and give it with the answer."""
        self.gaps = 0
        """Chains found broken so far."""
        self.dropped = 0
        """Deltas that a full buffer let go."""
        self._buffer: deque[BookDelta] = deque(maxlen=buffered_max)
        # The last id seen before `discard` or `reset`, below which no snapshot is whole.
        self._floor = _UNLINKED
        self._is_first_id = chain in _BY_FIRST_ID
        self._link = _UNLINKED
        self._old_at: int | None = None
        self._old_in_row = 0

    def __repr__(self) -> str:
        return (
            f"BookSync({self.state.name}, sequence={self.sequence}, buffered={len(self._buffer)})"
        )

    @property
    def is_synced(self) -> bool:
        """True where the book equals the venue's at `sequence`."""
        return self.sequence is not None

    @property
    def needs_snapshot(self) -> bool:
        """True where a snapshot asked for *now* can be used; False without a stream and while synced."""
        return self.state is SyncState.BUFFERING

    @property
    def buffered(self) -> int:
        """Deltas held for the snapshot."""
        return len(self._buffer)

    def subscribed(self) -> None:
        """The venue confirmed the stream: from now on, no change can pass unseen."""
        self._move(SyncEvent.SUBSCRIBED)

    def discard(self) -> None:
        """The book was found wrong (crossed, or against a second source) while its stream goes on.

        Deltas are held from here on, and a snapshot is taken that holds at least all that was seen
        before.
        """
        self._move(SyncEvent.DISCARD)
        self._raise_floor()
        self._forget()

    def reset(self) -> None:
        """The stream ended (connection lost, resubscribed, unsubscribed): what was held is worth nothing.

        Call it after the last frame of that connection; `subscribed` or a delta opens the next
        chain. Until that delta comes, a snapshot older than what was seen before is refused: a
        cache may answer in the venue's place.
        """
        self._move(SyncEvent.RESET)
        self.epoch += 1
        self._raise_floor()
        self._forget()

    def delta(self, delta: BookDelta) -> Verdict:
        """Place one delta in the chain. On the hot path.

        Returns:
            What to do with it. After ``GAP`` this delta is the first of the new buffer.
        """
        # `_link` is set in SYNCED only, so that one chain of comparisons decides the common case.
        last = delta.last
        if self._is_first_id:
            if delta.first - 1 <= self._link < last:
                self._link = self.sequence = last
                return _APPLY
        elif delta.previous == self._link and self._link < last:
            self._link = self.sequence = last
            return _APPLY
        return self._uncommon(delta)

    def snapshot(self, snapshot: BookSnapshot, epoch: int | None = None) -> Replay | TooOld:
        """Place a snapshot before the deltas that came meanwhile.

        Args:
            snapshot: The whole book, as fetched.
            epoch: `epoch` as it was when the snapshot was asked for; ``None`` says that it was
                asked for on this connection, after the stream was confirmed.

        Returns:
            What to build the book from, or `TOO_OLD`: fetch another if `needs_snapshot` still says
            so.
        """
        event, deltas = self._place(snapshot.sequence, self.epoch if epoch is None else epoch)
        self._move(event)
        if event is SyncEvent.LAGS:
            return TOO_OLD
        self._buffer.clear()
        # Step 5: the book becomes the snapshot, its id the snapshot's.
        self.sequence = deltas[-1].last if deltas else snapshot.sequence
        self._link = self.sequence if deltas else _UNLINKED
        return Replay(snapshot, deltas)

    def streamed(self, snapshot: BookSnapshot) -> None:
        """Take a snapshot that came in the stream itself: the book is what it says, wherever it stood before."""
        self._move(SyncEvent.STREAMED)
        self._forget()
        self._link = self.sequence = snapshot.sequence

    def _uncommon(self, delta: BookDelta) -> Verdict:
        """Everything but the next delta of a synced book."""
        event = self._classify(delta)
        if event is SyncEvent.IS_OLD and self._is_frozen():
            event = SyncEvent.BREAKS
        verdict = self._move(event)
        assert verdict is not None  # every cell of a delta has one
        if verdict is Verdict.APPLY:
            self._link = self.sequence = delta.last
        elif verdict is Verdict.HELD:
            if len(self._buffer) == self._buffer.maxlen:
                self.dropped += 1
            self._buffer.append(delta)
        elif verdict is Verdict.GAP:
            # Step 6 (spot), step 5 (futures): discard the book and start again, with this delta.
            self.gaps += 1
            self._forget()
            self._buffer.append(delta)
        return verdict

    def _classify(self, delta: BookDelta) -> SyncEvent:
        if self.chain is BookChain.COUNTED and self._is_renumbered(delta.last):
            return SyncEvent.BREAKS
        if self.state is SyncState.BRIDGING and self.sequence is not None:
            if self._is_before(delta, self.sequence):
                return SyncEvent.IS_OLD
            return SyncEvent.LINKS if self._bridges(delta, self.sequence) else SyncEvent.BREAKS
        if self._buffer:
            before = self._buffer[-1].last
        elif self.sequence is not None:
            before = self.sequence
        else:
            return SyncEvent.LINKS
        if self.chain in _FALLING:
            if self.chain is BookChain.ORDER or delta.previous is None:
                return SyncEvent.LINKS if delta.last >= before else SyncEvent.IS_OLD
            if delta.previous == before != delta.last:
                return SyncEvent.LINKS
        # Step 6 (spot) ignores u < bookId; one that ends at bookId itself brings nothing new either.
        if delta.last <= before:
            return SyncEvent.IS_OLD
        follows = delta.first - 1 <= before if self._is_first_id else delta.previous == before
        return SyncEvent.LINKS if follows else SyncEvent.BREAKS

    def _is_renumbered(self, last: int) -> bool:
        """Whether a counted delta shows that the count began anew after what is held."""
        at = self._buffer[-1].last if self._buffer else self.sequence
        return at is not None and last < at and (last == 1 or at - last > COUNTED_SPAN)

    def _is_frozen(self) -> bool:
        """Count one more old delta; True where too many came while the chain stood still."""
        at = self._buffer[-1].last if self._buffer else self.sequence
        self._old_in_row = self._old_in_row + 1 if at == self._old_at else 1
        self._old_at = at
        return self._old_in_row > OLD_IN_ROW_MAX

    def _is_before(self, delta: BookDelta, snapshot_id: int) -> bool:
        """Step 4 (spot) drops ``u <= lastUpdateId``, step 3 (futures) ``u < lastUpdateId``, strictly."""
        return delta.last <= snapshot_id if self._is_first_id else delta.last < snapshot_id

    def _bridges(self, delta: BookDelta, snapshot_id: int) -> bool:
        """Whether a delta that `_is_before` lets through may be the first one after a snapshot.

        Spot, step 4: ``U <= lastUpdateId + 1``. Futures, step 4: ``U <= lastUpdateId``. On futures
        ids also advance for other reasons than this book, so a snapshot's id may lie between two
        deltas: then ``pu <= lastUpdateId`` says the same, that nothing lies between the snapshot
        and the delta, where waiting for ``U`` could go on for as long as the instrument is quiet.
        """
        if self._is_first_id:
            return delta.first - 1 <= snapshot_id
        previous = delta.previous
        return delta.first <= snapshot_id or (previous is not None and previous <= snapshot_id)

    def _place(self, snapshot_id: int, epoch: int) -> tuple[SyncEvent, tuple[BookDelta, ...]]:
        if self.state is SyncState.IDLE:
            return SyncEvent.LAGS, ()
        if self.sequence is not None:
            # Unasked for, say to audit: it may move the book on, never back.
            return (SyncEvent.LAGS if snapshot_id < self.sequence else SyncEvent.COVERS), ()
        if not self._buffer:
            # No delta to compare with: only a snapshot asked for on this connection is known to be new enough.
            is_whole = epoch == self.epoch and snapshot_id >= self._floor
            return (SyncEvent.COVERS if is_whole else SyncEvent.LAGS), ()
        if self.chain is BookChain.COUNTED and snapshot_id - self._buffer[-1].last > COUNTED_SPAN:
            return SyncEvent.LAGS, ()  # from before the count began anew, out of a cache
        # Step 3 (spot): a snapshot from before the first buffered delta is fetched again; likewise on futures.
        if not self._bridges(self._buffer[0], snapshot_id):
            return SyncEvent.LAGS, ()
        deltas = tuple(delta for delta in self._buffer if not self._is_before(delta, snapshot_id))
        return (SyncEvent.JOINS if deltas else SyncEvent.COVERS), deltas

    def _raise_floor(self) -> None:
        """Remember the last id seen; not the highest, for a venue may have begun to count anew."""
        if self._buffer:
            self._floor = self._buffer[-1].last
        elif self.sequence is not None:
            self._floor = self.sequence

    def _forget(self) -> None:
        self._buffer.clear()
        self.sequence = None
        self._link = _UNLINKED
        self._old_at = None

    def _move(self, event: SyncEvent) -> Verdict | None:
        self.state, verdict = TABLE.step(self.state, event)
        return verdict
