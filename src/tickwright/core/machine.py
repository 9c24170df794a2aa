"""Machines as tables: every transition stands in one mapping, and what is not in it is a bug.

Theory of operation
===================

A machine here is three things, and only the first one decides anything:

1. A `Table`: ``(state, event) → (next state, action)``. States and events are enums. It holds *all*
   transitions of the machine, so that a reviewer sees the behaviour in one place, a test can walk
   it cell by cell, and the documentation draws its diagram from the very mapping that runs
   (`mermaid`).
2. A class that keeps the state. It turns what happened into an event (counters and clocks are
   compared here, and become *different events*, never an ``if`` around a transition), steps the
   table, and carries the action out on its own fields.
3. A shell (``io``, ``runtime``) which does what the class returns.

Rules: an event that can happen in a state has a cell, even if nothing comes of it: "we thought of
it" and "it cannot be" must look different. A pair without a cell raises `IllegalTransition`, since
going on from a state nobody has thought of is how connections end up half alive.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import Generic, TypeVar

from tickwright.errors import IllegalTransition


__all__ = ["Table", "mermaid"]

S = TypeVar("S", bound=Enum)
E = TypeVar("E", bound=Enum)
A = TypeVar("A")


class Table(Generic[S, E, A]):
    """All transitions of one machine.

    Args:
        name: The machine's name in errors and diagrams.
        initial: The state a new machine is in.
        cells: ``(state, event) → (next state, action)``; ``None`` is the usual "no action".

    Raises:
        ValueError: A state cannot be reached from ``initial``: its cells would be dead text.

    Example:
        >>> class Door(Enum):
        ...     OPEN = "open"
        ...     SHUT = "shut"
        >>> class Hand(Enum):
        ...     PUSH = "push"
        ...     PULL = "pull"
        >>> door = Table(
        ...     "door",
        ...     Door.SHUT,
        ...     {
        ...         (Door.SHUT, Hand.PULL): (Door.OPEN, None),
        ...         (Door.OPEN, Hand.PUSH): (Door.SHUT, "creak"),
        ...     },
        ... )
        >>> door.step(Door.OPEN, Hand.PUSH)
        (<Door.SHUT: 'shut'>, 'creak')
    """

    __slots__ = ("_cells", "initial", "name")

    def __init__(self, name: str, initial: S, cells: Mapping[tuple[S, E], tuple[S, A]]) -> None:
        self.name = name
        self.initial = initial
        self._cells = dict(cells)
        self._refuse_dead_states()

    @property
    def cells(self) -> Mapping[tuple[S, E], tuple[S, A]]:
        """The mapping itself, read-only, in the order it was written."""
        return MappingProxyType(self._cells)

    @property
    def states(self) -> tuple[S, ...]:
        """Every state, the initial one first, then in the order of the table."""
        found: dict[S, None] = {self.initial: None}
        for (state, _event), (following, _action) in self._cells.items():
            found[state] = None
            found[following] = None
        return tuple(found)

    @property
    def events(self) -> tuple[E, ...]:
        """Every event, in the order of the table."""
        return tuple({event: None for _state, event in self._cells})

    def step(self, state: S, event: E) -> tuple[S, A]:
        """Return the next state and the action of ``event`` in ``state``.

        Raises:
            IllegalTransition: The table has no such cell.
        """
        try:
            return self._cells[state, event]
        except KeyError:
            raise IllegalTransition(self.name, state, event) from None

    def _refuse_dead_states(self) -> None:
        reached = {self.initial}
        fresh = [self.initial]
        while fresh:
            current = fresh.pop()
            for (state, _event), (following, _action) in self._cells.items():
                if state is current and following not in reached:
                    reached.add(following)
                    fresh.append(following)
        dead = [state.name for state in self.states if state not in reached]
        if dead:
            raise ValueError(f"{self.name}: no way from {self.initial.name} to {', '.join(dead)}")


def mermaid(table: Table[S, E, A]) -> str:
    """Render a table as a Mermaid state diagram, one arrow for each (state, next state, action).

    Events that share an arrow are listed on it; an action follows them after a slash. Cells that
    change nothing and do nothing are left out: a picture shows what a machine does, the table says
    what it bears.
    """
    lines = ["stateDiagram-v2", f"    [*] --> {table.initial.name}"]
    arrows: dict[tuple[S, S, str], list[str]] = {}
    for (state, event), (following, action) in table.cells.items():
        label = _label(action)
        if state is not following or label:
            arrows.setdefault((state, following, label), []).append(event.name)
    for (state, following, label), events in arrows.items():
        does = f" / {label}" if label else ""
        lines.append(f"    {state.name} --> {following.name}: {', '.join(events)}{does}")
    leaving = {state for state, following, _label in arrows if state is not following}
    lines.extend(f"    {state.name} --> [*]" for state in table.states if state not in leaving)
    return "\n".join(lines) + "\n"


def _label(action: object) -> str:
    if action is None:
        return ""
    return action.name if isinstance(action, Enum) else str(action)
