"""The private socket, ``/v5/private`` (sections 3 and 5): login, subscriptions, pings."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tickwright.venues.bybit.dialect.control import FRAMES_PER_S, connection_id, decoded
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.desk import PrivateDesk
from tickwright.venues.bybit.dialect.private.events import (
    CATEGORISED,
    PRIVATE_TOPICS,
    user_stream,
)
from tickwright.venues.dialects import Allowance, Reply
from tickwright.venues.privateside import ApiKey


__all__ = ["UserConversation", "active_time_s"]

_QUIET_S = 600.0
_ACTIVE_S = (30.0, 600.0)


def active_time_s(params: Mapping[str, str]) -> float:
    """Return for how long a connection may be quiet: ``max_active_time`` in the URL, such as ``30s`` or ``2m``.

    Raises:
        ValueError: If it is none.

    Example:
        >>> active_time_s({"max_active_time": "1m"}), active_time_s({})
        (60.0, 600.0)
    """
    text = params.get("max_active_time")
    if text is None:
        return _QUIET_S
    number, unit = text[:-1], text[-1:]
    if not number.isdecimal() or unit not in ("s", "m"):
        raise ValueError(f"max_active_time {text!r}")
    found = float(number) * (60 if unit == "m" else 1)
    if not _ACTIVE_S[0] <= found <= _ACTIVE_S[1]:
        raise ValueError(f"max_active_time {text!r}")
    return found


class UserConversation:
    """One connection to the private socket.

    Args:
        desk: Where one logs in.
        quiet_s: For how long it may be quiet.
        number: For its id.
    """

    framing = "raw"

    def __init__(self, desk: PrivateDesk, quiet_s: float, number: int) -> None:
        self.streams: dict[str, None] = {}
        self._desk = desk
        self._quiet_s = quiet_s
        self._id = connection_id(number)
        self._key: ApiKey | None = None

    @property
    def allowance(self) -> Allowance:
        """What the host lets it send."""
        return Allowance(frames_per_s=FRAMES_PER_S, quiet_s=self._quiet_s)

    def is_served(self, stream: str) -> bool:
        """Tell that a topic which was accepted is served."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as it is: frames are not wrapped."""
        return payload

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Return what the venue does with a text frame."""
        message = decoded(text)
        if isinstance(message, str):
            return self._reply({}, "", message, is_success=False)
        op = message.get("op")
        if op == "ping":
            body: dict[str, object] = {"op": "pong", "args": [str(now_ms)], "conn_id": self._id}
            return Reply(_written(_with_id(message, body)))
        if op == "auth":
            return self._log_in(message, now_ms)
        if op == "subscribe":
            return self._subscribe(message, refused)
        if op == "unsubscribe" and self._key is not None:
            names = [user_stream(self._key.account, arg) for arg in _args(message)]
            removed = tuple(name for name in dict.fromkeys(names) if name in self.streams)
            for name in removed:
                del self.streams[name]
            return self._reply(message, "unsubscribe", "", removed=removed)
        return self._reply(message, str(op or ""), "error:invalid op", is_success=False)

    def _log_in(self, message: dict[str, object], now_ms: int) -> Reply:
        args = message.get("args")
        try:
            self._key = self._desk.login(args if isinstance(args, list) else [], now_ms)
        except Refused as error:
            return self._reply(message, "auth", error.text, is_success=False)
        return self._reply(message, "auth", "", is_logon=True)

    def _subscribe(self, message: dict[str, object], refused: Mapping[str, str]) -> Reply:
        if self._key is None:
            return self._reply(message, "subscribe", "Request not authorized", is_success=False)
        args = _args(message)
        trouble = self._trouble(args, self._key.account, refused)
        if trouble is not None:
            return self._reply(message, "subscribe", trouble, is_success=False)
        added = tuple(user_stream(self._key.account, arg) for arg in args)
        self.streams.update(dict.fromkeys(added))
        return self._reply(message, "subscribe", "", added=added)

    def _trouble(self, args: list[str], account: str, refused: Mapping[str, str]) -> str | None:
        """Return what is wrong with a request for topics, ``None`` if nothing is."""
        if not args:
            return "error:request args is empty"
        seen: set[str] = set()
        for arg in args:
            if arg in refused:
                return refused[arg]
            if arg not in PRIVATE_TOPICS:
                return f"error:handler not found,topic:{arg}"
            if user_stream(account, arg) in self.streams or arg in seen:
                return f"error:already subscribed,topic:{arg}"
            seen.add(arg)
        for topic in CATEGORISED:
            forms = {f"{topic}.{name}" for name in ("spot", "linear", "inverse", "option")}
            if topic in seen and seen & forms:
                return f"error:all-in-one and categorised topics may not be mixed,topic:{topic}"
        return None

    def _reply(
        self,
        message: dict[str, object],
        op: str,
        text: str,
        *,
        is_success: bool = True,
        added: tuple[str, ...] = (),
        removed: tuple[str, ...] = (),
        is_logon: bool = False,
    ) -> Reply:
        body = {"success": is_success, "ret_msg": text, "op": op, "conn_id": self._id}
        written = _written(_with_id(message, body))
        return Reply(written, added=added, removed=removed, is_logon=is_logon or bool(added))


def _args(message: dict[str, object]) -> list[str]:
    args = message.get("args")
    return [str(arg) for arg in args] if isinstance(args, list) else []


def _with_id(message: dict[str, object], body: dict[str, object]) -> dict[str, object]:
    return {"req_id": str(message["req_id"]), **body} if "req_id" in message else body


def _written(body: dict[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
