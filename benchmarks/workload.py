"""What one benchmark case sends: per stream a lead-in, then frames to warm up with, then frames to measure.

The lead-in goes out as soon as a stream is subscribed to and brings a book to life: it holds the depth
frames that the snapshot falls into. Everything after it waits until the client says that it is ready.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from benchmarks.looping import BookLoop
from benchmarks.recordings import Recording, load, split_symbol


__all__ = ["CASES", "IDLE", "Symbol", "Workload", "build", "idle"]

CASES = ("depth", "bookTicker", "trade", "audited", "mix")

IDLE = "idle"
IDLE_SYMBOLS = 1_024
"""As many as Binance lets one connection have streams."""
MIX_COPIES = 20
"""Copies of each of the ten recorded symbols: 200 instruments."""
ID_STEP = 1_000_003
"""Added to every id of a copy, so that no two instruments count alike."""
WARM_UP_SHARE = 0.2

Frame = tuple[str, dict[str, Any]]


class Symbol(msgspec.Struct, frozen=True):
    """One listed symbol, its decimals taken from the frames themselves."""

    name: str
    base: str
    quote: str
    price_scale: int
    quantity_scale: int


class Workload(msgspec.Struct):
    """Everything that a source needs to serve one case."""

    case: str
    origin: str
    """Name of the recording, or that the frames are generated."""
    symbols: list[Symbol]
    snapshots: dict[str, bytes]
    lead_in: dict[str, list[bytes]]
    warm_up: list[tuple[str, bytes]]
    main: list[tuple[str, bytes]]


def build(case: str, frames: int) -> Workload:
    """Make the workload of ``case`` with about ``frames`` frames to measure.

    Raises:
        ValueError: There is no such case.
    """
    if case not in CASES:
        raise ValueError(f"unknown case {case!r}: choose one of {', '.join(CASES)}")
    recording = load("binance-spot-5" if case == "mix" else "binance-spot-1")
    total = int(frames / (1 - WARM_UP_SHARE))
    if case == "mix":
        recording = _copies(recording, MIX_COPIES)
        lead_in, rest = _split(recording)
    elif case == "audited":
        lead_in, rest = _split(_only(recording, "depth", "bookTicker"))
    else:
        lead_in, rest = _split(_only(recording, case))
        loop = BookLoop(recording.snapshots) if case == "depth" else None
        rest = _repeat(lead_in, rest, total, loop)
    rest = rest[:total]
    payloads = _with_agg_trades(rest)
    cut = int(len(payloads) * WARM_UP_SHARE)
    return Workload(
        case=case,
        origin=recording.name,
        symbols=_symbols(recording),
        snapshots={s: msgspec.json.encode(recording.snapshots[s]) for s in recording.symbols},
        lead_in=_encode_lead_in(lead_in),
        warm_up=payloads[:cut],
        main=payloads[cut:],
    )


def idle() -> Workload:
    """Return a workload that lists many symbols and sends nothing."""
    symbols = [
        Symbol(f"IDLE{i:04d}USDT", f"IDLE{i:04d}", "USDT", 2, 5) for i in range(IDLE_SYMBOLS)
    ]
    return Workload(
        case=IDLE,
        origin="generated",
        symbols=symbols,
        snapshots={},
        lead_in={},
        warm_up=[],
        main=[],
    )


def _only(recording: Recording, *channels: str) -> Recording:
    frames = [f for f in recording.frames if f[0].split("@")[1] in channels]
    return Recording(recording.name, recording.is_recorded, frames, recording.snapshots)


def _copies(recording: Recording, count: int) -> Recording:
    """Return the recording with every symbol ``count`` times, each under its own name and ids."""
    names = {
        symbol: [f"{base}{i:02d}{quote}" for i in range(count)]
        for symbol in recording.symbols
        for base, quote in [split_symbol(symbol)]
    }
    frames: list[Frame] = []
    for stream, payload in recording.frames:
        symbol, channel = stream.split("@", 1)
        for i, name in enumerate(names.get(symbol.upper(), ())):
            frames.append((f"{name.lower()}@{channel}", _shifted(payload, i * ID_STEP, s=name)))
    snapshots = {
        name: {**snapshot, "lastUpdateId": snapshot["lastUpdateId"] + i * ID_STEP}
        for symbol, snapshot in recording.snapshots.items()
        for i, name in enumerate(names[symbol])
    }
    return Recording(f"{recording.name} × {count}", recording.is_recorded, frames, snapshots)


def _shifted(payload: dict[str, Any], by: int, **changes: Any) -> dict[str, Any]:
    """Return ``payload`` with its ids raised by ``by``, and ``changes`` made."""
    ids = ("a", "f", "l") if payload.get("e") == "aggTrade" else ("t", "U", "u")
    raised = {key: payload[key] + by for key in ids if isinstance(payload.get(key), int)}
    return {**payload, **raised, **changes}


def _split(recording: Recording) -> tuple[dict[str, list[dict[str, Any]]], list[Frame]]:
    """Divide into each stream's lead-in and the rest in the order received.

    A book's lead-in runs from the last delta that starts at or before the snapshot to the first that ends
    after it; what came earlier is dropped. Other streams lead in with their last frame before that.
    """
    ready: dict[str, int] = {}
    lead_in: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for position, (stream, payload) in enumerate(recording.frames):
        if "@depth" in stream and payload["s"] not in ready:
            last_id = recording.snapshots[payload["s"]]["lastUpdateId"]
            kept = lead_in[stream]
            if payload["U"] <= last_id:
                kept.clear()
            kept.append(payload)
            if payload["u"] > last_id:
                ready[payload["s"]] = position
    rest: list[Frame] = []
    for position, (stream, payload) in enumerate(recording.frames):
        if "@depth" in stream:
            if position > ready.get(payload["s"], len(recording.frames)):
                rest.append((stream, payload))
        elif position <= ready.get(payload["s"], -1) or not lead_in[stream]:
            lead_in[stream] = [payload]
        else:
            rest.append((stream, payload))
    return lead_in, rest


def _repeat(
    lead_in: dict[str, list[dict[str, Any]]],
    frames: list[Frame],
    total: int,
    loop: BookLoop | None,
) -> list[Frame]:
    """Lengthen one symbol's single stream to ``total`` frames by playing it again with later ids."""
    if loop is not None:
        return list(loop.frames(lead_in, frames, total))
    key = "t" if "t" in frames[0][1] else "u"
    span = frames[-1][1][key] - frames[0][1][key] + 1
    passes = -(-total // len(frames))
    return [(s, _shifted(p, n * span)) for n in range(passes) for s, p in frames]


def _with_agg_trades(frames: list[Frame]) -> list[tuple[str, bytes]]:
    """Encode, and give every recorded trade a twin on ``@aggTrade`` for clients that know no other."""
    encode = msgspec.json.encode
    return [(s, encode(p)) for frame in frames for s, p in _variants(frame)]


def _variants(frame: Frame) -> Iterator[Frame]:
    yield frame
    stream, payload = frame
    if payload.get("e") == "trade":
        twin = {
            "e": "aggTrade",
            **{key: payload[key] for key in ("E", "s")},
            "a": payload["t"],
            **{key: payload[key] for key in ("p", "q")},
            "f": payload["t"],
            "l": payload["t"],
            **{key: payload[key] for key in ("T", "m", "M")},
        }
        yield stream.replace("@trade", "@aggTrade"), twin


def _encode_lead_in(lead_in: dict[str, list[dict[str, Any]]]) -> dict[str, list[bytes]]:
    encoded: dict[str, list[bytes]] = defaultdict(list)
    for stream, payloads in lead_in.items():
        for name, payload in _with_agg_trades([(stream, p) for p in payloads]):
            encoded[name].append(payload)
    return dict(encoded)


def _symbols(recording: Recording) -> list[Symbol]:
    scales: dict[str, list[int]] = {s: [0, 0] for s in recording.symbols}

    def widen(symbol: str, levels: Iterable[Any]) -> None:
        scale = scales[symbol]
        for price, quantity in levels:
            scale[0] = max(scale[0], _decimals(price))
            scale[1] = max(scale[1], _decimals(quantity))

    for symbol, snapshot in recording.snapshots.items():
        widen(symbol, snapshot["bids"] + snapshot["asks"])
    for _, payload in recording.frames:
        if payload.get("e") == "depthUpdate":
            widen(payload["s"], payload["b"] + payload["a"])
        elif "B" in payload:
            widen(payload["s"], [(payload["b"], payload["B"]), (payload["a"], payload["A"])])
        else:
            widen(payload["s"], [(payload["p"], payload["q"])])
    return [Symbol(s, *split_symbol(s), *scales[s]) for s in recording.symbols]


def _decimals(text: str) -> int:
    return len(text.partition(".")[2].rstrip("0"))
