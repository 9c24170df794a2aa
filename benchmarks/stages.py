"""Where the time of a frame goes: each stage of the hot path alone, on the recorded frames.

``python -m benchmarks.stages`` runs the very objects that a connector puts together, without sockets. The first
two stages need them and come from the clients ``floor`` and ``io_only``. What the sum lacks to the figure of the
whole path is what the stages cost together: cold caches and the calls from one to the next.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, cast

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.contest import Contestant, measure
from benchmarks.workload import Workload, build
from tickwright.core.booksync import BookChain, BookSync
from tickwright.kernel import IS_COMPILED, L2Book, Levels
from tickwright.model.market import BookDelta, BookSnapshot
from tickwright.venues.binance import codec
from tickwright.venues.binance.protocol import CombinedStreams
from tickwright.venues.binance.symbols import infer_spot


__all__ = ["Stage", "depth_stages", "main", "profile", "small_stages"]

FRAMES = 20_000
ROUNDS = 7


class Stage(msgspec.Struct):
    """What one step of the way costs."""

    name: str
    us: float


def timed(function: Callable[[Any], object], items: Iterable[Any], count: int) -> float:
    """Return the CPU time in µs that ``function`` takes for one of ``items``, the loop itself included."""
    start_ns = time.process_time_ns()
    for item in items:
        function(item)
    return (time.process_time_ns() - start_ns) / count / 1000


def _median(measure_once: Callable[[], float]) -> float:
    return statistics.median(measure_once() for _ in range(ROUNDS))


def _frames(work: Workload, suffix: str) -> list[bytes]:
    return [
        b'{"stream":"%b","data":%b}' % (stream.encode(), payload)
        for stream, payload in work.main
        if stream.endswith(suffix)
    ][:FRAMES]


def _instrument(work: Workload) -> Any:
    return infer_spot(work.symbols[0].name)


def _dispatch(frames: list[bytes]) -> Stage:
    """Find the stream's name, its route, and the time."""
    stream_of = CombinedStreams().stream_of
    name = stream_of(frames[0])
    assert name is not None
    routes = {name: object()}
    time_ns = time.time_ns

    def dispatch(frame: bytes) -> object:
        return routes.get(stream_of(frame)), time_ns()  # type: ignore[arg-type]  # as the session does

    return Stage("stream name, route, clock", _median(lambda: timed(dispatch, frames, len(frames))))


def _sides(event: BookDelta | BookSnapshot) -> tuple[Levels, Levels]:
    return cast("Levels", event.bids), cast("Levels", event.asks)


def depth_stages() -> list[Stage]:
    """Measure the stages of a depth frame on the recorded spot book."""
    work = build("depth", FRAMES)
    frames = _frames(work, "@depth@100ms")
    decode = codec.spot_delta(_instrument(work))
    snapshot = codec.book_snapshot(_instrument(work))(next(iter(work.snapshots.values())), 0)
    before = [b'{"stream":"","data":%b}' % p for ps in work.lead_in.values() for p in ps]
    before += [b'{"stream":"","data":%b}' % payload for _, payload in work.warm_up]
    deltas = [decode(frame, 0) for frame in frames]
    early = [decode(frame, 0) for frame in before]

    def ready() -> tuple[BookSync, L2Book]:
        sync = BookSync(BookChain.FIRST_ID)
        sync.subscribed()
        sync.snapshot(snapshot)
        book = L2Book(deltas[0].bids.price_scale, deltas[0].bids.quantity_scale)
        book.replace(*_sides(snapshot))
        for delta in early:
            sync.delta(delta)
            book.apply(*_sides(delta))
        return sync, book

    def apply() -> float:
        _, book = ready()
        levels = [_sides(delta) for delta in deltas]
        return timed(lambda pair: book.apply(*pair), levels, len(levels))

    def sequence() -> float:
        sync, _ = ready()
        return timed(sync.delta, deltas, len(deltas))

    def check() -> float:
        _, book = ready()
        return timed(lambda d: book.is_crossed, deltas, len(deltas))

    def make(delta: BookDelta) -> BookDelta:
        return BookDelta(
            delta.instrument,
            delta.venue_ts_ns,
            delta.received_ts_ns,
            delta.bids,
            delta.asks,
            delta.first,
            delta.last,
        )

    whole = _median(lambda: timed(lambda f: decode(f, 0), frames, len(frames)))
    event = _median(lambda: timed(make, deltas, len(deltas)))
    return [
        _dispatch(frames),
        Stage("scan: JSON to fixed-point levels", max(whole - event, 0.0)),
        Stage("event object", event),
        Stage("sequence check", _median(sequence)),
        Stage("apply to the book", _median(apply)),
        Stage("crossed check", _median(check)),
    ]


def small_stages(case: str) -> list[Stage]:
    """Measure the stages of a ``bookTicker`` or ``trade`` frame."""
    work = build(case, FRAMES)
    frames = _frames(work, f"@{case}")
    decode = (codec.spot_quote if case == "bookTicker" else codec.trade)(_instrument(work))
    events = [decode(frame, 0) for frame in frames]
    kind = type(events[0])
    names = [name for name in kind.__struct_fields__ if name != "delivered_ts_ns"]
    rows = [tuple(getattr(event, name) for name in names) for event in events]
    whole = _median(lambda: timed(lambda f: decode(f, 0), frames, len(frames)))
    event = _median(lambda: timed(lambda row: kind(*row), rows, len(rows)))
    return [
        _dispatch(frames),
        Stage("scan: JSON to exact numbers", max(whole - event, 0.0)),
        Stage("event object", event),
    ]


def profile(case: str, say: Callable[[str], None]) -> list[Stage]:
    """Return the stages of ``case``, from the socket to the callback, ending with what they do not explain."""
    clients = [
        Contestant("floor", "floor"),
        Contestant("io", "io_only"),
        Contestant("whole", "tickwright"),
    ]
    results = measure(case, clients, frames=FRAMES, rounds=5, say=say)
    costs = {result.name: result.cpu_us for result in results}
    stages = [
        Stage("picows: socket, framing, one callback", costs["floor"]),
        Stage("tickwright.io: frame as bytes", max(costs["io"] - costs["floor"], 0.0)),
        *(depth_stages() if case == "depth" else small_stages(case)),
    ]
    if "whole" in costs:
        known = sum(stage.us for stage in stages)
        stages.append(Stage("the rest: routes, bus, callback, caches", costs["whole"] - known))
        stages.append(Stage("whole path", costs["whole"]))
    return stages


def main() -> None:
    """Print the profile of each case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("cases", nargs="*", default=["depth", "bookTicker", "trade"])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    profiles = {case: profile(case, say) for case in arguments.cases}
    if arguments.json:
        print(msgspec.json.format(msgspec.json.encode(profiles)).decode())
        return
    console = Console()
    for case, stages in profiles.items():
        kernel = "compiled kernel" if IS_COMPILED else "twin"
        table = Table("stage", title=f"{case}, {kernel}", title_justify="left")
        table.add_column("µs a frame", justify="right")
        for stage in stages:
            table.add_row(stage.name, f"{stage.us:.2f}")
        console.print(table)


if __name__ == "__main__":
    main()
