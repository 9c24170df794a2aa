"""The venues themselves, on loopback: real servers over generated or recorded markets, with faults on demand."""

from __future__ import annotations

from tickwright.sandbox.account import SandboxAccount
from tickwright.sandbox.faults import EOF, Faults
from tickwright.sandbox.market import GeneratedMarket, instrument_ids
from tickwright.sandbox.playback import PlaybackMarket
from tickwright.sandbox.played import PlayedMarket
from tickwright.sandbox.sandbox import Sandbox
from tickwright.sandbox.server import LoopbackVenue


__all__ = [
    "EOF",
    "Faults",
    "GeneratedMarket",
    "LoopbackVenue",
    "PlaybackMarket",
    "PlayedMarket",
    "Sandbox",
    "SandboxAccount",
    "instrument_ids",
]
