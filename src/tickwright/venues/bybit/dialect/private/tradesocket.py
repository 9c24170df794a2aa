"""The trade socket, ``/v5/trade`` (section 6): one login, then the orders of REST without signatures."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping

from tickwright.venues.bybit.dialect.control import connection_id, decoded
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.access import check_timing
from tickwright.venues.bybit.dialect.private.context import Call, Endpoint
from tickwright.venues.bybit.dialect.private.desk import Outcome, PrivateDesk
from tickwright.venues.bybit.dialect.private.form import Form
from tickwright.venues.dialects import Allowance, Reply
from tickwright.venues.privateside import ApiKey


__all__ = ["TradeConversation"]

_FRAMES_MAX = 1_000_000  # the limit is answered, not enforced by closing
_PER_S = 3000
_ID_MAX = 36
_IDS_KEPT = 10_000


class TradeConversation:
    """One connection to the trade socket.

    Args:
        desk: Carries orders out.
        operations: Their names → endpoints.
        quiet_s: For how long it may be quiet.
        number: For its id.
    """

    framing = "raw"

    def __init__(
        self, desk: PrivateDesk, operations: Mapping[str, Endpoint], quiet_s: float, number: int
    ) -> None:
        self.streams: dict[str, None] = {}
        self._desk = desk
        self._operations = operations
        self._quiet_s = quiet_s
        self._id = connection_id(number)
        self._key: ApiKey | None = None
        self._times: deque[int] = deque()

    @property
    def allowance(self) -> Allowance:
        """What the host lets it send."""
        return Allowance(frames_per_s=_FRAMES_MAX, quiet_s=self._quiet_s)

    def is_served(self, stream: str) -> bool:
        """Tell that there are no streams."""
        return False

    def wrap(self, stream: str, payload: str) -> str:
        """Return a payload as it is."""
        return payload

    def answer(self, text: str, *, now_ms: int, refused: Mapping[str, str]) -> Reply:
        """Return what the venue does with a text frame."""
        message = decoded(text)
        if isinstance(message, str):
            return self._refuse({}, Refused(10001, message), now_ms)
        op = message.get("op")
        if op == "ping":
            return self._short(message, "pong", data=[str(now_ms)])
        if op == "auth":
            return self._log_in(message, now_ms)
        try:
            call, endpoint = self._read(message, now_ms)
        except Refused as error:
            return self._refuse(message, error, now_ms)
        outcome = self._desk.run(endpoint, call)
        return self._told(message, outcome, now_ms, is_command=True)

    def _log_in(self, message: dict[str, object], now_ms: int) -> Reply:
        if self._key is not None:
            return self._short(message, "auth", code=20001, text="Repeated authorization")
        args = message.get("args")
        try:
            self._key = self._desk.login(args if isinstance(args, list) else [], now_ms)
        except Refused as error:
            return self._short(message, "auth", code=error.code, text=error.text)
        return self._short(message, "auth", is_logon=True)

    def _read(self, message: dict[str, object], now_ms: int) -> tuple[Call, Endpoint]:
        """Read an order operation.

        Raises:
            Refused: If it is none, or may not be carried out.
        """
        name = str(message.get("op") or "")
        endpoint = self._operations.get(name.removeprefix("order."))
        if endpoint is None or not name.startswith("order."):
            raise Refused(10404, "op type is not found")
        if self._key is None:
            raise Refused(10003, "Request not authorized")
        self._count(now_ms)
        self._note_id(message, self._key)
        headers = message.get("header")
        header = headers if isinstance(headers, dict) else {}
        check_timing(
            str(header.get("X-BAPI-TIMESTAMP", "")),
            str(header.get("X-BAPI-RECV-WINDOW", "")),
            (now_ms, self._desk.context.market.now_ms),
        )
        args = message.get("args")
        if not isinstance(args, list) or len(args) != 1 or not isinstance(args[0], dict):
            raise Refused(10001, "params error: args must hold one object")
        form = Form(args[0], self._desk.context.traded)
        if form.text("category") not in self._desk.context.traded:
            raise Refused(10404, "category is not supported")
        return Call(self._desk.access.key(self._key.key), form, now_ms), endpoint

    def _count(self, now_ms: int) -> None:
        times = self._times
        while times and times[0] <= now_ms - 1000:
            times.popleft()
        if len(times) >= _PER_S:
            raise Refused(10403, "Exceeded the IP Rate Limit.")
        times.append(now_ms)

    def _note_id(self, message: dict[str, object], key: ApiKey) -> None:
        """Note a request's id. For how far and how long it must be unique is not documented: here over all sockets of an account."""
        name = str(message.get("reqId") or "")
        if not name:
            return
        if len(name) > _ID_MAX:
            raise Refused(10001, "params error: reqId is longer than 36")
        ids = self._desk.context.request_ids
        if (key.account, name) in ids:
            raise Refused(20006, "Duplicate reqId")
        ids[key.account, name] = None
        if len(ids) > _IDS_KEPT:
            del ids[next(iter(ids))]

    # ------------------------------------------------------------------ replies

    def _refuse(self, message: dict[str, object], error: Refused, now_ms: int) -> Reply:
        body = self._body(message, error.code, error.text)
        return Reply(_written(body | {"data": {}, "retExtInfo": {}} | self._tail({}, now_ms)))

    def _told(
        self, message: dict[str, object], outcome: Outcome, now_ms: int, *, is_command: bool
    ) -> Reply:
        body = self._body(message, outcome.code, outcome.text)
        data = {"data": outcome.result.body, "retExtInfo": outcome.result.more}
        text = _written(body | data | self._tail(outcome.headers, now_ms))
        return Reply(text, is_command=is_command)

    def _body(self, message: dict[str, object], code: int, text: str) -> dict[str, object]:
        body: dict[str, object] = {
            "retCode": code,
            "retMsg": text,
            "op": str(message.get("op", "")),
        }
        return {"reqId": str(message["reqId"]), **body} if message.get("reqId") else body

    def _tail(self, headers: Mapping[str, str], now_ms: int) -> dict[str, object]:
        trace = f"{now_ms:032x}"
        header = {**headers, "Traceid": trace, "Timenow": str(now_ms)}
        return {"header": header, "connId": self._id}

    def _short(
        self,
        message: dict[str, object],
        op: str,
        *,
        code: int = 0,
        text: str = "OK",
        data: list[str] | None = None,
        is_logon: bool = False,
    ) -> Reply:
        """Return the reply to what is no order: it has fewer parts."""
        body = self._body({**message, "op": op}, code, text)
        if data is not None:
            body["data"] = data
        return Reply(_written({**body, "connId": self._id}), is_logon=is_logon)


def _written(body: dict[str, object]) -> str:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False)
