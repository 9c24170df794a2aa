"""What can become of an order: every state, and what each piece of news is worth in it, in one table.

Theory of operation
===================

An order is known through several channels at once: the reply to its command, the private stream, answers to questions. They
race. So there is no "next message"; there is *news*, and the table says for every state what each piece of news is worth:

- News from the venue may be late. A reply that says «open» after the stream said «filled» is old, and changes nothing.
- News from the venue may be a surprise. An order that was rejected (a duplicate id, say) or thought not to have been sent, and
  then shows up, is there: what the venue shows beats what we concluded (`Tell.REVIVED`).
- Executions are facts. They are counted by their ids wherever they turn up, after the cancel and before the accept as
  well; the table only decides what they mean for the state.
- Our own news cannot surprise us. Sending twice, or denying what was sent, has no cell: it is a bug.
"""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table
from tickwright.model.orders import OrderState


__all__ = ["TABLE", "News", "Tell"]


class News(Enum):
    """What can be learned of an order."""

    __hash__ = object.__hash__  # as `OrderState`

    DENIED = "denied"
    """We said no, or it is certain that nothing was sent."""
    SENT = "sent"
    """It was written to a socket."""
    LOST = "lost"
    """No answer, or one that does not tell: it may be at the venue or not."""
    ABSENT = "absent"
    """The venue does not have it, and by its rules can no longer get it."""
    FOUND = "found"
    """The venue shows it, after it was thought to be gone."""
    REJECTED = "rejected"
    """The venue said no."""
    OPEN = "open"
    """The venue has it, nothing filled."""
    PARTLY_FILLED = "partly filled"
    """The venue has it, something filled."""
    FILLED = "filled"
    """Filled whole."""
    CANCELED = "canceled"
    EXPIRED = "expired"


class Tell(Enum):
    """What a transition tells the user, beside the executions."""

    __hash__ = object.__hash__  # as `OrderState`

    SENT = "sent"
    DENIED = "denied"
    UNKNOWN = "unknown"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    CANCELED = "canceled"
    EXPIRED = "expired"
    REVIVED = "revived"
    """Accepted after all."""


_S, _N, _T = OrderState, News, Tell

_OWN = {
    (_S.NEW, _N.DENIED): (_S.DENIED, _T.DENIED),
    (_S.NEW, _N.SENT): (_S.SENT, _T.SENT),
    # A restart finds the intent in the journal and cannot know whether it was sent.
    (_S.NEW, _N.LOST): (_S.UNKNOWN, _T.UNKNOWN),
    (_S.SENT, _N.DENIED): (_S.DENIED, _T.DENIED),
    (_S.SENT, _N.LOST): (_S.UNKNOWN, _T.UNKNOWN),
    (_S.SENT, _N.ABSENT): (_S.REJECTED, _T.REJECTED),
    (_S.UNKNOWN, _N.LOST): (_S.UNKNOWN, None),
    (_S.UNKNOWN, _N.ABSENT): (_S.REJECTED, _T.REJECTED),
    # The reply got lost, and another channel had shown the order already.
    (_S.OPEN, _N.LOST): (_S.OPEN, None),
    (_S.PARTLY_FILLED, _N.LOST): (_S.PARTLY_FILLED, None),
    (_S.FILLED, _N.LOST): (_S.FILLED, None),
    (_S.CANCELED, _N.LOST): (_S.CANCELED, None),
    (_S.EXPIRED, _N.LOST): (_S.EXPIRED, None),
    (_S.REJECTED, _N.LOST): (_S.REJECTED, None),
    # It was there: it must have ended in a way that we have not heard of, and venues forget orders that have ended.
    (_S.OPEN, _N.ABSENT): (_S.EXPIRED, _T.EXPIRED),
    (_S.PARTLY_FILLED, _N.ABSENT): (_S.EXPIRED, _T.EXPIRED),
    (_S.FILLED, _N.ABSENT): (_S.FILLED, None),
    (_S.CANCELED, _N.ABSENT): (_S.CANCELED, None),
    (_S.EXPIRED, _N.ABSENT): (_S.EXPIRED, None),
    (_S.EXPIRED, _N.FOUND): (_S.OPEN, _T.REVIVED),
    (_S.REJECTED, _N.ABSENT): (_S.REJECTED, None),
}

_FIRST_WORD = {
    (state, news): cell
    for state in (_S.NEW, _S.SENT, _S.UNKNOWN)
    for news, cell in {
        _N.REJECTED: (_S.REJECTED, _T.REJECTED),
        _N.OPEN: (_S.OPEN, _T.ACCEPTED),
        _N.PARTLY_FILLED: (_S.PARTLY_FILLED, _T.ACCEPTED),
        _N.FILLED: (_S.FILLED, _T.ACCEPTED),
        _N.CANCELED: (_S.CANCELED, _T.CANCELED),
        _N.EXPIRED: (_S.EXPIRED, _T.EXPIRED),
    }.items()
}

_AT_THE_VENUE = {
    (_S.OPEN, _N.REJECTED): (_S.OPEN, None),
    (_S.OPEN, _N.OPEN): (_S.OPEN, None),
    (_S.OPEN, _N.PARTLY_FILLED): (_S.PARTLY_FILLED, None),
    (_S.OPEN, _N.FILLED): (_S.FILLED, None),
    (_S.OPEN, _N.CANCELED): (_S.CANCELED, _T.CANCELED),
    (_S.OPEN, _N.EXPIRED): (_S.EXPIRED, _T.EXPIRED),
    (_S.PARTLY_FILLED, _N.REJECTED): (_S.PARTLY_FILLED, None),
    (_S.PARTLY_FILLED, _N.OPEN): (_S.PARTLY_FILLED, None),
    (_S.PARTLY_FILLED, _N.PARTLY_FILLED): (_S.PARTLY_FILLED, None),
    (_S.PARTLY_FILLED, _N.FILLED): (_S.FILLED, None),
    (_S.PARTLY_FILLED, _N.CANCELED): (_S.CANCELED, _T.CANCELED),
    (_S.PARTLY_FILLED, _N.EXPIRED): (_S.EXPIRED, _T.EXPIRED),
}

_ENDED = {
    (_S.FILLED, _N.REJECTED): (_S.FILLED, None),
    (_S.FILLED, _N.OPEN): (_S.FILLED, None),
    (_S.FILLED, _N.PARTLY_FILLED): (_S.FILLED, None),
    (_S.FILLED, _N.FILLED): (_S.FILLED, None),
    (_S.FILLED, _N.CANCELED): (_S.FILLED, None),
    (_S.FILLED, _N.EXPIRED): (_S.FILLED, None),
    (_S.CANCELED, _N.REJECTED): (_S.CANCELED, None),
    (_S.CANCELED, _N.OPEN): (_S.CANCELED, None),
    (_S.CANCELED, _N.PARTLY_FILLED): (_S.CANCELED, None),
    # The fill came first at the venue, and the reply to the cancel first to us.
    (_S.CANCELED, _N.FILLED): (_S.FILLED, None),
    (_S.CANCELED, _N.CANCELED): (_S.CANCELED, None),
    (_S.CANCELED, _N.EXPIRED): (_S.CANCELED, None),
    (_S.EXPIRED, _N.REJECTED): (_S.EXPIRED, None),
    (_S.EXPIRED, _N.OPEN): (_S.EXPIRED, None),
    (_S.EXPIRED, _N.PARTLY_FILLED): (_S.EXPIRED, None),
    (_S.EXPIRED, _N.FILLED): (_S.FILLED, None),
    (_S.EXPIRED, _N.CANCELED): (_S.EXPIRED, None),
    (_S.EXPIRED, _N.EXPIRED): (_S.EXPIRED, None),
}

_SURPRISES = {
    (state, news): cell
    for state in (_S.REJECTED, _S.DENIED)
    for news, cell in {
        _N.REJECTED: (state, None),
        _N.OPEN: (_S.OPEN, _T.REVIVED),
        _N.PARTLY_FILLED: (_S.PARTLY_FILLED, _T.REVIVED),
        _N.FILLED: (_S.FILLED, _T.REVIVED),
        _N.CANCELED: (_S.CANCELED, _T.CANCELED),
        _N.EXPIRED: (_S.EXPIRED, _T.EXPIRED),
    }.items()
}

TABLE: Table[OrderState, News, Tell | None] = Table(
    "order", OrderState.NEW, {**_OWN, **_FIRST_WORD, **_AT_THE_VENUE, **_ENDED, **_SURPRISES}
)
