"""Faults of frames: lost, doubled, late, too many at once, or of a kind that nobody has seen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from tests.simulation.fault import AFTER_DELAYS_S, ONLY_LIVE_FRAMES, Fault, Phase
from tests.simulation.world import World


__all__ = ["CONTENT_FAULTS", "STREAM_FAULTS"]


def burst(frames: int) -> Callable[[World], Awaitable[None]]:
    """Return what lets so many frames happen at once."""

    async def act(world: World) -> None:
        world.sandbox.burst(frames)

    return act


DEPTH, TRADES, QUOTES, CANDLES = "*@depth*", "*rade", "*@bookTicker", "*@kline*"

STREAM_FAULTS = (
    *(
        Fault(
            name=f"{what} {fault}",
            sets={field: {stream: count}},
            lasts_s=8.0,
            not_at=ONLY_LIVE_FRAMES,
        )
        for field, fault in (
            ("drop", "lost"),
            ("double", "sent twice"),
            ("reorder", "overtaken"),
            ("delay", "a second late"),
        )
        for what, stream, count in (
            ("deltas", DEPTH, 3),
            ("trades", TRADES, 5),
            ("quotes", QUOTES, 10),
            ("candles", CANDLES, 6),
        )
    ),
    *(
        Fault(
            name=f"{what} silent",
            sets={"silent_streams": {stream}},
            lasts_s=45.0,
            heals_s=AFTER_DELAYS_S,
            not_at=ONLY_LIVE_FRAMES,
        )
        for what, stream in (("deltas", DEPTH), ("trades", TRADES), ("one book", "btcusdt@depth*"))
    ),
    Fault(name="a burst of 5,000", act=burst(5_000), not_at=ONLY_LIVE_FRAMES),
    Fault(
        name="a burst of 50,000",
        act=burst(50_000),
        not_at={
            **ONLY_LIVE_FRAMES,
            Phase.SUBSCRIBING: "bursts of 5,000 are there",
            Phase.RENEWING: "bursts of 5,000 are there",
            Phase.RESYNCING: "bursts of 5,000 are there",
        },
    ),
)

STRANGE = "unknown keys and enums, keys shuffled"

CONTENT_FAULTS = (
    Fault(name="unknown events", sets={"unknown_events": 20}, not_at=ONLY_LIVE_FRAMES),
    *(
        Fault(name=name, sets=dict.fromkeys(fields, True), strikes_new=True, lasts_s=8.0)
        for name, fields in (
            (STRANGE, ("unknown_keys", "shuffled_keys", "unknown_enums")),
            ("unknown keys", ("unknown_keys",)),
            ("shuffled keys", ("shuffled_keys",)),
            ("unknown enums", ("unknown_enums",)),
        )
    ),
    Fault(
        name="contracts that do not trade yet among the listings",
        sets={"pending_listings": 3},
        not_at=dict.fromkeys(set(Phase) - {Phase.BEFORE}, "listings are asked for once, before"),
    ),
    *(
        Fault(
            name=f"the venue's clock off by {step:g} s",
            sets={"clock_step_s": step},
            strikes_new=True,
        )
        for step in (30.0, -30.0)
    ),
)
