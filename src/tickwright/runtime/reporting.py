"""What a session says of itself, to whoever owns it: a status when asked, and calls when something happens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import msgspec

from tickwright.model.notices import Notice


if TYPE_CHECKING:
    from tickwright.runtime.session import SessionRunner


__all__ = ["SessionListener", "SessionStatus"]


class SessionStatus(msgspec.Struct, frozen=True):
    """One session at a glance; ``None`` where there is nothing to tell."""

    name: str
    state: str
    streams: dict[str, int]
    """How many streams are wanted, pending, confirmed, failed."""
    frames: int
    decode_failures: int
    reconnects: int
    silent_s: float | None
    last_error: str | None


class SessionListener(Protocol):
    """Who wants to know what becomes of a session."""

    def on_notice(self, runner: SessionRunner, notice: Notice) -> None:
        """Take a notice of ``runner``."""

    def on_confirmed(self, runner: SessionRunner, streams: tuple[str, ...]) -> None:
        """Learn that the venue acknowledged ``streams``."""

    def on_renew(self, runner: SessionRunner, reason: str) -> None:
        """Have another session take over from ``runner`` without a gap."""

    def on_losing(self, runner: SessionRunner) -> None:
        """Learn that the connection has ended, before anything follows from it."""
