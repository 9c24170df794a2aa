"""Plays worlds of orders: many at once on all cores, or one with its story. ``make sim`` is the way in.

python -m tests.simulation.orders --worlds 1000 --first 0
python -m tests.simulation.orders --seed 7
"""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation.orders.drawing import Drawn, draw
from tests.simulation.orders.many import play_many
from tests.simulation.orders.playing import play


def main() -> int:
    """Play what the command line asks for; return 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make sim", description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="how many worlds to play")
    parser.add_argument("--first", type=int, default=0, help="the first seed of them")
    parser.add_argument("--seed", type=int, help="play this one only, and tell its story")
    parser.add_argument("--digests", action="store_true", help="print what each was told, in short")
    asked = parser.parse_args()
    if asked.seed is not None:
        return _tell(draw(asked.seed))
    return _play_many(range(asked.first, asked.first + asked.worlds), has_digests=asked.digests)


def _play_many(seeds: range, *, has_digests: bool) -> int:
    began_s = time.monotonic()  # the machine's: for whoever waits
    broken = 0
    for verdict in play_many(seeds):
        if has_digests:
            print(verdict.seed, verdict.digest)
        if verdict.broken is not None:
            broken += 1
            print(f"seed {verdict.seed}: {verdict.broken}")
            print(f"    again, with its story: make sim SEED={verdict.seed}", flush=True)
    took_s = time.monotonic() - began_s
    print(f"{len(seeds)} worlds from seed {seeds.start} on: {broken} broken, {took_s:.0f} s")
    return 1 if broken else 0


def _tell(drawn: Drawn) -> int:
    print(_described(drawn), end="\n\n")
    verdict = play(drawn)
    for at_s, text in verdict.story:
        print(f"{at_s:9.3f} s  {text}")
    print(f"\nseed {drawn.seed}: {verdict.broken or 'all promises were kept'}")
    print(f"digest of all that was told: {verdict.digest}")
    return 1 if verdict.broken else 0


def _described(drawn: Drawn) -> str:
    lines = [f"The world of seed {drawn.seed}"]
    for name in drawn.__struct_fields__[1:]:
        value = getattr(drawn, name)
        if name in ("troubles", "kills"):
            lines += [f"  {name}:", *(f"    {each}" for each in value)]
        else:
            lines.append(f"  {name}: {value}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
