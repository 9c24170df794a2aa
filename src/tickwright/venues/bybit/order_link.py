"""How commands travel over Bybit's trade socket: after one login each is one frame, without a signature of its own.

(*WebSocket Trade*, *Guideline*.) Operations take REST's bodies, answer with what REST has as ``result``, and count on the same
windows of the account.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tickwright.errors import CredentialsRefused
from tickwright.venues.base import Endpoints, RestCall
from tickwright.venues.bybit.logins import login_error
from tickwright.venues.bybit.private_protocol import TradeSocket
from tickwright.venues.signing import Signer
from tickwright.venues.trading import Greeted, GreetingRefused, OrderAnswer


__all__ = ["TradeLink"]

_MONTH_S = 30 * 86_400.0
"""No lifetime is told."""
_LOGIN, _LOGIN_NUMBER = "auth", 1
_FINE = 200
_RESTARTING = 10019
"""«Restarting: refuses new requests, those under way go on»; another connection takes them."""

_OPERATIONS = {
    ("POST", f"/v5/order/{name}"): f"order.{name}"
    for name in ("create", "amend", "cancel", "create-batch", "amend-batch", "cancel-batch")
}
"""There is no cancel-all."""


class _Body(msgspec.Struct):
    """An answer as REST gives it: ``{"retCode":0,"retMsg":"OK","result":{…},"retExtInfo":{}}``."""

    code: int = msgspec.field(name="retCode")
    text: str = msgspec.field(name="retMsg")
    result: msgspec.Raw
    details: msgspec.Raw = msgspec.field(name="retExtInfo")


_text_of = msgspec.json.Encoder().encode


class TradeLink:
    """Commands over ``/v5/trade``, which serves all categories."""

    lifetime_s = _MONTH_S
    connect_costs: Mapping[str, int] = {}

    def __init__(self) -> None:
        self._socket = TradeSocket()

    def url(self, endpoints: Endpoints) -> str | None:
        """Return ``origin/v5/trade``; ``None`` on demo, which has none."""
        return None if endpoints.ws_trade is None else self._socket.url(endpoints.ws_trade)

    def greetings(self, signer: Signer, now_ms: int) -> Sequence[str]:
        """Return the login."""
        return (self._socket.login(signer, now_ms, _LOGIN_NUMBER),)

    def ping(self) -> str | None:
        """Return ``{"op":"ping"}``: the venue counts these."""
        return self._socket.ping()

    def control(self, frame: bytes) -> Greeted | GreetingRefused | None:
        """Read the answer to a login: ``{"reqId":"1","retCode":0,"retMsg":"OK","op":"auth","connId":"…"}``."""
        said = self._socket.reply(frame)
        if said is None or said.operation != _LOGIN:
            return None
        if said.code == 0:
            return Greeted(said.number or _LOGIN_NUMBER)
        error = login_error(said.code, said.text, f"{_LOGIN} on /v5/trade")
        return GreetingRefused(error, isinstance(error, CredentialsRefused))

    def offers(self, call: RestCall[Any]) -> bool:
        """Tell whether there is an operation for a call."""
        return (call.method, call.path) in _OPERATIONS

    def frame(self, call: RestCall[Any], signer: Signer, now_ms: int, request_id: int) -> str:
        """Return ``{"reqId":"7","header":{"X-BAPI-TIMESTAMP":"…",…},"op":"order.create","args":[{…}]}``."""
        operation = _OPERATIONS[call.method, call.path]
        return self._socket.command(operation, call.body, now_ms, request_id)

    def answer(self, frame: bytes) -> OrderAnswer | None:
        """Read an answer to a command."""
        said = self._socket.reply(frame)
        if said is None or said.number is None or said.operation == _LOGIN or said.is_pong:
            return None
        return OrderAnswer(
            request_id=said.number,
            status=_FINE,
            headers={name.lower(): str(value) for name, value in said.header.items()},
            body=_text_of(_Body(said.code, said.text, said.data, said.details)),
            is_last=said.code == _RESTARTING,
        )
