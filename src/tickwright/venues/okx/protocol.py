"""How OKX's public sockets are spoken to (docs, *WebSocket*): frames name channel and instrument, acks come one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tickwright.venues.base import Ack, Control, Ignored, Nack, ShutdownNotice
from tickwright.venues.channelprotocol import ChannelProtocol
from tickwright.venues.typed import tolerant_reader


__all__ = ["OkxProtocol"]

_LEAVING = "64008"
"""Notice: «connection closing for service upgrade», a minute ahead."""
_CULPRIT = re.compile(r"channel:([\w-]+),instId:([\w-]+)")


class _Arg(msgspec.Struct):
    channel: str = ""
    symbol: str = msgspec.field(name="instId", default="")


class _Said(msgspec.Struct):
    event: str | None = None
    arg: _Arg = msgspec.field(default_factory=_Arg)
    code: str = ""
    msg: str = ""

    @property
    def stream(self) -> str:
        return f"{self.arg.channel}:{self.arg.symbol}"


_read = tolerant_reader(_Said)


class OkxProtocol(ChannelProtocol):
    """The protocol of ``/ws/v5/public`` and ``/ws/v5/business``; streams are named ``<channel>:<instId>``."""

    ping_text = "ping"
    """No JSON; the venue cuts whoever is silent for 30 s."""

    def url(self, origin: str, route: str) -> str:
        """Return ``origin/ws/v5/<route>``."""
        return f"{origin.rstrip('/')}/ws/v5/{route or 'public'}"

    def stream_of(self, frame: bytes) -> str | None:
        """Return the stream of a data frame; ``None`` for anything else."""
        said = _read(frame)
        return None if said is None or said.event or not said.arg.channel else said.stream

    def control(self, frame: bytes) -> Control | None:
        """Read an acknowledgement, a refusal, a notice or a pong; ``None`` if it is none of them.

        ``{"event":"subscribe","arg":{"channel":"books","instId":"BTC-USDT"},"connId":"a4d3ae55"}``
        ``{"event":"error","code":"60018","msg":"Wrong URL or channel:x,instId:BTC-USDT doesn't exist.","connId":"…"}``
        """
        said = _read(frame)
        if frame == b"pong" or said is None or said.event is None:
            return Ignored() if frame == b"pong" else None
        if said.event in ("subscribe", "unsubscribe"):
            return Ack(None, (said.stream,))
        if said.event == "error":
            named = tuple(":".join(found) for found in _CULPRIT.findall(said.msg))
            return Nack(None, f"{said.msg} ({said.code})", named, is_alone=bool(named))
        return ShutdownNotice() if said.code == _LEAVING else Ignored()

    def request(self, word: str, streams: Sequence[str], request_id: int) -> Mapping[str, Any]:
        """Return ``{"id":"1","op":"subscribe","args":[{"channel":"books","instId":"BTC-USDT"}]}``."""
        named = ("channel", "instId")
        args = [dict(zip(named, stream.split(":", 1), strict=True)) for stream in streams]
        return {"id": str(request_id), "op": word, "args": args}
