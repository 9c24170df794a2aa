"""The life of an order as one table: what may happen to it in which state, and as what it is reported.

Theory of operation
===================

An order is RECEIVED while it is checked; a refused one never gets further and leaves no trace. Then it works
(OPEN), or waits: for its trigger (DORMANT), or for another order of its list (PENDING). From waiting it goes to
work by the same event as from the start, and the table names the report that goes with it.

FILLED, CANCELED, EXPIRED, PREVENTED and REJECTED have no cells at all: whatever happens to an order that
has ended is a bug of the engine's.
"""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table
from tickwright.venues.reports import Execution, OrderStatus


__all__ = ["LIFE", "LifeEvent"]


class LifeEvent(Enum):
    """What happens to an order."""

    HOLD = "has to wait for another order"
    ARM = "has to wait for its trigger"
    WORK = "may be matched from now on"
    FORCE = "the same, of an order of the venue's own"
    TRACK = "begins to follow the market"
    FILL_PART = "traded, with something left"
    FILL_REST = "traded, with nothing left"
    SHRINK = "lost quantity to self-trade prevention, with something left"
    PREVENT = "ended by self-trade prevention"
    AMEND = "price or quantity changed"
    CANCEL = "its owner ends it"
    EXPIRE = "its conditions end it"
    REJECT = "refused at its trigger or activation"


_S, _E, _X = OrderStatus, LifeEvent, Execution

LIFE: Table[OrderStatus, LifeEvent, Execution] = Table(
    "order",
    _S.RECEIVED,
    {
        (_S.RECEIVED, _E.HOLD): (_S.PENDING, _X.ACCEPTED),
        (_S.RECEIVED, _E.ARM): (_S.DORMANT, _X.ACCEPTED),
        (_S.RECEIVED, _E.WORK): (_S.OPEN, _X.ACCEPTED),
        (_S.RECEIVED, _E.FORCE): (_S.OPEN, _X.FORCED),
        # Waits for another order.
        (_S.PENDING, _E.ARM): (_S.DORMANT, _X.ACTIVATED),
        (_S.PENDING, _E.WORK): (_S.OPEN, _X.ACTIVATED),
        (_S.PENDING, _E.AMEND): (_S.PENDING, _X.AMENDED),
        (_S.PENDING, _E.CANCEL): (_S.CANCELED, _X.CANCELED),
        (_S.PENDING, _E.EXPIRE): (_S.EXPIRED, _X.EXPIRED),
        (_S.PENDING, _E.REJECT): (_S.REJECTED, _X.REJECTED),
        # Waits for its trigger.
        (_S.DORMANT, _E.TRACK): (_S.DORMANT, _X.TRACKING),
        (_S.DORMANT, _E.WORK): (_S.OPEN, _X.TRIGGERED),
        (_S.DORMANT, _E.AMEND): (_S.DORMANT, _X.AMENDED),
        (_S.DORMANT, _E.CANCEL): (_S.CANCELED, _X.CANCELED),
        (_S.DORMANT, _E.EXPIRE): (_S.EXPIRED, _X.EXPIRED),
        (_S.DORMANT, _E.REJECT): (_S.REJECTED, _X.REJECTED),
        # Works.
        (_S.OPEN, _E.FILL_PART): (_S.PARTIALLY_FILLED, _X.TRADED),
        (_S.OPEN, _E.FILL_REST): (_S.FILLED, _X.TRADED),
        (_S.OPEN, _E.SHRINK): (_S.OPEN, _X.PREVENTED),
        (_S.OPEN, _E.PREVENT): (_S.PREVENTED, _X.PREVENTED),
        (_S.OPEN, _E.AMEND): (_S.OPEN, _X.AMENDED),
        (_S.OPEN, _E.CANCEL): (_S.CANCELED, _X.CANCELED),
        (_S.OPEN, _E.EXPIRE): (_S.EXPIRED, _X.EXPIRED),
        (_S.PARTIALLY_FILLED, _E.FILL_PART): (_S.PARTIALLY_FILLED, _X.TRADED),
        (_S.PARTIALLY_FILLED, _E.FILL_REST): (_S.FILLED, _X.TRADED),
        (_S.PARTIALLY_FILLED, _E.SHRINK): (_S.PARTIALLY_FILLED, _X.PREVENTED),
        (_S.PARTIALLY_FILLED, _E.PREVENT): (_S.PREVENTED, _X.PREVENTED),
        (_S.PARTIALLY_FILLED, _E.AMEND): (_S.PARTIALLY_FILLED, _X.AMENDED),
        (_S.PARTIALLY_FILLED, _E.CANCEL): (_S.CANCELED, _X.CANCELED),
        (_S.PARTIALLY_FILLED, _E.EXPIRE): (_S.EXPIRED, _X.EXPIRED),
    },
)
