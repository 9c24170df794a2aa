"""What lines are tested with: words of no venue's, and a socket that only remembers."""

from __future__ import annotations

from tickwright.venues.base import ShutdownNotice
from tickwright.venues.trading import Greeted


__all__ = ["Socket", "Words"]


class Words:
    """Answers to greetings begin with an exclamation mark; two of them are a notice of the end."""

    def __init__(self, ping: str | None = None) -> None:
        self._ping = ping

    def control(self, frame: bytes) -> Greeted | ShutdownNotice | None:
        if frame == b"!!":
            return ShutdownNotice()
        return Greeted(int(frame[1:])) if frame.startswith(b"!") else None

    def ping(self) -> str | None:
        return self._ping


class Socket:
    """Remembers what it was told, and can be asked to end."""

    def __init__(self) -> None:
        self.sent: list[object] = []
        self.is_open = True

    def send_text(self, text: str) -> None:
        self.sent.append(text)

    def send_ping(self, payload: bytes = b"") -> None:
        self.sent.append(payload)

    def send_pong(self, payload: bytes = b"") -> None:
        self.sent.append(payload)

    def pause_reading(self) -> None:
        self.sent.append("pause")

    def resume_reading(self) -> None:
        self.sent.append("resume")

    def close(self, code: int = 1000, reason: str = "") -> None:
        self.sent.append("close")

    async def wait_closed(self) -> None:
        self.sent.append("waited")
