from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.errors import DecodeError
from tickwright.venues.base import Security
from tickwright.venues.bybit.permissions import PERMISSIONS


def may(**changed: Any) -> Any:
    key = {
        "readOnly": 0,
        "permissions": {
            "ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"],
            "Wallet": ["AccountTransfer"], "Options": [],
        },
        "ips": ["*"],
    }  # fmt: skip
    body = {"retCode": 0, "retMsg": "", "result": {**key, **changed}, "time": 1}
    return PERMISSIONS.decode(json.dumps(body).encode(), 0)


def test_the_question_is_signed() -> None:
    assert PERMISSIONS.security is Security.SIGNED


def test_an_answer_is_read_as_the_documentation_shows_it() -> None:
    found = may()
    assert (found.can_trade, found.can_withdraw, found.is_bound) == (True, False, False)
    assert found.granted == (
        "ContractTrade.Order", "ContractTrade.Position", "Spot.SpotTrade", "Wallet.AccountTransfer",
    )  # fmt: skip


def test_a_key_that_only_reads_may_nothing_else_whatever_is_granted() -> None:
    found = may(readOnly=1, permissions={"Spot": ["SpotTrade"], "Wallet": ["Withdraw"]})
    assert (found.can_trade, found.can_withdraw) == (False, False)


def test_withdrawals_and_addresses_are_told() -> None:
    found = may(permissions={"Wallet": ["Withdraw"]}, ips=["10.0.0.1"])
    assert (found.can_trade, found.can_withdraw, found.is_bound) == (False, True, True)


def test_an_answer_about_something_else_is_no_permission() -> None:
    with pytest.raises(DecodeError):
        PERMISSIONS.decode(b'{"retCode":0,"result":{}}', 0)
