"""Delays from the wire to the callback at a set pace: a source, and round after round each client once.

Part of ``make bench``; alone: ``python -m benchmarks.latency --quick``.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks import peers
from benchmarks.contest import ClientFailed, Contestant, run_client, serving
from benchmarks.stopwatch import LATENCY_CASES


__all__ = ["Delay", "latency_contestants", "latency_rows", "measure_latency", "show_latency"]

RATES_PER_S = (1_000, 10_000)
SECONDS = 4
TITLES = {"trade": "trade → callback", "depth": "depth → book → callback"}
OURS = "tickwright"
CLIENTS = {"ccxt.pro": "late_ccxt", "cryptofeed": "late_cryptofeed"}


class Delay(msgspec.Struct):
    """How long one client took in one case at one pace, in µs; medians over the runs."""

    case: str
    rate_per_s: int
    name: str
    frames: int
    p50_us: float
    p99_us: float
    p999_us: float
    max_us: float
    """The longest of all runs."""
    notes: dict[str, Any] = {}


def latency_contestants(found: Sequence[peers.Peer]) -> list[Contestant]:
    """Return the floor, Tickwright, and the peers in ``found``."""
    return [
        Contestant("floor", "late_floor"),
        Contestant(OURS, "late_tickwright", environment={"TICKWRIGHT_PURE": "0"}),
        *(
            Contestant(peer.name, CLIENTS[peer.name], python=str(peers.PYTHON))
            for peer in found
            if peer.name in CLIENTS
        ),
    ]


def measure_latency(
    contestants: Sequence[Contestant],
    *,
    rounds: int,
    seconds: float = SECONDS,
    say: Callable[[str], None],
) -> list[Delay]:
    """Measure every case at every pace; a client that fails is reported through ``say`` and left out."""
    found: list[Delay] = []
    for case in LATENCY_CASES:
        for rate in RATES_PER_S:
            arguments = [case, "--rate", str(rate), "--frames", str(int(rate * seconds))]
            runs: dict[str, list[dict[str, Any]]] = {each.name: [] for each in contestants}
            with serving("benchmarks.paced", *arguments) as origins:
                for number in range(rounds):
                    for contestant in contestants:
                        say(f"{case}, {rate:,}/s: round {number + 1}/{rounds}, {contestant.name}")
                        try:
                            runs[contestant.name].append(run_client(contestant, origins))
                        except ClientFailed as error:
                            say(f"{case}, {rate:,}/s: a run is left out, {error}")
            found += [_delay(case, rate, name, done) for name, done in runs.items() if done]
    return found


def _delay(case: str, rate: int, name: str, runs: list[dict[str, Any]]) -> Delay:
    middle = {
        share: round(statistics.median(run[share] for run in runs), 1)
        for share in ("p50_us", "p99_us", "p999_us")
    }
    return Delay(
        case,
        rate,
        name,
        frames=runs[0]["frames"],
        **middle,
        max_us=round(max(run["max_us"] for run in runs), 1),
        notes={"callbacks": runs[-1]["callbacks"], "version": runs[-1].get("version")},
    )


def latency_rows(delays: Sequence[Delay]) -> list[list[str]]:
    """Return a table: a row a client, a column a case and pace, each with p50, p99 and p99.9."""
    columns = list(dict.fromkeys((each.case, each.rate_per_s) for each in delays))
    known = {(each.name, each.case, each.rate_per_s): each for each in delays}
    rows = [
        [
            "µs from the wire: p50 / p99 / p99.9",
            *(f"{TITLES[case]}, {rate:,}/s" for case, rate in columns),
        ]
    ]
    for name in dict.fromkeys(each.name for each in delays):
        cells = [known.get((name, *column)) for column in columns]
        mark = "**" if name == OURS else ""
        version = next((each.notes.get("version") for each in cells if each is not None), None)
        label = f"{name} {version}" if version else f"{mark}{name}{mark}"
        texts = ["–" if each is None else f"{mark}{_three(each)}{mark}" for each in cells]
        rows.append([label, *texts])
    return rows


def _three(delay: Delay) -> str:
    return f"{delay.p50_us:,.0f} / {delay.p99_us:,.0f} / {delay.p999_us:,.0f}"


def show_latency(console: Console, delays: Sequence[Delay]) -> None:
    """Print one table a case and pace."""
    for column in dict.fromkeys((each.case, each.rate_per_s) for each in delays):
        title = f"{TITLES[column[0]]}, {column[1]:,} a second: µs from the wire"
        table = Table(title=title, title_justify="left")
        table.add_column("client")
        for heading in ("p50", "p99", "p99.9", "longest"):
            table.add_column(heading, justify="right")
        for each in delays:
            if (each.case, each.rate_per_s) == column:
                figures = (each.p50_us, each.p99_us, each.p999_us, each.max_us)
                style = "bold" if each.name == OURS else None
                table.add_row(each.name, *(f"{figure:,.0f}" for figure in figures), style=style)
        console.print(table)


def main() -> None:
    """Measure, and print the table or (``--json``) the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="half the time, one round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    found, missing = peers.available(may_install=not arguments.quick)
    for line in missing:
        say(line)
    delays = measure_latency(
        latency_contestants(found),
        rounds=1 if arguments.quick else arguments.rounds,
        seconds=SECONDS / 2 if arguments.quick else SECONDS,
        say=say,
    )
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(delays)).decode())
    else:
        show_latency(Console(), delays)


if __name__ == "__main__":
    main()
