from __future__ import annotations

import json
from typing import Any

import pytest

from tickwright.errors import DecodeError
from tickwright.venues.base import Security
from tickwright.venues.binance.permissions import PERMISSIONS


def may(**changed: Any) -> Any:
    row = {
        "ipRestrict": False, "createTime": 1, "enableReading": True, "enableWithdrawals": False,
        "permitsUniversalTransfer": False, "enableSpotAndMarginTrading": True,
        "enableFutures": False,
    }  # fmt: skip
    return PERMISSIONS.decode(json.dumps({**row, **changed}).encode(), 0)


def test_the_question_is_signed() -> None:
    assert PERMISSIONS.security is Security.SIGNED


def test_an_answer_is_read_as_the_documentation_shows_it() -> None:
    found = may()
    assert (found.can_trade, found.can_withdraw, found.is_bound) == (True, False, False)
    assert found.granted == ("enableReading", "enableSpotAndMarginTrading")


def test_futures_alone_are_trading_as_well() -> None:
    assert may(enableSpotAndMarginTrading=False, enableFutures=True).can_trade
    assert not may(enableSpotAndMarginTrading=False).can_trade


def test_withdrawals_and_addresses_are_told() -> None:
    found = may(enableWithdrawals=True, ipRestrict=True)
    assert (found.can_withdraw, found.is_bound) == (True, True)


def test_an_answer_about_something_else_is_no_permission() -> None:
    with pytest.raises(DecodeError, match="names no permissions"):
        PERMISSIONS.decode(b"{}", 0)
