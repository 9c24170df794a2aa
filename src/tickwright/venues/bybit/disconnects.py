"""Bybit's disconnect-cancel-all, DCP (*Trade*, Set Disconnect Cancel All; *WebSocket Stream*, *Private*, Dcp).

Only accounts have it for which the venue has switched it on. The window is counted from the moment when the last private connection
that had subscribed to the product's ``dcp`` topic was cut, or told its goodbye: the venue documents no way to take leave.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import msgspec

from tickwright.core.limits import Priority
from tickwright.venues.base import RestCall, Security
from tickwright.venues.bybit.private_protocol import PrivateTopics
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.wire_rest import Reply
from tickwright.venues.deadman import Tether
from tickwright.venues.typed import reader


__all__ = ["TETHERS"]

_ON = "ON"
_text_of = msgspec.json.Encoder().encode


class _Switch(msgspec.Struct):
    """``{"product":"SPOT","dcpStatus":"ON","timeWindow":"10"}`` (*Account*, Get DCP Info)."""

    product: str
    status: str = msgspec.field(name="dcpStatus", default="")
    window_s: float = msgspec.field(name="timeWindow", default=0.0)


class _Switches(msgspec.Struct):
    """``{"dcpInfos":[{…}]}``, empty for an account that has none."""

    rows: list[_Switch] = msgspec.field(name="dcpInfos", default_factory=list)


_read = reader(Reply[_Switches])


def _set(product: str, window_s: float) -> RestCall[None]:
    body = {"product": product, "timeWindow": math.ceil(window_s)}
    return RestCall(
        method="POST",
        path="/v5/order/disconnected-cancel-all",
        body=_text_of(body),
        decode=_nothing,
        costs={ADDRESS: 1},
        priority=Priority.CANCEL,
        security=Security.SIGNED,
    )


def _nothing(body: bytes, received_ts_ns: int) -> None:
    """Read ``{"retCode":0,"retMsg":"success"}``: errors are met elsewhere."""


def _window_of(product: str, body: bytes, received_ts_ns: int) -> float | None:
    switches: _Switches = _read(body).result
    for row in switches.rows:
        if row.product == product and row.status == _ON:
            return row.window_s
    return None


def _tether(product: str, topic: str) -> Tether:
    ask: RestCall[float | None] = RestCall(
        path="/v5/account/query-dcp-info",
        decode=partial(_window_of, product),
        costs={ADDRESS: 1},
        security=Security.SIGNED,
    )
    return Tether(
        set=partial(_set, product),
        ask=ask,
        greeting=lambda number: PrivateTopics().subscribe((topic,), number),
        window_s_min=3.0,
        window_s_max=300.0,
    )


TETHERS: Mapping[str, Tether] = {
    "spot": _tether("SPOT", "dcp.spot"),
    "linear": _tether("DERIVATIVES", "dcp.future"),
}
"""Category → its watch; that of derivatives reaches inverse contracts as well."""
