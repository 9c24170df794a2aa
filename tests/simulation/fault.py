"""What a fault is in a scenario: what it sets, how long it lasts, and within which time all is well after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import msgspec
from tests.simulation.world import World

from tickwright.model.topics import Topic
from tickwright.sandbox.faults import EOF, Faults


__all__ = [
    "AFTER_BREAKER_S",
    "AFTER_DELAYS_S",
    "ONLY_LIVE_FRAMES",
    "SOON_S",
    "Fault",
    "Phase",
    "cut",
    "relent",
    "twin_of",
]


class Phase(Enum):
    """When a fault strikes."""

    BEFORE = "before it connects"
    SUBSCRIBING = "while it subscribes"
    BOOTSTRAPPING = "while its books wait for their first snapshots"
    LIVE = "while all is live"
    RESYNCING = "while its books wait for another snapshot"
    RENEWING = "while its connections are replaced"


SOON_S = 15.0
"""What one reconnect or one resync takes, and a few tries of each."""
AFTER_DELAYS_S = 80.0
"""A session that failed for a while waits up to 66 s before its next try (G3)."""
AFTER_BREAKER_S = 160.0
"""A host that failed again and again is left alone for a minute; a snapshot may then wait for half another."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something that goes wrong at the venue."""

    name: str
    sets: dict[str, Any] = {}
    """Fields of `Faults`."""
    act: Callable[[World], Awaitable[None]] | None = None
    """What is done besides."""
    lasts_s: float = 5.0
    lingers_s: float = 0.0
    """How long after that it may still strike."""
    heals_s: float = SOON_S
    """Within which all is well again once the fault is over."""
    strikes_new: bool = False
    """It strikes connections as they are made: those that are there are cut, and renewals begin after it."""
    refused: tuple[Topic, ...] = ()
    """What the venue refuses: told by a `TopicFailed`, and not streamed."""
    not_at: dict[Phase, str] = {}
    """Phases without a scenario, and why."""
    twin: str | None = None
    """The fault that differs from this one in a number only: over sockets that one is played in every phase, and this
    one while all is live or, where it has no such scenario, before it connects."""

    async def strike(self, world: World) -> None:
        """Let it go wrong."""
        for name, value in self.sets.items():
            setattr(world.faults, name, value.copy() if isinstance(value, (dict, set)) else value)
        if self.act is not None:
            await self.act(world)


async def relent(world: World) -> None:
    """Let nothing go wrong any more."""
    world.faults.assign(Faults())
    await world.sandbox.open_doors()


async def cut(world: World) -> None:
    """Cut every connection."""
    world.sandbox.close_sockets(EOF)


def twin_of(number: int, name: str, played: tuple[int, ...]) -> str | None:
    """Return the twin of a fault with a number that is not ``played`` in full."""
    return None if number in played else name.format(played[0])


ONLY_LIVE_FRAMES = {
    Phase.BEFORE: "no frame is sent before the subscription: see `while it subscribes`",
}
