from __future__ import annotations

from itertools import product

import pytest

from tickwright.errors import IllegalTransition
from tickwright.sandbox.exchange.life import LIFE, LifeEvent
from tickwright.venues.reports import Execution, OrderStatus


S, E, X = OrderStatus, LifeEvent, Execution

# What each waiting or working state bears; everything else is a bug of the engine's.
WAITING: dict[LifeEvent, tuple[OrderStatus | None, Execution]] = {
    E.AMEND: (None, X.AMENDED),
    E.CANCEL: (S.CANCELED, X.CANCELED),
    E.EXPIRE: (S.EXPIRED, X.EXPIRED),
    E.REJECT: (S.REJECTED, X.REJECTED),
}
WORKING: dict[LifeEvent, tuple[OrderStatus | None, Execution]] = {
    E.FILL_PART: (S.PARTIALLY_FILLED, X.TRADED),
    E.FILL_REST: (S.FILLED, X.TRADED),
    E.SHRINK: (None, X.PREVENTED),
    E.PREVENT: (S.PREVENTED, X.PREVENTED),
    E.AMEND: (None, X.AMENDED),
    E.CANCEL: (S.CANCELED, X.CANCELED),
    E.EXPIRE: (S.EXPIRED, X.EXPIRED),
}
EXPECTED: dict[OrderStatus, dict[LifeEvent, tuple[OrderStatus | None, Execution]]] = {
    S.RECEIVED: {
        E.HOLD: (S.PENDING, X.ACCEPTED),
        E.ARM: (S.DORMANT, X.ACCEPTED),
        E.WORK: (S.OPEN, X.ACCEPTED),
        E.FORCE: (S.OPEN, X.FORCED),
    },
    S.PENDING: {
        **WAITING,
        E.ARM: (S.DORMANT, X.ACTIVATED),
        E.WORK: (S.OPEN, X.ACTIVATED),
    },
    S.DORMANT: {
        **WAITING,
        E.TRACK: (None, X.TRACKING),
        E.WORK: (S.OPEN, X.TRIGGERED),
    },
    S.OPEN: WORKING,
    S.PARTIALLY_FILLED: WORKING,
}


@pytest.mark.parametrize(("state", "event"), list(product(S, E)))
def test_every_cell_is_decided(state: OrderStatus, event: LifeEvent) -> None:
    expected = EXPECTED.get(state, {}).get(event)
    if expected is None:
        with pytest.raises(IllegalTransition):
            LIFE.step(state, event)
        return
    following, execution = expected
    assert LIFE.step(state, event) == (following or state, execution)


@pytest.mark.parametrize("state", list(S))
def test_an_order_is_open_exactly_while_something_can_happen_to_it(state: OrderStatus) -> None:
    has_cells = any(found is state for found, _event in LIFE.cells)
    assert state.is_open is (has_cells and state is not S.RECEIVED)
