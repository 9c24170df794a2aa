"""A circuit breaker: a host that fails again and again is left alone, then tried with one request.

Theory of operation
===================

CLOSED is the good state: everything goes through, and failures in a row are counted. At the limit
the breaker is OPEN: nothing goes through until the cool-down is over. The first caller after that
is the probe (HALF_OPEN); all others wait for what becomes of it: it succeeds → CLOSED, it fails →
OPEN for another cool-down. Who must not wait (`tickwright.io.gate`: cancels) goes past an open breaker; an answer to
that proves that the host works again → CLOSED.

Two things that are easy to forget stand in the table as well. Answers to requests that left
*before* it opened arrive while it is OPEN: they change nothing, for the cool-down alone decides.
And a probe may get lost: either its caller says so (`abandoned`), and the next caller is the probe,
or it says nothing, and after another cool-down, or the time that any request ends in, the next caller is. A lost probe must
never hold a host closed for ever.

Cool-downs begin short, for most outages are a restart or a balancer that lost one machine, and an account waits for its host meanwhile;
each probe that fails doubles the next one.
"""

from __future__ import annotations

from enum import Enum

from tickwright.core.machine import Table
from tickwright.errors import UsageError


__all__ = ["TABLE", "Breaker", "BreakerAction", "BreakerEvent", "BreakerState"]


_SILENCE_S = 30.0
"""No request is under way for longer: a probe that was not heard of by then is lost."""


class BreakerState(Enum):
    """Whether requests go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


class BreakerEvent(Enum):
    """What happened to a request, or to the cool-down."""

    SUCCEEDED = "succeeded"
    PROVEN = "succeeded, and left while it was open"
    FAILED = "failed"
    LIMIT_REACHED = "one failure too many"
    ABANDONED = "given up by its caller, outcome unknown"
    COOLED_DOWN = "asked after the cool-down"


class BreakerAction(Enum):
    """What the breaker does on its own fields."""

    FORGET = "forget the failures"
    COUNT = "count a failure"
    COOL_DOWN = "start a cool-down"
    COOL_LONGER = "start a cool-down twice as long"
    PROBE = "let this caller through and wait for it"
    PROBE_NEXT = "let the next caller be the probe"


_S, _E, _A = BreakerState, BreakerEvent, BreakerAction

TABLE: Table[BreakerState, BreakerEvent, BreakerAction | None] = Table(
    "breaker",
    _S.CLOSED,
    {
        (_S.CLOSED, _E.SUCCEEDED): (_S.CLOSED, _A.FORGET),
        (_S.CLOSED, _E.FAILED): (_S.CLOSED, _A.COUNT),
        (_S.CLOSED, _E.LIMIT_REACHED): (_S.OPEN, _A.COOL_DOWN),
        (_S.CLOSED, _E.ABANDONED): (_S.CLOSED, None),
        (_S.OPEN, _E.SUCCEEDED): (_S.OPEN, None),
        (_S.OPEN, _E.PROVEN): (_S.CLOSED, _A.FORGET),
        (_S.OPEN, _E.FAILED): (_S.OPEN, None),
        (_S.OPEN, _E.ABANDONED): (_S.OPEN, None),
        (_S.OPEN, _E.COOLED_DOWN): (_S.HALF_OPEN, _A.PROBE),
        (_S.HALF_OPEN, _E.SUCCEEDED): (_S.CLOSED, _A.FORGET),
        (_S.HALF_OPEN, _E.FAILED): (_S.OPEN, _A.COOL_LONGER),
        (_S.HALF_OPEN, _E.ABANDONED): (_S.OPEN, _A.PROBE_NEXT),
        (_S.HALF_OPEN, _E.COOLED_DOWN): (_S.HALF_OPEN, _A.PROBE),
    },
)


class Breaker:
    """Holds requests to one failing host back.

    Args:
        failures_max: Failures in a row that open it. Five, so that a lost packet or two do not.
        cooldown_s: How long the host is left alone at first.
        cooldown_max_s: And at most, while probes fail.

    Raises:
        UsageError: Fewer than one failure, a cool-down that is not longer than 0 s, or a longest one that is shorter.

    Example:
        >>> breaker = Breaker(failures_max=1, cooldown_s=60)
        >>> breaker.wait_s(0.0)
        0.0
        >>> breaker.failed(1.0)
        >>> breaker.wait_s(11.0)
        50.0
        >>> breaker.wait_s(61.0), breaker.state.value
        (0.0, 'half-open')
    """

    __slots__ = (
        "_cooldown_first_s",
        "_cooldown_max_s",
        "_cooldown_s",
        "_failures",
        "_failures_max",
        "_opened_s",
        "_retry_at_s",
        "_state",
    )

    def __init__(
        self, failures_max: int = 5, cooldown_s: float = 5.0, cooldown_max_s: float = 60.0
    ) -> None:
        if failures_max < 1 or not 0 < cooldown_s <= cooldown_max_s:
            raise UsageError(
                "a breaker needs failures_max ≥ 1 and 0 < cooldown_s ≤ cooldown_max_s, "
                f"not {failures_max}, {cooldown_s}, {cooldown_max_s}"
            )
        self._failures_max = failures_max
        self._cooldown_first_s = self._cooldown_s = cooldown_s
        self._cooldown_max_s = cooldown_max_s
        self._failures = 0
        self._opened_s = 0.0
        self._retry_at_s = 0.0
        self._state = TABLE.initial

    @property
    def state(self) -> BreakerState:
        """Where it stands; asking changes nothing."""
        return self._state

    @property
    def failures(self) -> int:
        """Failures in a row while closed."""
        return self._failures

    def wait_s(self, now_s: float) -> float:
        """Return 0 to let the caller through, else how long the host is still left alone.

        A caller that gets 0 sends its request and reports back by `succeeded`, `failed` or
        `abandoned`: while the breaker is not closed it is the one probe, and everybody else waits
        for it.
        """
        if self._state is BreakerState.CLOSED:
            return 0.0
        if now_s < self._retry_at_s:
            return self._retry_at_s - now_s
        self._step(BreakerEvent.COOLED_DOWN, now_s)
        return 0.0

    def succeeded(self, now_s: float, sent_s: float | None = None) -> None:
        """Note an answer, whatever it says: a host that refuses is a host that works.

        Args:
            now_s: Monotonic.
            sent_s: When the request left; ``None`` for before anything that is known.
        """
        is_proof = (
            self._state is BreakerState.OPEN and sent_s is not None and sent_s > self._opened_s
        )
        self._step(BreakerEvent.PROVEN if is_proof else BreakerEvent.SUCCEEDED, now_s)

    def failed(self, now_s: float) -> None:
        """Note that no answer came, or one that says the host is broken (5xx)."""
        is_last = self._state is BreakerState.CLOSED and self._failures + 1 >= self._failures_max
        self._step(BreakerEvent.LIMIT_REACHED if is_last else BreakerEvent.FAILED, now_s)

    def abandoned(self, now_s: float) -> None:
        """Note that a request was given up by its own caller, so that it proves nothing."""
        self._step(BreakerEvent.ABANDONED, now_s)

    def _step(self, event: BreakerEvent, now_s: float) -> None:
        self._state, action = TABLE.step(self._state, event)
        match action:
            case BreakerAction.FORGET:
                self._failures = 0
                self._cooldown_s = self._cooldown_first_s
            case BreakerAction.COUNT:
                self._failures += 1
            case BreakerAction.COOL_DOWN:
                self._cool_down(now_s)
            case BreakerAction.PROBE:
                self._failures = 0
                self._retry_at_s = now_s + max(self._cooldown_s, _SILENCE_S)
            case BreakerAction.COOL_LONGER:
                self._cooldown_s = min(2 * self._cooldown_s, self._cooldown_max_s)
                self._cool_down(now_s)
            case BreakerAction.PROBE_NEXT:
                self._retry_at_s = now_s
            case None:
                pass

    def _cool_down(self, now_s: float) -> None:
        self._failures = 0
        self._opened_s = now_s
        self._retry_at_s = now_s + self._cooldown_s
