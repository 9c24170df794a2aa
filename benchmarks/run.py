"""Measure Tickwright end to end, beside its peers: ``make bench`` or ``python -m benchmarks``.

For each case a source process plays frames over loopback as fast as they are read; each client runs in a fresh
process and reports the CPU time that it used, from the socket to the user's callback. Progress goes to standard
error, the tables or (``--json``) one JSON object to standard output.
"""

from __future__ import annotations

import argparse
import platform
import sys
from importlib import metadata
from typing import Any

import msgspec
from rich.console import Console

from benchmarks import footprint, peers, tables
from benchmarks.aims import aims_of
from benchmarks.contest import COMPILED, FLOOR, PACED, TWIN, Contestant, Result, measure
from benchmarks.latency import latency_contestants, measure_latency, show_latency
from benchmarks.orders import measure_orders, show_orders
from benchmarks.venues import measure_venues, show_venues
from benchmarks.workload import CASES


__all__ = ["main"]

LATENCY = "latency"
"""Not a case like the others: delays at a set pace, by the clock."""
VENUES = "venues"
"""Nor is this one: the same content in each venue's words, in process."""
ORDERS = "orders"
"""Nor this: what goes the other way."""
ALL_CASES = (*CASES, PACED, LATENCY, VENUES, ORDERS)
FRAMES = {
    "depth": 26_000,
    "bookTicker": 40_000,
    "trade": 40_000,
    "audited": 40_000,
    "mix": 60_000,
    PACED: 4_000,
}
WIDTH = 110
"""Columns where the output is no terminal."""


def contestants(found: list[peers.Peer]) -> list[Contestant]:
    """Return the floor, Tickwright on both kernels, and the peers in ``found``."""
    return [
        Contestant(FLOOR, "floor"),
        Contestant(COMPILED, "tickwright", environment={"TICKWRIGHT_PURE": "0"}),
        Contestant(TWIN, "tickwright", environment={"TICKWRIGHT_PURE": "1"}),
        *(Contestant(peer.name, peer.client, python=str(peers.PYTHON)) for peer in found),
    ]


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(ALL_CASES)}")
    parser.add_argument("--quick", action="store_true", help="a fifth of the frames, one round")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each client in each case")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
    parser.add_argument("--no-peers", action="store_true", help="leave the other libraries out")
    parser.add_argument("--no-footprint", action="store_true", help="leave memory and import out")
    arguments = parser.parse_args()
    unknown = [case for case in arguments.cases if case not in ALL_CASES]
    if unknown:
        parser.error(f"unknown case {unknown[0]}: choose from {', '.join(ALL_CASES)}")
    return arguments


def _machine() -> dict[str, Any]:
    model = ""
    try:
        with open("/proc/cpuinfo") as lines:
            model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), "")
    except OSError:
        model = platform.processor()
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
        "cpu": model,
        "picows": metadata.version("picows"),
        "uvloop": metadata.version("uvloop"),
    }


def main() -> None:
    """Run what the command line asks for."""
    arguments = _parse()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    found, missing = (
        ([], []) if arguments.no_peers else peers.available(may_install=not arguments.quick)
    )
    for line in missing:
        say(line)
    cases = arguments.cases or ALL_CASES
    rounds = 1 if arguments.quick else arguments.rounds
    results: list[Result] = []
    for case in cases:
        if case in (LATENCY, VENUES, ORDERS):
            continue
        results += measure(
            case,
            contestants(found),
            frames=FRAMES[case] // (5 if arguments.quick else 1),
            rounds=rounds,
            say=say,
        )
    delays = []
    if LATENCY in cases:
        delays = measure_latency(latency_contestants(found), rounds=rounds, say=say)
    by_venue = measure_venues() if VENUES in cases else []
    orders = None
    if ORDERS in cases:
        orders = measure_orders(rounds=rounds, with_peers=not arguments.no_peers, say=say)
    sizes = [] if arguments.no_footprint else footprint.measure_all(say)
    if arguments.json:
        report = {
            "machine": _machine(),
            "results": results,
            "latency": delays,
            "venues": by_venue,
            "orders": orders,
            "footprint": sizes,
            "left_out": missing,
        }
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
        return
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    tables.show_machine(console, _machine())
    tables.show_results(console, results, floor=FLOOR, ours=(COMPILED, TWIN))
    show_latency(console, delays)
    if by_venue:
        show_venues(console, by_venue)
    if orders is not None:
        show_orders(console, orders)
    tables.show_footprint(console, sizes)
    tables.show_aims(console, aims_of(results, sizes, orders))


if __name__ == "__main__":
    main()
