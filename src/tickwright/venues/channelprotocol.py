"""Requests of sockets that take them as one JSON object: a venue writes what stands in it, and how answers are read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


__all__ = ["ChannelProtocol"]


class ChannelProtocol(ABC):
    """What the protocols of such venues have in common."""

    path = ""
    """Of the socket, after the origin."""
    ping_text: str | None = None
    """What a client's ping looks like; ``None`` to use a WebSocket ping frame."""

    def url(self, origin: str, route: str) -> str:
        """Return the origin with the socket's path."""
        return origin.rstrip("/") + self.path

    def subscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the text frame that asks for ``streams``."""
        return self._text("subscribe", streams, request_id)

    def unsubscribe(self, streams: Sequence[str], request_id: int) -> str:
        """Return the text frame that gives ``streams`` up."""
        return self._text("unsubscribe", streams, request_id)

    def ping(self) -> str | None:
        """Return `ping_text`."""
        return self.ping_text

    @abstractmethod
    def request(self, word: str, streams: Sequence[str], request_id: int) -> Mapping[str, Any]:
        """Return what a request says; ``word`` is ``subscribe`` or ``unsubscribe``."""

    def _text(self, word: str, streams: Sequence[str], request_id: int) -> str:
        return msgspec.json.encode(self.request(word, streams, request_id)).decode()
