"""The journal: what was decided and what was learned about orders, in the order in which it happened.

It is the truth. Everything else about orders is folded from it (`tickwright.trading.board`), in the same way while it happens and
after a restart. An intent is written before its command is sent, so that no crash can leave an order at the venue that nobody
here knows of; all other entries may follow a little later, for a lost one is learned again by asking.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import msgspec

from tickwright.errors import StoreError, UsageError
from tickwright.io.store import Store
from tickwright.model.orders import Fill, OrderReport, SubmitOrder


__all__ = [
    "Absent",
    "AmendAsked",
    "CancelAsked",
    "Denied",
    "Entry",
    "Executed",
    "Forgotten",
    "Journal",
    "Lost",
    "Rejected",
    "Reported",
    "Sent",
    "Submitted",
    "damaged",
]

VERSION = 1
REMEDY = "restore a copy of it, or begin a new journal once its orders have ended"
"""For who has a journal that was changed by something else."""


class _Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="kind", tag=str.lower):
    """What all entries share."""

    at_ns: int
    """Our clock, ns since 1970."""


class _About(_Entry, frozen=True, kw_only=True):
    client_order_id: str


class Submitted(_Entry, frozen=True, kw_only=True):
    """The intent to place an order; it may or may not have been sent."""

    product: str
    command: SubmitOrder
    is_leaving: bool = False
    """It is sent at once: what `Sent` would say in an entry of its own."""

    @property
    def client_order_id(self) -> str:
        """The order's name."""
        return self.command.client_order_id


class Denied(_About, frozen=True, kw_only=True):
    """It was not sent."""

    code: str
    text: str


class Sent(_About, frozen=True, kw_only=True):
    """It was written to a socket: an entry of journals from before `Submitted.is_leaving`."""


class Lost(_About, frozen=True, kw_only=True):
    """No answer that tells."""

    text: str


class Absent(_About, frozen=True, kw_only=True):
    """It is proven that it never arrived."""

    text: str


class Rejected(_About, frozen=True, kw_only=True):
    """The venue refused it."""

    code: str
    text: str


class Reported(_Entry, frozen=True, kw_only=True):
    """The venue said something of it."""

    product: str
    report: OrderReport

    @property
    def client_order_id(self) -> str:
        """The order's name."""
        return self.report.client_order_id


class Executed(_About, frozen=True, kw_only=True):
    """Executions that were asked for."""

    fills: tuple[Fill, ...]


class AmendAsked(_About, frozen=True, kw_only=True):
    """Somebody wanted it changed."""

    quantity: str | None = None
    price: str | None = None


class CancelAsked(_About, frozen=True, kw_only=True):
    """Somebody wanted it canceled."""


class Forgotten(_Entry, frozen=True, kw_only=True):
    """What has to be known of orders that were left behind: the first entry of a journal that goes on for another (`tickwright.trading.carrying`)."""

    until_ns: dict[str, int]
    """Product → by the venue's clock, when anything last became of one."""
    names: tuple[str, ...] = ()
    """That users gave them: names are used once."""
    called: tuple[tuple[str, str, str], ...] = ()
    """Product, venue's id and name here of orders that follow, and that are called as they are because of one that does not."""


Entry = (
    Submitted
    | Denied
    | Sent
    | Lost
    | Absent
    | Rejected
    | Reported
    | Executed
    | AmendAsked
    | CancelAsked
    | Forgotten
)


class _Row(msgspec.Struct, frozen=True, array_like=True):
    """A row of the store: the version of its form, and the entry."""

    version: int
    entry: Entry


class Journal:
    """Entries in a store.

    Args:
        store: Where they are kept; see `tickwright.io.store.open_store`.

    Example:
        >>> journal = Journal(MemoryStore())
        >>> await journal.append([Sent(at_ns=1, client_order_id="me-1")])
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(_Row).decode

    @property
    def is_immediate(self) -> bool:
        """Whether nothing has to be waited for; see `tickwright.io.store.Store`."""
        return self._store.is_immediate

    def append_nowait(self, entries: Sequence[Entry]) -> None:
        """Write entries as `append`, on the spot.

        Raises:
            StoreError: As `append`.
            WouldBlock: The store has to be waited for.
        """
        encode = self._encode
        self._store.append_nowait([encode(_Row(VERSION, entry)) for entry in entries])

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write entries, all or none; once it returns a killed process loses none of them.

        Raises:
            StoreError: If they could not be written.
        """
        encode = self._encode
        await self._store.append([encode(_Row(VERSION, entry)) for entry in entries])

    async def entries(self) -> AsyncIterator[Entry]:
        """Yield every entry from the beginning.

        Raises:
            StoreError: As `numbered`, or one is missing: whoever folds them would take orders for what they are not.
        """
        count = 0
        async for number, entry in self.numbered():
            count += 1
            if number != count:
                raise damaged(count, "is missing")
            yield entry

    async def numbered(self, after: int = 0) -> AsyncIterator[tuple[int, Entry]]:
        """Yield the entries behind a number, each with its own, from 1 on.

        Raises:
            StoreError: If one cannot be read; the text names its number.
        """
        decode = self._decode
        async for number, body in self._store.rows(after):
            try:
                row = decode(body)
            except TypeError:  # tables of SQLite take anything
                raise damaged(number, "holds something else than an entry") from None
            except (msgspec.MsgspecError, ValueError, UsageError) as error:
                raise _unreadable(number, str(error)) from None
            if row.version > VERSION:
                raise _unreadable(number, f"it is of form {row.version}, not {VERSION}")
            yield number, row.entry

    async def close(self) -> None:
        """Let the next writer in. Twice is fine."""
        await self._store.close()


def damaged(number: int, what: str) -> StoreError:
    """Return the error for an entry that cannot have been written so, with what to do about it.

    Example:
        >>> str(damaged(2, "is missing"))
        'entry 2 of the journal is missing; restore a copy of it, or begin a new journal once its orders have ended'
    """
    return StoreError(f"entry {number} of the journal {what}; {REMEDY}")


def _unreadable(number: int, why: str) -> StoreError:
    return StoreError(
        f"entry {number} of the journal cannot be read ({why}); use the version that wrote it, or"
        " begin a new journal once its orders have ended"
    )
