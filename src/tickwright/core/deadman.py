"""When open orders are no longer looked after: a guard that lets a venue's countdown run out, and says when to cancel.

Theory of operation
===================

Whoever cannot hear what becomes of his orders should not have any. A guard watches over the orders of one instrument, or of a
whole product, by two facts: are any of ours open, and does the account's private stream work? While both are so, it asks for the
venue's countdown to be wound up (ARM), three times in its window, so that two of them may fail. When the stream is gone, winding
stops. After the window (EXPIRED) the venue has canceled by itself, if it has such a countdown at all; the guard asks for
a CANCEL all the same, for what no countdown reaches, and again until nothing is open or the stream is back.

Orders may come and go many times a second, and calls cost weight. So a countdown that nobody needs any more is left running until
it would have to be wound up: then it is stopped (DISARM), unless something is open again.

A process that died winds nothing up, and a blocked one neither: that is the venue's part, which no program can play.
"""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table
from tickwright.errors import ConfigError


__all__ = ["TABLE", "Guard", "GuardAction", "GuardEvent", "GuardState"]

_REFRESHES = 3
"""In a window: two may be lost."""
_RETRIES = 6
"""In a window, of what the venue did not take: fewer than what makes a breaker take a host for dead."""
_LOOK_AGAIN_S = 1.0
"""How soon orders that open after the window ran out are canceled as well."""


class GuardState(Enum):
    """What is known, and what is done about it."""

    DARK = "dark"
    """The stream is down; nothing is open."""
    IDLE = "idle"
    """The stream works; nothing is open."""
    ARMED = "armed"
    """Orders are open, and the countdown is wound up again and again."""
    CLEAR = "clear"
    """Nothing is open any more; the countdown still runs."""
    LAPSING = "lapsing"
    """Orders are open, and the stream is down: the window runs."""
    FIRED = "fired"
    """It ran out: what is open is being canceled."""
    CLOSED = "closed"


class GuardEvent(Enum):
    """What can happen."""

    OPENED = "opened"
    """The first order is open, or on its way."""
    CLEARED = "cleared"
    """None is any more."""
    UP = "up"
    DOWN = "down"
    DUE = "due"
    """It is time to do again what was done last."""
    EXPIRED = "expired"
    """The stream has been down for the whole window."""
    CLOSE = "close"


class GuardAction(Enum):
    """What the shell is to do."""

    ARM = "arm"
    """Wind the venue's countdown up."""
    DISARM = "disarm"
    """Stop it."""
    CANCEL = "cancel"
    """Cancel what is open."""


_S, _E, _A = GuardState, GuardEvent, GuardAction

TABLE: Table[GuardState, GuardEvent, GuardAction | None] = Table(
    "guard",
    GuardState.DARK,
    {
        (_S.DARK, _E.OPENED): (_S.LAPSING, None),
        (_S.DARK, _E.UP): (_S.IDLE, None),
        (_S.DARK, _E.CLOSE): (_S.CLOSED, None),
        (_S.IDLE, _E.OPENED): (_S.ARMED, _A.ARM),
        (_S.IDLE, _E.DOWN): (_S.DARK, None),
        (_S.IDLE, _E.CLOSE): (_S.CLOSED, None),
        (_S.ARMED, _E.CLEARED): (_S.CLEAR, None),
        (_S.ARMED, _E.DOWN): (_S.LAPSING, None),
        (_S.ARMED, _E.DUE): (_S.ARMED, _A.ARM),
        (_S.ARMED, _E.CLOSE): (_S.CLOSED, _A.DISARM),
        (_S.CLEAR, _E.OPENED): (_S.ARMED, None),
        (_S.CLEAR, _E.DOWN): (_S.DARK, _A.DISARM),
        (_S.CLEAR, _E.DUE): (_S.IDLE, _A.DISARM),
        (_S.CLEAR, _E.CLOSE): (_S.CLOSED, _A.DISARM),
        (_S.LAPSING, _E.CLEARED): (_S.DARK, _A.DISARM),
        (_S.LAPSING, _E.UP): (_S.ARMED, _A.ARM),
        (_S.LAPSING, _E.EXPIRED): (_S.FIRED, _A.CANCEL),
        (_S.LAPSING, _E.CLOSE): (_S.CLOSED, _A.DISARM),
        (_S.FIRED, _E.CLEARED): (_S.DARK, None),
        (_S.FIRED, _E.UP): (_S.ARMED, _A.ARM),
        (_S.FIRED, _E.DUE): (_S.FIRED, _A.CANCEL),
        (_S.FIRED, _E.CLOSE): (_S.CLOSED, None),
        (_S.CLOSED, _E.CLOSE): (_S.CLOSED, None),
    },
)


class Guard:
    """Watches over orders that share a countdown.

    Args:
        window_s: How long the stream may be down while orders are open.
        now_s: Monotonic; the stream counts as down until it is said to work.

    Raises:
        ConfigError: If the window is not above zero.

    Example:
        >>> guard = Guard(30.0, now_s=0.0)
        >>> guard.look(1.0, has_orders=True, is_up=True)
        [<GuardAction.ARM: 'arm'>]
        >>> guard.due_s
        11.0
        >>> guard.look(5.0, has_orders=True, is_up=False), guard.due_s
        ([], 35.0)
        >>> guard.look(35.0, has_orders=True, is_up=False)
        [<GuardAction.CANCEL: 'cancel'>]
    """

    __slots__ = ("_down_s", "_has_orders", "_is_up", "_window_s", "due_s", "state")

    def __init__(self, window_s: float, now_s: float) -> None:
        if window_s <= 0:
            raise ConfigError(f"a guard's window must be above zero, not {window_s:g} s")
        self.state = TABLE.initial
        self.due_s: float | None = None
        """When to look again at the latest, monotonic; ``None`` for when something changes."""
        self._window_s = window_s
        self._down_s = now_s
        self._has_orders = False
        self._is_up = False

    def look(self, now_s: float, *, has_orders: bool, is_up: bool) -> list[GuardAction]:
        """Take in how things stand, and return what is to be done, in that order.

        Args:
            now_s: Monotonic.
            has_orders: Whether any of ours is open, or may be.
            is_up: Whether the private stream works.
        """
        actions: list[GuardAction | None] = []
        # Orders first: one that was sent as the stream broke is worth a countdown.
        if has_orders is not self._has_orders:
            self._has_orders = has_orders
            actions.append(self._step(_E.OPENED if has_orders else _E.CLEARED, now_s))
        if is_up is not self._is_up:
            self._is_up = is_up
            self._down_s = now_s
            actions.append(self._step(_E.UP if is_up else _E.DOWN, now_s))
        if self.due_s is not None and now_s >= self.due_s:
            is_over = self.state is _S.LAPSING
            actions.append(self._step(_E.EXPIRED if is_over else _E.DUE, now_s))
        return [action for action in actions if action is not None]

    def failed(self, now_s: float) -> None:
        """Take in that the venue was not reached: what was to be done is due again soon."""
        if self.state in (_S.ARMED, _S.CLEAR) and self.due_s is not None:
            self.due_s = min(self.due_s, now_s + self._window_s / _RETRIES)

    def close(self) -> GuardAction | None:
        """Watch no longer, and return what is still to be done. Twice is fine."""
        return self._step(_E.CLOSE, self._down_s)

    def _step(self, event: GuardEvent, now_s: float) -> GuardAction | None:
        self.state, action = TABLE.step(self.state, event)
        if action is _A.ARM:
            self.due_s = now_s + self._window_s / _REFRESHES
        elif self.state is _S.LAPSING:
            self.due_s = self._down_s + self._window_s
        elif self.state is _S.FIRED:
            self.due_s = now_s + _LOOK_AGAIN_S
        elif self.state not in (_S.ARMED, _S.CLEAR):
            self.due_s = None
        return action
