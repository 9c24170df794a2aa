"""Where a private stream stands: one table. Orders may be sent in READY, and in no other state (G8)."""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table


__all__ = ["TABLE", "PrivateEvent", "PrivateState"]


class PrivateState(Enum):
    """How much of the account is known."""

    WAITING = "waiting"
    """Not connected; the next try is to come."""
    CONNECTING = "connecting"
    """A key is asked for, a socket opened."""
    GREETING = "greeting"
    """The venue is told whose events are wanted, and has not agreed yet."""
    RECONCILING = "reconciling"
    """Events come; what was missed is being asked for."""
    READY = "ready"
    """All that the venue knows of the account is known here."""
    REFUSED = "refused"
    """The venue does not take the key. It is tried again now and then: what is wrong with it may be mended at the venue."""
    CLOSED = "closed"


class PrivateEvent(Enum):
    """What can happen to it."""

    DIAL = "dial"
    OPENED = "opened"
    GREETED = "greeted"
    """The venue agreed, or wants no greeting."""
    RECONCILED = "reconciled"
    DOUBTED = "doubted"
    """Something was found that the stream should have told."""
    LOST = "lost"
    """The socket, the key, or an answer did not come."""
    REFUSED = "refused"
    CLOSE = "close"


_S, _E = PrivateState, PrivateEvent

_CELLS = {
    (_S.WAITING, _E.DIAL): _S.CONNECTING,
    (_S.WAITING, _E.REFUSED): _S.REFUSED,
    (_S.WAITING, _E.CLOSE): _S.CLOSED,
    (_S.CONNECTING, _E.OPENED): _S.GREETING,
    (_S.CONNECTING, _E.LOST): _S.WAITING,
    (_S.CONNECTING, _E.REFUSED): _S.REFUSED,
    (_S.CONNECTING, _E.CLOSE): _S.CLOSED,
    (_S.GREETING, _E.GREETED): _S.RECONCILING,
    (_S.GREETING, _E.LOST): _S.WAITING,
    (_S.GREETING, _E.REFUSED): _S.REFUSED,
    (_S.GREETING, _E.CLOSE): _S.CLOSED,
    (_S.RECONCILING, _E.RECONCILED): _S.READY,
    (_S.RECONCILING, _E.LOST): _S.WAITING,
    (_S.RECONCILING, _E.REFUSED): _S.REFUSED,
    (_S.RECONCILING, _E.CLOSE): _S.CLOSED,
    (_S.READY, _E.RECONCILED): _S.READY,
    (_S.READY, _E.DOUBTED): _S.WAITING,
    (_S.READY, _E.LOST): _S.WAITING,
    (_S.READY, _E.REFUSED): _S.REFUSED,
    (_S.READY, _E.CLOSE): _S.CLOSED,
    (_S.REFUSED, _E.DIAL): _S.CONNECTING,
    (_S.REFUSED, _E.CLOSE): _S.CLOSED,
    (_S.CLOSED, _E.CLOSE): _S.CLOSED,
}

TABLE: Table[PrivateState, PrivateEvent, None] = Table(
    "private stream",
    PrivateState.WAITING,
    {cell: (following, None) for cell, following in _CELLS.items()},
)
