"""How one stream's subscription stands: one table, for a stream at a time. The ledger steps it.

A stream's state answers three questions at once: do we want it, does the venue send it (no, yes, or
nobody knows), and what was asked and not answered yet.

    ==========  =======  ===========  ===========  ======================================
    state       wanted   venue sends  under way    what happens next
    ==========  =======  ===========  ===========  ======================================
    GONE        no       no           nothing      nothing; such streams are not stored
    WANTED      yes      no           nothing      queued to be asked for
    REPEATED    yes      perhaps      nothing      queued to be asked for once more
    PENDING     yes      perhaps      subscribe    its answer
    DROPPED     no       perhaps      subscribe    its answer, then it is given up
    CONFIRMED   yes      yes          nothing      data
    RENEWING    yes      yes          nothing      queued to be given up, then asked for
    SURPLUS     no       yes          nothing      queued to be given up
    DOUBTFUL    no       perhaps      nothing      queued to be given up, to be certain
    LEAVING     no       perhaps      unsubscribe  its answer
    RETURNING   yes      perhaps      unsubscribe  its answer, then it is asked for
    FAILED      yes      no           nothing      refused; wanting it again asks again
    ==========  =======  ===========  ===========  ======================================
"""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table


__all__ = ["TABLE", "Effect", "StreamEvent", "StreamState"]


class StreamState(Enum):
    """Where a stream stands; the table in the module's docstring says what each means."""

    GONE = "gone"
    WANTED = "wanted"
    REPEATED = "repeated"
    PENDING = "pending"
    DROPPED = "dropped"
    CONFIRMED = "confirmed"
    RENEWING = "renewing"
    SURPLUS = "surplus"
    DOUBTFUL = "doubtful"
    LEAVING = "leaving"
    RETURNING = "returning"
    FAILED = "failed"


class StreamEvent(Enum):
    """What can happen to a stream."""

    WANT = "want"
    UNWANT = "unwant"
    RENEW = "renew"
    SENT = "its request was handed out for sending"
    ACKED = "its request was accepted"
    REFUSED = "it was refused itself"
    RETRY = "its request was refused, perhaps because of another stream"
    UNANSWERED = "its request was not answered in time"
    RECONNECTED = "a new connection, which knows nothing"


class Effect(Enum):
    """What a transition does to the queues."""

    ASK = "queue it to be asked for"
    LEAVE = "queue it to be given up"
    UNQUEUE = "take it out of its queue"


_S, _E, _ASK, _LEAVE, _UNQUEUE = StreamState, StreamEvent, Effect.ASK, Effect.LEAVE, Effect.UNQUEUE

TABLE: Table[StreamState, StreamEvent, Effect | None] = Table(
    "subscription",
    _S.GONE,
    {
        (_S.GONE, _E.WANT): (_S.WANTED, _ASK),
        (_S.GONE, _E.UNWANT): (_S.GONE, None),
        (_S.GONE, _E.RENEW): (_S.GONE, None),
        (_S.WANTED, _E.WANT): (_S.WANTED, None),
        (_S.WANTED, _E.UNWANT): (_S.GONE, _UNQUEUE),
        (_S.WANTED, _E.RENEW): (_S.WANTED, None),
        (_S.WANTED, _E.SENT): (_S.PENDING, _UNQUEUE),
        (_S.WANTED, _E.RECONNECTED): (_S.WANTED, None),
        (_S.REPEATED, _E.WANT): (_S.REPEATED, None),
        (_S.REPEATED, _E.UNWANT): (_S.DOUBTFUL, _LEAVE),
        (_S.REPEATED, _E.RENEW): (_S.REPEATED, None),
        (_S.REPEATED, _E.SENT): (_S.PENDING, _UNQUEUE),
        (_S.REPEATED, _E.RECONNECTED): (_S.WANTED, None),
        (_S.PENDING, _E.WANT): (_S.PENDING, None),
        (_S.PENDING, _E.UNWANT): (_S.DROPPED, None),
        (_S.PENDING, _E.RENEW): (_S.PENDING, None),
        (_S.PENDING, _E.ACKED): (_S.CONFIRMED, None),
        (_S.PENDING, _E.REFUSED): (_S.FAILED, None),
        (_S.PENDING, _E.RETRY): (_S.WANTED, _ASK),
        (_S.PENDING, _E.UNANSWERED): (_S.REPEATED, _ASK),
        (_S.PENDING, _E.RECONNECTED): (_S.WANTED, _ASK),
        (_S.DROPPED, _E.WANT): (_S.PENDING, None),
        (_S.DROPPED, _E.UNWANT): (_S.DROPPED, None),
        (_S.DROPPED, _E.RENEW): (_S.DROPPED, None),
        (_S.DROPPED, _E.ACKED): (_S.SURPLUS, _LEAVE),
        (_S.DROPPED, _E.REFUSED): (_S.GONE, None),
        (_S.DROPPED, _E.RETRY): (_S.GONE, None),
        (_S.DROPPED, _E.UNANSWERED): (_S.DOUBTFUL, _LEAVE),
        (_S.DROPPED, _E.RECONNECTED): (_S.GONE, None),
        (_S.CONFIRMED, _E.WANT): (_S.CONFIRMED, None),
        (_S.CONFIRMED, _E.UNWANT): (_S.SURPLUS, _LEAVE),
        (_S.CONFIRMED, _E.RENEW): (_S.RENEWING, _LEAVE),
        (_S.CONFIRMED, _E.REFUSED): (_S.FAILED, None),
        (_S.CONFIRMED, _E.RECONNECTED): (_S.WANTED, _ASK),
        (_S.RENEWING, _E.WANT): (_S.RENEWING, None),
        (_S.RENEWING, _E.UNWANT): (_S.SURPLUS, None),
        (_S.RENEWING, _E.RENEW): (_S.RENEWING, None),
        (_S.RENEWING, _E.SENT): (_S.RETURNING, _UNQUEUE),
        (_S.RENEWING, _E.REFUSED): (_S.FAILED, _UNQUEUE),
        (_S.RENEWING, _E.RECONNECTED): (_S.WANTED, _ASK),
        (_S.SURPLUS, _E.WANT): (_S.CONFIRMED, _UNQUEUE),
        (_S.SURPLUS, _E.UNWANT): (_S.SURPLUS, None),
        (_S.SURPLUS, _E.RENEW): (_S.SURPLUS, None),
        (_S.SURPLUS, _E.SENT): (_S.LEAVING, _UNQUEUE),
        (_S.SURPLUS, _E.REFUSED): (_S.GONE, _UNQUEUE),
        (_S.SURPLUS, _E.RECONNECTED): (_S.GONE, _UNQUEUE),
        (_S.DOUBTFUL, _E.WANT): (_S.REPEATED, _ASK),
        (_S.DOUBTFUL, _E.UNWANT): (_S.DOUBTFUL, None),
        (_S.DOUBTFUL, _E.RENEW): (_S.DOUBTFUL, None),
        (_S.DOUBTFUL, _E.SENT): (_S.LEAVING, _UNQUEUE),
        (_S.DOUBTFUL, _E.RECONNECTED): (_S.GONE, _UNQUEUE),
        (_S.LEAVING, _E.WANT): (_S.RETURNING, None),
        (_S.LEAVING, _E.UNWANT): (_S.LEAVING, None),
        (_S.LEAVING, _E.RENEW): (_S.LEAVING, None),
        (_S.LEAVING, _E.ACKED): (_S.GONE, None),
        (_S.LEAVING, _E.REFUSED): (_S.GONE, None),
        (_S.LEAVING, _E.RETRY): (_S.DOUBTFUL, _LEAVE),
        (_S.LEAVING, _E.UNANSWERED): (_S.DOUBTFUL, _LEAVE),
        (_S.LEAVING, _E.RECONNECTED): (_S.GONE, None),
        (_S.RETURNING, _E.WANT): (_S.RETURNING, None),
        (_S.RETURNING, _E.UNWANT): (_S.LEAVING, None),
        (_S.RETURNING, _E.RENEW): (_S.RETURNING, None),
        (_S.RETURNING, _E.ACKED): (_S.WANTED, _ASK),
        (_S.RETURNING, _E.REFUSED): (_S.REPEATED, _ASK),
        (_S.RETURNING, _E.RETRY): (_S.RENEWING, _LEAVE),
        (_S.RETURNING, _E.UNANSWERED): (_S.RENEWING, _LEAVE),
        (_S.RETURNING, _E.RECONNECTED): (_S.WANTED, _ASK),
        (_S.FAILED, _E.WANT): (_S.WANTED, _ASK),
        (_S.FAILED, _E.UNWANT): (_S.GONE, None),
        (_S.FAILED, _E.RENEW): (_S.FAILED, None),
        (_S.FAILED, _E.RECONNECTED): (_S.FAILED, None),
    },
)
