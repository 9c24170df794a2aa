"""What a Bybit key may."""

from __future__ import annotations

from msgspec import Struct, field

from tickwright.model.account import KeyPermissions
from tickwright.venues.base import RestCall, Security
from tickwright.venues.bybit.rest import ADDRESS
from tickwright.venues.bybit.wire_rest import Reply
from tickwright.venues.typed import reader


__all__ = ["PERMISSIONS"]

_TRADING = ("Spot", "ContractTrade", "Derivatives")
_ANYWHERE = "*"


class _Key(Struct, gc=False):
    """``GET /v5/user/query-api`` (*Get API Key Information*).

    ``{"readOnly":0,"permissions":{"ContractTrade":["Order","Position"],"Spot":["SpotTrade"],"Wallet":["AccountTransfer",
    "Withdraw"],…},"ips":["*"],…}``
    """

    permissions: dict[str, list[str]]
    is_read_only: int = field(name="readOnly")
    ips: list[str] = field(default_factory=list)


_read = reader(Reply[_Key])


def _permissions(body: bytes, received_ts_ns: int) -> KeyPermissions:
    key: _Key = _read(body).result
    can_write = not key.is_read_only
    return KeyPermissions(
        can_trade=can_write and any(key.permissions.get(name) for name in _TRADING),
        can_withdraw=can_write and "Withdraw" in key.permissions.get("Wallet", ()),
        is_bound=bool(key.ips) and _ANYWHERE not in key.ips,
        granted=tuple(
            f"{name}.{each}" for name, granted in key.permissions.items() for each in granted
        ),
    )


PERMISSIONS: RestCall[KeyPermissions] = RestCall(
    path="/v5/user/query-api",
    decode=_permissions,
    costs={ADDRESS: 1},
    security=Security.SIGNED,
)
