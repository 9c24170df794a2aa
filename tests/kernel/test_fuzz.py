"""A short run of the fuzzer; `python -m tests.kernel.fuzz` makes the long ones."""

from __future__ import annotations

from random import Random

from tests.kernel.fuzz import fuzz, mutated
from tests.kernel.kernels import DEPTH_FRAME, TRADE_FRAME, Kernel


def test_mutated_frames_give_what_the_twin_gives_or_an_error(compiled: Kernel) -> None:
    taken, refused = fuzz(4000, 20, compiled)
    assert taken > 200
    assert refused > 2000


def test_the_same_seed_makes_the_same_frames() -> None:
    runs = [
        [mutated(DEPTH_FRAME, TRADE_FRAME, chance) for _ in range(50)]
        for chance in (Random(5), Random(5))
    ]
    assert runs[0] == runs[1]
    assert len(set(runs[0])) > 40
