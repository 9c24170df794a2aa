"""Plays many worlds, on all cores."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.orders.drawing import draw
from tests.simulation.orders.playing import Verdict, play


__all__ = ["play_many"]

_AT_ONCE = 10
"""Worlds that a process takes at a time: each lasts a tenth of a second."""


def play_many(seeds: Iterable[int]) -> Iterator[Verdict]:
    """Yield the verdict on each world, in order; their stories are left out."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(mp_context=context) as pool:
        yield from pool.map(_played, seeds, chunksize=_AT_ONCE)


def _played(seed: int) -> Verdict:
    verdict = play(draw(seed))
    return Verdict(verdict.seed, verdict.broken, verdict.digest, ())
