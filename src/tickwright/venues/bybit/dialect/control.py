"""The control protocol of the public sockets (section 3): one connection's subscriptions, pings and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from tickwright.venues.bybit.dialect.categories import CATEGORIES, Category
from tickwright.venues.bybit.dialect.topics import parse_topic, stream_of
from tickwright.venues.dialects import Allowance, Reply


__all__ = [
    "ARGS_BYTES_MAX",
    "FRAMES_PER_S",
    "PublicConversation",
    "connection_id",
    "decoded",
    "public_category",
]

ARGS_BYTES_MAX = 21_000
"""All topics of one connection, written one after the other."""
FRAMES_PER_S = 1000
"""Bybit publishes no limit, and takes bursts of 200; this one only keeps runaways out."""
_IDLE_S, _UNSUBSCRIBED_S = 600.0, 61.0  # the first is documented, the second was measured

IsListed = Callable[[str], bool]


def connection_id(number: int) -> str:
    """Return a connection's id as replies name it."""
    return f"7d269cfe-0000-4000-8000-{number:012x}"


def decoded(text: str) -> dict[str, object] | str:
    """Return a client's message, or the venue's complaint about it (section 3.2)."""
    try:
        message = json.loads(text)
    except json.JSONDecodeError:
        message = None
    if isinstance(message, dict):
        return message
    found = text[:1] or "EOF"
    return f"Failed to decode incoming data:readObjectStart: expect {{ or n, but found {found}, error found in #1 byte of ...|{text[:10]}|..."


class PublicConversation:
    """One connection to ``/v5/public/{category}``.

    Args:
        category: Whose topics it carries; the URL says it, never a message.
        is_listed: Whether an instrument of that key is there.
        number: For its id.

    Example:
        >>> from tickwright.venues.bybit.dialect.categories import LINEAR
        >>> talk = PublicConversation(LINEAR, lambda key: True)
        >>> talk.answer('{"op":"subscribe","args":["tickers.BTCUSDT"]}', now_ms=0, refused={}).added
        ('linear/tickers.BTCUSDT',)
    """

    framing = "raw"

    def __init__(self, category: Category, is_listed: IsListed, number: int = 0) -> None:
        self.category = category
        self.streams: dict[str, None] = {}
        self._is_listed = is_listed
        self._id = connection_id(number)

    @property
    def allowance(self) -> Allowance:
        """What the host lets it send."""
        quiet_s = _IDLE_S if self.streams else _UNSUBSCRIBED_S
        return Allowance(frames_per_s=FRAMES_PER_S, quiet_s=quiet_s)

    def is_served(self, stream: str) -> bool:
        """Tell that a topic which was accepted is served."""
        return True

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as it is: frames are not wrapped."""
        return payload

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Return what the venue does with a text frame; ``refused`` are streams to refuse, by name or topic."""
        message = decoded(text)
        if isinstance(message, str):
            return self._reply({}, "", message, is_success=False)
        op = message.get("op")
        if op == "ping":
            return self._reply(message, "ping", "pong")
        if op == "subscribe":
            return self._subscribe(message, refused)
        if op == "unsubscribe":
            names = [stream_of(self.category, str(arg)) for arg in _args(message)]
            removed = tuple(name for name in dict.fromkeys(names) if name in self.streams)
            for name in removed:
                del self.streams[name]
            return self._reply(message, "unsubscribe", "", removed=removed)
        return self._reply(message, str(op or ""), "error:invalid op", is_success=False)

    def _subscribe(self, message: dict[str, object], refused: Mapping[str, str]) -> Reply:
        args = [str(arg) for arg in _args(message)]
        trouble = self._trouble(args, refused)
        if trouble is not None:
            # All or nothing: one bad topic, and none of the others starts (section 3.2).
            return self._reply(message, "subscribe", trouble, is_success=False)
        added = tuple(stream_of(self.category, arg) for arg in args)
        self.streams.update(dict.fromkeys(added))
        return self._reply(message, "subscribe", self.category.subscribed_text, added=added)

    def _trouble(self, args: list[str], refused: Mapping[str, str]) -> str | None:
        """Return what is wrong with a request for topics, ``None`` if nothing is."""
        if not args:
            return "error:request args is empty"
        if self.category.args_max is not None and len(args) > self.category.args_max:
            return f"args size >{self.category.args_max}"
        taken = sum(len(name) - len(self.category.name) - 1 for name in self.streams)
        if taken + sum(len(arg) for arg in args) > ARGS_BYTES_MAX:
            return f"error:args length exceeds {ARGS_BYTES_MAX} characters"
        seen: set[str] = set()
        for arg in args:
            stream = stream_of(self.category, arg)
            text = refused.get(stream) or refused.get(arg)
            if text is not None:
                return text
            topic = parse_topic(self.category, arg)
            if topic is None:
                return f"error:handler not found,topic:{arg}"
            if topic.symbol and not self._is_listed(topic.key):
                if self.category.is_contract:
                    return f"error:handler not found,topic:{arg}"
                return f"Invalid symbol :[{arg}]"
            if stream in self.streams or arg in seen:
                return f"error:already subscribed,topic:{arg}"
            seen.add(arg)
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
    ) -> Reply:
        body: dict[str, object] = {"success": is_success, "ret_msg": text, "conn_id": self._id}
        if "req_id" in message or self.category.is_contract:
            body["req_id"] = str(message.get("req_id", ""))
        body["op"] = op
        return Reply(_written(body), added=added, removed=removed)


def _args(message: dict[str, object]) -> list[object]:
    args = message.get("args")
    return args if isinstance(args, list) else []


def _written(body: dict[str, object]) -> str:
    """Write a reply; ``>`` is escaped as the venue's JSON library does."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    return text.replace(">", "\\u003e").replace("<", "\\u003c").replace("&", "\\u0026")


def public_category(path: str) -> Category | None:
    """Return the category of a socket's path, ``None`` if it is no public one."""
    head, _, name = path.rpartition("/")
    return CATEGORIES.get(name) if head == "/v5/public" else None
