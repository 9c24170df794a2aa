"""The control protocol of market streams: one connection's subscriptions, framing and refusals."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from tickwright.venues.binance.dialect.products import DialectProduct
from tickwright.venues.binance.dialect.streams import is_well_formed, route_of
from tickwright.venues.binance.dialect.timeunit import in_microseconds, is_micro
from tickwright.venues.dialects import Allowance, Reply


__all__ = ["Conversation", "error_reply"]

_METHODS = ("SUBSCRIBE", "UNSUBSCRIBE", "LIST_SUBSCRIPTIONS", "SET_PROPERTY", "GET_PROPERTY")
_VARIANTS = ", ".join(f"`{name}`" for name in _METHODS)
_TEXT_ID = re.compile(r"[0-9A-Za-z_-]{1,36}")
_LISTEN_KEY = re.compile(r"[0-9A-Za-z]{60,}")
_ROUTES = frozenset({"public", "market", "private"})
_INVALID = "Invalid request: "

Id = int | str | None


class _Refused(Exception):
    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def error_reply(code: int, text: str, request_id: Id, *, is_flat: bool = False) -> str:
    """Return a refusal. Captured frames nest it; the documentation shows it flat.

    Example:
        >>> error_reply(0, "Unknown property", 7)
        '{"error":{"code":0,"msg":"Unknown property"},"id":7}'
    """
    error = {"code": code, "msg": text}
    body = {**error, "id": request_id} if is_flat else {"error": error, "id": request_id}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)


class Conversation:
    """One connection to a market stream host, from its path to its subscriptions.

    Args:
        product: Whose servers are spoken to.
        path: Path of the handshake. It, not the number of streams, decides the framing.
        params: Query of the handshake.
        is_flat: Send errors as the documentation shows them, not as they were captured.

    Raises:
        ValueError: If the handshake would be refused.

    Example:
        >>> from tickwright.venues.binance.dialect.products import SPOT
        >>> Conversation(SPOT, "/stream").answer('{"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":1}').text
        '{"result":null,"id":1}'
    """

    def __init__(
        self,
        product: DialectProduct,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        is_flat: bool = False,
    ) -> None:
        self.product = product
        self.is_flat = is_flat
        steps = [step for step in path.split("/") if step]
        self.route = steps.pop(0) if steps and product.is_futures and steps[0] in _ROUTES else ""
        mode = steps.pop(0) if steps else ""
        if mode not in ("ws", "stream") or (mode == "stream" and steps):
            raise ValueError(f"no market stream at {path}")
        self.is_micro = not product.is_futures and is_micro((params or {}).get("timeUnit"))
        self.is_combined = mode == "stream"
        if self.is_combined:
            steps = [name for name in (params or {}).get("streams", "").split("/") if name]
        # Other names than streams' are taken and stay silent: clients number their connections with them (`/ws/0`).
        if any("," in name for name in steps):
            raise ValueError("a comma between stream names in the URL")
        self.streams: dict[str, None] = dict.fromkeys(steps[: product.streams_max])
        self.allowance = Allowance(frames_per_s=product.frames_per_s)

    def is_served(self, stream: str) -> bool:
        """Tell whether this connection's route carries a stream; the wrong route is silent."""
        if not self.product.is_routed:
            return True
        return route_of(self.product, stream) == (self.route or "public")

    @property
    def framing(self) -> str:
        """Connections of one framing get the same bytes."""
        mode = "combined" if self.is_combined else "raw"
        return f"{mode} µs" if self.is_micro else mode

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as this connection is sent it; replies are never wrapped."""
        if self.is_micro:
            payload = in_microseconds(payload)
        return f'{{"stream":"{stream}","data":{payload}}}' if self.is_combined else payload

    def answer(
        self, text: str, *, now_ms: int = 0, refused: Mapping[str, str] | None = None
    ) -> Reply:
        """Return what the venue does with a text frame.

        Args:
            text: The client's frame.
            now_ms: The server's clock, which makes no difference here.
            refused: Streams to refuse, with the text for it: a fault, which the venue has for delisted names.
        """
        request_id: Id = None
        try:
            message = _read(text)
            request_id = self._id(message)
            method = _method(message, text)
            params = message.get("params")
            if method == "SUBSCRIBE":
                return self._subscribe(_names(params), request_id, refused or {})
            if method == "UNSUBSCRIBE":
                names = tuple(name for name in _names(params) if name in self.streams)
                for name in names:
                    self.streams.pop(name, None)
                return Reply(_result(None, request_id), removed=names)
            if method == "LIST_SUBSCRIPTIONS":
                if params:
                    raise _Refused(2, _INVALID + "too many parameters")
                return Reply(_result(list(self.streams), request_id))
            return Reply(_result(self._property(method, params), request_id))
        except _Refused as error:
            return Reply(error_reply(error.code, str(error), request_id, is_flat=self.is_flat))

    def _id(self, message: dict[str, object]) -> Id:
        value = message.get("id")
        is_number = isinstance(value, int) and not isinstance(value, bool)
        is_unsigned = self.product.has_unsigned_ids
        least, end = (0, 1 << 64) if is_unsigned else (-(1 << 63), 1 << 63)
        is_allowed = (
            (is_number and least <= int(str(value)) < end)
            # USD-M documents unsigned integers only, and Binance's own client for it sends UUIDs.
            or (isinstance(value, str) and _TEXT_ID.fullmatch(value) is not None)
            or (value is None and "id" in message and not is_unsigned)
        )
        if not is_allowed:
            raise _Refused(2, _INVALID + "request ID must be an unsigned integer")
        return value  # type: ignore[return-value]  # narrowed above, beyond what mypy follows

    def _subscribe(self, names: list[str], request_id: Id, refused: Mapping[str, str]) -> Reply:
        # A listen key is a stream's name, on the private route: Binance's own client subscribes to it. Elsewhere it is
        # one of another route, which is taken in silence (section 3.4).
        is_known = self.route == "private" or all(
            is_well_formed(name) or (self.product.is_futures and _LISTEN_KEY.fullmatch(name))
            for name in names
        )
        if not is_known:
            raise _Refused(2, _INVALID + "invalid stream")
        for name in names:
            if name in refused:
                raise _Refused(2, refused[name])
        added = tuple(dict.fromkeys(name for name in names if name not in self.streams))
        if len(self.streams) + len(added) > self.product.streams_max:
            raise _Refused(2, _INVALID + f"more than {self.product.streams_max} streams")
        self.streams.update(dict.fromkeys(added))
        return Reply(_result(None, request_id), added=added)

    def _property(self, method: str, params: object) -> bool | None:
        values = params if isinstance(params, list) else []
        if not values or not isinstance(values[0], str):
            raise _Refused(2, _INVALID + "property name must be a string")
        if len(values) > (2 if method == "SET_PROPERTY" else 1):
            raise _Refused(2, _INVALID + "too many parameters")
        if values[0] != "combined":
            raise _Refused(0, "Unknown property")
        if method == "GET_PROPERTY":
            return self.is_combined
        if len(values) < 2 or not isinstance(values[1], bool):
            raise _Refused(1, "Invalid value type: expected Boolean")
        self.is_combined = values[1]
        return None


def _read(text: str) -> dict[str, object]:
    try:
        message = json.loads(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno} column {error.colno}"
        raise _Refused(3, f"Invalid JSON: expected value at {where}") from None
    if not isinstance(message, dict):
        raise _Refused(2, _INVALID + f"missing field `method` at line 1 column {len(text)}")
    return message


def _method(message: dict[str, object], text: str) -> str:
    if "method" not in message:
        raise _Refused(2, _INVALID + f"missing field `method` at line 1 column {len(text)}")
    method = message["method"]
    if not isinstance(method, str) or method not in _METHODS:
        column = text.find(str(method)) + len(str(method)) + 1
        raise _Refused(
            2,
            f"{_INVALID}unknown variant `{method}`, expected one of {_VARIANTS}"
            f" at line 1 column {column}",
        )
    return method


def _names(params: object) -> list[str]:
    if not isinstance(params, list) or not all(isinstance(name, str) for name in params):
        raise _Refused(2, _INVALID + "invalid stream")
    return params


def _result(value: object, request_id: Id) -> str:
    body = {"result": value, "id": request_id}
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
