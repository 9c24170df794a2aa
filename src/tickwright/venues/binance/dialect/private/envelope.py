"""What goes around requests and replies of the WebSocket API (section 15.2).

``{"id", "method", "params"}`` comes in; ``{"id", "status", "result" | "error", "rateLimits"}`` goes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import msgspec

from tickwright.venues.binance.dialect.private.refused import Refused


__all__ = ["ApiRequest", "Id", "Unreadable", "failed", "read_request", "succeeded"]

Id = int | str | None
_TEXT_ID = re.compile(r"[a-zA-Z0-9-_]{1,36}")
_ID_BITS = 64
_ID_RULE = "an integer, a string matching '^[a-zA-Z0-9-_]{1,36}$', or null"
_LIMITS = "returnRateLimits"


class ApiRequest(msgspec.Struct, frozen=True):
    """A request whose envelope is in order.

    Attributes:
        id: Echoed as it came.
        method: What is asked for.
        params: As sent; numbers with a point or an exponent as the texts that they are, since signatures cover them.
    """

    id: Id
    method: str
    params: Mapping[str, Any]

    @property
    def wants_limits(self) -> bool | None:
        """Whether the reply shall tell of limits, ``None`` if the request leaves it to the connection."""
        found = self.params.get(_LIMITS)
        return found if isinstance(found, bool) else None

    @property
    def arguments(self) -> dict[str, Any]:
        """The parameters that are the method's, not the envelope's."""
        return {name: value for name, value in self.params.items() if name != _LIMITS}


class Unreadable(Exception):
    """A text is no request.

    Attributes:
        refused: What the venue says.
        request_id: The id, if that much could be read.
    """

    def __init__(self, refused: Refused, request_id: Id = None) -> None:
        super().__init__(refused.text)
        self.refused = refused
        self.request_id = request_id


class _Digits(str):
    """A number that is no integer, as it was written."""

    __slots__ = ()


def read_request(text: str) -> ApiRequest:
    """Return the request in a text frame.

    Raises:
        Unreadable: If there is none.

    Example:
        >>> read_request('{"id":7,"method":"ping"}')
        ApiRequest(id=7, method='ping', params={})
    """
    try:
        message = json.loads(text, parse_float=_Digits, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise Unreadable(Refused(-1135, "Invalid JSON Request")) from None
    if not isinstance(message, dict) or not _is_unicode(text, message):
        raise Unreadable(Refused(-1135, "Invalid JSON Request"))
    request_id = message.get("id")
    if "id" not in message or not _is_id(request_id):
        raise Unreadable(_unexpected("id", _ID_RULE))
    method, params = message.get("method"), message.get("params", {})
    if not isinstance(method, str) or not method or isinstance(method, _Digits):
        raise Unreadable(_unexpected("method", "a string"), request_id)
    if not isinstance(params, dict):
        raise Unreadable(_unexpected("params", "an object"), request_id)
    return ApiRequest(request_id, method, params)


def succeeded(request_id: Id, result: str, limits: Sequence[object] | None) -> str:
    """Return the reply to a request that was obeyed.

    Args:
        request_id: The request's.
        result: JSON already, so that its numbers stay as they are.
        limits: Rows of ``rateLimits``; left out if they are not wanted.

    Example:
        >>> succeeded("r-1", "{}", None)
        '{"id":"r-1","status":200,"result":{}}'
    """
    return f'{{"id":{_json(request_id)},"status":200,"result":{result}{_limits(limits)}}}'


def failed(
    request_id: Id, status: int, error: Mapping[str, object], limits: Sequence[object] | None = None
) -> str:
    """Return the reply to a request that was refused.

    Example:
        >>> failed(None, 400, {"code": -1135, "msg": "Invalid JSON Request"})
        '{"id":null,"status":400,"error":{"code":-1135,"msg":"Invalid JSON Request"}}'
    """
    return f'{{"id":{_json(request_id)},"status":{status},"error":{_json(error)}{_limits(limits)}}}'


def _limits(rows: Sequence[object] | None) -> str:
    return "" if rows is None else f',"rateLimits":{_json(rows)}'


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _is_unicode(text: str, message: object) -> bool:
    """Tell whether a message can be written down again: half a character, which an escape can be, cannot."""
    if "\\u" not in text:
        return True
    try:
        _json(message).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_id(value: object) -> bool:
    if isinstance(value, bool | _Digits):
        return False
    if isinstance(value, str):
        return _TEXT_ID.fullmatch(value) is not None
    if isinstance(value, int):
        return value.bit_length() < _ID_BITS
    return value is None


def _unexpected(name: str, rule: str) -> Refused:
    return Refused(-1135, f"Invalid '{name}' in JSON request; expected {rule}.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
