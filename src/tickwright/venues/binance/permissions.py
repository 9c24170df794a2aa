"""What a Binance key may, as the wallet's REST tells; only the live environment has it."""

from __future__ import annotations

from typing import Any

from tickwright.errors import DecodeError
from tickwright.model.account import KeyPermissions
from tickwright.venues.base import RestCall, Security
from tickwright.venues.binance.rest import WEIGHT
from tickwright.venues.typed import reader


__all__ = ["PERMISSIONS"]

_read = reader(dict[str, Any])
_TRADING = ("enableSpotAndMarginTrading", "enableFutures")
_PREFIXES = ("enable", "permits")


def _permissions(body: bytes, received_ts_ns: int) -> KeyPermissions:
    """Read an answer (*Wallet*, Get API Key Permission).

    ``{"ipRestrict":false,"createTime":1698645219000,"enableReading":true,"enableWithdrawals":false,
    "enableSpotAndMarginTrading":true,"enableFutures":true,…}``
    """
    row = _read(body)
    if "enableReading" not in row:
        raise DecodeError("the answer about the key names no permissions")
    return KeyPermissions(
        can_trade=any(row.get(name) is True for name in _TRADING),
        can_withdraw=row.get("enableWithdrawals") is True,
        is_bound=row.get("ipRestrict") is True,
        granted=tuple(
            name for name, value in row.items() if value is True and name.startswith(_PREFIXES)
        ),
    )


PERMISSIONS: RestCall[KeyPermissions] = RestCall(
    path="/sapi/v1/account/apiRestrictions",
    decode=_permissions,
    costs={WEIGHT: 1, "RAW_REQUESTS": 1},
    security=Security.SIGNED,
)
