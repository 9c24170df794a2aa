"""Where the time of a frame goes: each stage of the hot path alone, on the recorded frames.

``python -m benchmarks.stages`` runs the very objects that a connector puts together, without sockets. The first
two stages need them and come from the clients ``floor`` and ``io_only``. What the sum lacks to the figure of the
whole path is what the stages cost together: cold caches and the calls from one to the next.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.contest import Contestant, measure
from benchmarks.workload import Workload, build
from tickwright.core.booksync import BookChain, BookSync
from tickwright.core.gaps import TradeSequence
from tickwright.errors import DecodeError
from tickwright.io.clock import SystemClock
from tickwright.kernel import IS_COMPILED
from tickwright.marketdata.keeper import BookKeeper
from tickwright.model.instrument import Instrument
from tickwright.model.market import BookDelta, BookSnapshot, Trade
from tickwright.model.topics import BookUpdates, Quotes, Topic, Trades
from tickwright.runtime.bus import Bus
from tickwright.runtime.line import Line
from tickwright.runtime.routes import Route, Tap
from tickwright.venues.base import Channel, StreamKind
from tickwright.venues.binance import codec
from tickwright.venues.binance.protocol import CombinedStreams
from tickwright.venues.binance.spec import SPOT
from tickwright.venues.binance.symbols import infer_spot


__all__ = ["Stage", "depth_stages", "main", "profile", "small_stages"]

FRAMES = 20_000
ROUNDS = 7


class Stage(msgspec.Struct):
    """What one step of the way costs."""

    name: str
    us: float


def timed(function: Callable[[Any], object], items: Sequence[Any]) -> float:
    """Return the CPU time in µs that ``function`` takes for one of ``items``, the loop itself included."""
    start_ns = time.process_time_ns()
    for item in items:
        function(item)
    return (time.process_time_ns() - start_ns) / len(items) / 1000


def _least(measure_once: Callable[[], float]) -> float:
    """Return the lowest of some rounds: a stage is short, and whatever disturbs it only adds."""
    return min(measure_once() for _ in range(ROUNDS))


def _frames(work: Workload, suffix: str) -> list[bytes]:
    return [
        b'{"stream":"%b","data":%b}' % (stream.encode(), payload)
        for stream, payload in work.main
        if stream.endswith(suffix)
    ][:FRAMES]


def _instrument(work: Workload) -> Instrument:
    return infer_spot(work.symbols[0].name)


class _Nobody:
    """Owns a line on which nothing but data comes."""

    def on_other(self, frame: bytes, stream: str | None) -> None: ...
    def on_unreadable(self, stream: str, error: DecodeError, frame: bytes) -> None: ...
    def on_crash(self, error: Exception) -> None: ...
    def on_hole(self, last: int, number: int) -> None: ...
    def on_pinged(self, payload: bytes) -> None: ...
    def on_ponged(self) -> None: ...
    def on_lost(self, line: Line, code: int, reason: str) -> None: ...


def _dispatch(frames: list[bytes]) -> Stage:
    """Find the stream's name, its route and the time, and make the two calls that lead to the sink."""
    name = CombinedStreams().stream_of(frames[0])
    assert name is not None
    route = Route(Channel(name, StreamKind(lambda frame, received_ns, subject: ())))
    route.add(Tap(object, lambda event: None))
    line = Line(_Nobody(), {name: route}, CombinedStreams(), SystemClock())
    return Stage("session: stream name, route, clock", _least(lambda: timed(line.on_frame, frames)))


def _publish(topic: Topic, decode: Callable[[bytes, int], Any], frames: list[bytes]) -> Stage:
    """Stamp an event, count it, and call one handler."""

    def once() -> float:
        events = [decode(frame, 1) for frame in frames]
        channel = Bus(SystemClock(), lambda name, coroutine: None).channel(topic)
        channel.attach(lambda event: None)
        return timed(channel.publish, events)

    return Stage("publish: stamp, count, call the handler", _least(once))


def _keeper(work: Workload, decode: Callable[[bytes, int], BookDelta]) -> BookKeeper:
    """Return the keeper of a book that has taken everything up to the frames to measure."""
    instrument = _instrument(work)
    keeper = BookKeeper(
        instrument,
        SPOT.book,
        publish=lambda event: None,
        publish_state=lambda change: None,
        request_snapshot=lambda keeper: None,
    )
    early = [payload for payloads in work.lead_in.values() for payload in payloads]
    early += [payload for _, payload in work.warm_up]
    keeper.on_up(0)
    keeper.on_subscribed()
    snapshot = codec.book_snapshot(next(iter(work.snapshots.values())), 1, instrument)
    keeper.on_snapshot(snapshot)
    for payload in early:
        keeper.on_delta(decode(b'{"stream":"","data":%b}' % payload, 1))
    return keeper


def depth_stages() -> list[Stage]:
    """Measure the stages of a depth frame on the recorded spot book."""
    work = build("depth", FRAMES)
    frames = _frames(work, "@depth@100ms")
    instrument = _instrument(work)
    decode = partial(codec.spot_delta, instrument=instrument)
    deltas = [decode(frame, 1) for frame in frames]
    levels = [(delta.bids, delta.asks) for delta in deltas]

    def apply() -> float:
        book = _keeper(work, decode).book
        return timed(lambda pair: book.apply(*pair), levels)

    def check() -> float:
        book = _keeper(work, decode).book
        return timed(lambda pair: book.is_crossed, levels)

    def sequence() -> float:
        sync = BookSync(BookChain.FIRST_ID)
        sync.subscribed()
        sync.snapshot(BookSnapshot(instrument.id, None, 1, *levels[0], deltas[0].first - 1))
        return timed(sync.delta, deltas)

    def keep() -> float:
        return timed(_keeper(work, decode).on_delta, deltas)

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

    whole = _least(lambda: timed(lambda f: decode(f, 1), frames))
    event = _least(lambda: timed(make, deltas))
    parts = [
        Stage("sequence check", _least(sequence)),
        Stage("apply to the book", _least(apply)),
        Stage("crossed check", _least(check)),
    ]
    rest = _least(keep) - sum(part.us for part in parts)
    return [
        _dispatch(frames),
        Stage("scan: JSON to fixed-point levels", max(whole - event, 0.0)),
        Stage("event object", event),
        *parts,
        Stage("keeper: state, counts, times", max(rest, 0.0)),
        _publish(BookUpdates(instrument.id), decode, frames),
    ]


def small_stages(case: str) -> list[Stage]:
    """Measure the stages of a ``bookTicker`` or ``trade`` frame."""
    work = build(case, FRAMES)
    frames = _frames(work, f"@{case}")
    instrument = _instrument(work)
    is_quote = case == "bookTicker"
    decode: Callable[[bytes, int], Any]
    decode = partial(codec.spot_quote if is_quote else codec.trade, instrument=instrument)
    topic = Quotes(instrument.id) if is_quote else Trades(instrument.id)
    events = [decode(frame, 1) for frame in frames]
    kind = type(events[0])
    names = [name for name in kind.__struct_fields__ if name != "delivered_ts_ns"]
    rows = [tuple(getattr(event, name) for name in names) for event in events]
    whole = _least(lambda: timed(lambda f: decode(f, 1), frames))
    event = _least(lambda: timed(lambda row: kind(*row), rows))
    stages = [
        _dispatch(frames),
        Stage("scan and checks: JSON to exact numbers", max(whole - event, 0.0)),
        Stage("event object", event),
    ]
    if not is_quote:
        ids = [event.trade_id for event in events if isinstance(event, Trade)]

        def follow() -> float:
            return timed(TradeSequence().check, ids)

        stages.append(Stage("trade ids without a hole", _least(follow)))
    return [*stages, _publish(topic, decode, frames)]


def profile(case: str, say: Callable[[str], None]) -> list[Stage]:
    """Return the stages of ``case``, from the socket to the callback, ending with what they do not explain."""
    clients = [
        Contestant("floor", "floor"),
        Contestant("io", "io_only"),
        Contestant("whole", "tickwright"),
    ]
    results = measure(case, clients, frames=FRAMES, rounds=5, say=say)
    costs = {result.name: min(result.cpu_us_runs) for result in results}
    stages = [
        Stage("picows: socket, framing, one callback", costs["floor"]),
        Stage("tickwright.io: frame as bytes", max(costs["io"] - costs["floor"], 0.0)),
        *(depth_stages() if case == "depth" else small_stages(case)),
    ]
    if "whole" in costs:
        known = sum(stage.us for stage in stages)
        stages.append(Stage("the rest: calls between them, cold caches", costs["whole"] - known))
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
        table = Table(
            "stage", title=f"{case}, {kernel}, lowest of several runs", title_justify="left"
        )
        table.add_column("µs a frame", justify="right")
        for stage in stages:
            table.add_row(stage.name, f"{stage.us:.2f}")
        console.print(table)


if __name__ == "__main__":
    main()
