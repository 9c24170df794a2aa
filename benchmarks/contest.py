"""One case, measured: a source, and round after round each client once, every one in a fresh process."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import msgspec


__all__ = [
    "COMPILED",
    "FLOOR",
    "PACED",
    "ROOT",
    "TWIN",
    "ClientFailed",
    "Contestant",
    "Result",
    "measure",
    "measure_idle",
    "run_client",
    "run_program",
    "serving",
]

ROOT = Path(__file__).resolve().parents[1]
CLIENT_TIMEOUT_S = 240
FLOOR = "floor"
COMPILED = "tickwright"
TWIN = "tickwright, twin"
"""What is measured beside the peers."""

PACED = "paced"
PAUSE_S = 0.001
"""Between two frames of the paced case: each finds its client asleep."""


class Contestant(msgspec.Struct, frozen=True):
    """A client program, and how to start it."""

    name: str
    client: str
    python: str = sys.executable
    environment: dict[str, str] = {}


class Result(msgspec.Struct):
    """What one contestant used in one case. Times are CPU (user and system) of its process alone."""

    case: str
    name: str
    frames: int
    """Frames measured in each run, after the warm-up."""
    cpu_us: float
    """Median over the runs, per frame."""
    cpu_us_runs: list[float]
    frames_per_s: int
    """What one core could take at that price."""
    origin: str
    """The recording that the frames come from."""
    notes: dict[str, Any] = {}
    """What else the client reported: its version, callbacks, memory."""


class ClientFailed(RuntimeError):
    """A client program ended without a result."""


def _source(case: str, frames: int) -> AbstractContextManager[dict[str, str]]:
    what = ["depth", "--pause", str(PAUSE_S)] if case == PACED else [case]
    return serving("benchmarks.source", *what, "--frames", str(frames))


@contextmanager
def serving(module: str, *arguments: str) -> Iterator[dict[str, str]]:
    """Run a source program meanwhile, and yield its addresses.

    Raises:
        ClientFailed: It does not start.
    """
    command = [sys.executable, "-m", module, *arguments]
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            what = " ".join(arguments)
            raise ClientFailed(f"the source for {what} did not start: see its message above")
        yield json.loads(line)
    finally:
        process.stdin.close()
        process.wait(timeout=10)


def run_client(contestant: Contestant, origins: dict[str, str]) -> dict[str, Any]:
    """Run a client program once and return what it reports.

    Raises:
        ClientFailed: It ended without a result.
    """
    return run_program(contestant, "--rest", origins["rest"], "--ws", origins["ws"])


def run_program(contestant: Contestant, *arguments: str) -> dict[str, Any]:
    """Run a client program once with these arguments and return what it reports.

    Raises:
        ClientFailed: It ended without a result.
    """
    command = [contestant.python, "-m", f"benchmarks.clients.{contestant.client}"]
    try:
        done = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env={**os.environ, **contestant.environment},
            capture_output=True,
            text=True,
            timeout=CLIENT_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientFailed(f"{contestant.name}: no result in {CLIENT_TIMEOUT_S} s") from None
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        tail = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise ClientFailed(f"{contestant.name}: {tail}")
    result: dict[str, Any] = json.loads(lines[-1])
    return result


def measure(
    case: str,
    contestants: Sequence[Contestant],
    *,
    frames: int,
    rounds: int,
    say: Callable[[str], None],
) -> list[Result]:
    """Measure ``case``; a contestant that fails is reported through ``say`` and left out.

    The rounds go through all contestants in turn, so that a slow spell of the machine hits all alike.
    """
    runs: dict[str, list[dict[str, Any]]] = {c.name: [] for c in contestants}
    failed: set[str] = set()
    with _source(case, frames) as origins:
        for number in range(rounds):
            for contestant in contestants:
                if contestant.name in failed:
                    continue
                say(f"{case}: round {number + 1} of {rounds}, {contestant.name}")
                try:
                    runs[contestant.name].append(run_client(contestant, origins))
                except ClientFailed as error:
                    say(f"{case}: left out, {error}")
                    failed.add(contestant.name)
    return [
        _summary(case, name, results, origins["origin"])
        for name, results in runs.items()
        if results and name not in failed
    ]


def measure_idle(contestant: Contestant) -> dict[str, Any]:
    """Run a client once against a source that lists many symbols and sends nothing.

    Raises:
        ClientFailed: It ended without a result.
    """
    with _source("idle", 0) as origins:
        return run_client(contestant, origins)


def _summary(case: str, name: str, runs: list[dict[str, Any]], origin: str) -> Result:
    times = [run["cpu_us"] for run in runs]
    median = statistics.median(times)
    known = {"frames", "cpu_us"}
    return Result(
        case=case,
        name=name,
        frames=runs[0]["frames"],
        cpu_us=round(median, 3),
        cpu_us_runs=[round(time, 3) for time in times],
        frames_per_s=round(1e6 / median),
        origin=origin,
        notes={key: value for key, value in runs[-1].items() if key not in known},
    )
