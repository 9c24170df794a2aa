"""How Bybit's private and trade sockets are spoken to: login, topics, commands, and what comes back.

(*WebSocket Stream*, *Connect*; *WebSocket Trade*, *Guideline*.) Both are silent until a login, which holds for the
connection and never ends. The private one answers in the form of the public ones; the trade one has its own, with
numbers of requests as ``reqId``, and a header with the rate limits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from tickwright.errors import VenueError
from tickwright.venues.base import Ack, Control, Ignored, Nack
from tickwright.venues.bybit.auth import RECV_WINDOW_MS, login_args
from tickwright.venues.bybit.protocol import PublicTopics, request_id_of
from tickwright.venues.bybit.refusals import refused
from tickwright.venues.signing import Signer


__all__ = ["PRIVATE_TOPICS", "PrivateTopics", "TradeReply", "TradeSocket"]

PRIVATE_TOPICS = ("order", "execution", "position", "wallet")
"""Of all categories at once; those of single ones may not be mixed with them in one request."""

_PRIVATE_PATH = "/v5/private"
_TRADE_PATH = "/v5/trade"
_LOGIN = "auth"

_text_of = msgspec.json.Encoder().encode


class _Login(msgspec.Struct):
    """``{"success":true,"ret_msg":"","op":"auth","conn_id":"…","req_id":"1"}``; the number may be missing."""

    op: str = ""
    success: bool = False
    ret_msg: str = ""
    req_id: str | None = None


_read_login = msgspec.json.Decoder(_Login, strict=False).decode


class PrivateTopics(PublicTopics):
    """The protocol of ``/v5/private``: that of the public sockets, after a login."""

    def __init__(self) -> None:
        super().__init__("")

    def url(self, origin: str, route: str) -> str:
        """Return ``origin/v5/private``."""
        return origin.rstrip("/") + _PRIVATE_PATH

    def login(self, signer: Signer, now_ms: int, request_id: int) -> str:
        """Return ``{"req_id":"1","op":"auth","args":["<key>",1795000010000,"<signature>"]}``."""
        said = {"req_id": str(request_id), "op": _LOGIN, "args": login_args(signer, now_ms)}
        return _text_of(said).decode()

    def control(self, frame: bytes) -> Control | None:
        """Read what `PublicTopics.control` reads, and the answer to a login.

        ``{"success":false,"ret_msg":"Params Error","op":"auth","conn_id":"…"}``
        """
        try:
            said = _read_login(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        if said.op != _LOGIN:
            return super().control(frame)
        request_id = request_id_of(said.req_id)
        if not said.success:
            return Nack(request_id, said.ret_msg or "the login was refused")
        return Ignored() if request_id is None else Ack(request_id)


class TradeReply(msgspec.Struct, gc=False):
    """What the trade socket answers to a command, a login or a ping.

    ``{"reqId":"7","retCode":0,"retMsg":"OK","op":"order.create","data":{"orderId":"15141634-…","orderLinkId":"bot1-3"},
    "retExtInfo":{},"header":{"X-Bapi-Limit":"10","X-Bapi-Limit-Status":"9","X-Bapi-Limit-Reset-Timestamp":
    "1795000005010","Traceid":"7731f0…","Timenow":"1795000005011"},"connId":"d4al7m6c0hv96a0jimg0-b9a1"}``

    Code 0 says that the request is queued, and nothing of what the matching engine makes of it.
    """

    operation: str = msgspec.field(name="op", default="")
    code: int = msgspec.field(name="retCode", default=0)
    text: str = msgspec.field(name="retMsg", default="")
    request_id: str | None = msgspec.field(name="reqId", default=None)
    data: msgspec.Raw = msgspec.Raw(b"{}")
    """What REST has as ``result``, as it came."""
    details: msgspec.Raw = msgspec.field(name="retExtInfo", default=msgspec.Raw(b"{}"))
    header: dict[str, Any] = {}

    @property
    def number(self) -> int | None:
        """Our number of the request it answers; ``None`` where it names none."""
        return request_id_of(self.request_id)

    @property
    def error(self) -> VenueError | None:
        """Why the request was refused, ``None`` if it was not."""
        return None if self.code == 0 else refused(self.code, self.text, self.operation)

    @property
    def is_pong(self) -> bool:
        """Whether it answers a ping."""
        return self.operation == "pong"


_read_reply = msgspec.json.Decoder(TradeReply, strict=False).decode


class TradeSocket:
    """The protocol of ``/v5/trade``, where each command is one frame and each answer one.

    Args:
        recv_window_ms: How old a command may be when it arrives.
    """

    def __init__(self, recv_window_ms: int = RECV_WINDOW_MS) -> None:
        self._recv_window = str(recv_window_ms)

    def url(self, origin: str) -> str:
        """Return ``origin/v5/trade``."""
        return origin.rstrip("/") + _TRADE_PATH

    def login(self, signer: Signer, now_ms: int, request_id: int) -> str:
        """Return ``{"reqId":"1","op":"auth","args":["<key>",1795000010000,"<signature>"]}``."""
        said = {"reqId": str(request_id), "op": _LOGIN, "args": login_args(signer, now_ms)}
        return _text_of(said).decode()

    def command(self, operation: str, body: bytes, now_ms: int, request_id: int) -> str:
        """Return the frame of a command; nothing in it is signed, since the login holds.

        Args:
            operation: ``order.create``, ``order.amend``, ``order.cancel``, or one of these with ``-batch``.
            body: The body of the same operation over REST, byte for byte.
            now_ms: The venue's clock; stamped into it.
            request_id: Never used twice.
        """
        header = {"X-BAPI-TIMESTAMP": str(now_ms), "X-BAPI-RECV-WINDOW": self._recv_window}
        said = {
            "reqId": str(request_id),
            "header": header,
            "op": operation,
            "args": [msgspec.Raw(body)],
        }
        return _text_of(said).decode()

    def ping(self, request_id: int | None = None) -> str:
        """Return ``{"op":"ping"}``, numbered if asked for."""
        named: Sequence[tuple[str, str]] = (
            () if request_id is None else (("reqId", str(request_id)),)
        )
        return _text_of({**dict(named), "op": "ping"}).decode()

    def reply(self, frame: bytes) -> TradeReply | None:
        """Read an answer; ``None`` if it is none."""
        try:
            return _read_reply(frame)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
