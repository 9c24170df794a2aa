from __future__ import annotations

import json

import pytest

from tickwright.venues.binance.dialect.errors import error_body, refusal_body
from tickwright.venues.binance.dialect.products import SPOT, USDM


def test_bodies_have_code_and_text() -> None:
    assert error_body(-1121, "Invalid symbol.") == '{"code":-1121,"msg":"Invalid symbol."}'


@pytest.mark.parametrize(
    ("status", "code", "begin"),
    [
        (429, -1003, "Too much request weight used; current limit is 6000"),
        (418, -1003, "Way too much request weight used; IP banned until 8000."),
        (503, -1001, "Internal error"),
        (500, -1000, "An unknown error occurred"),
    ],
)
def test_every_status_has_the_venues_words(status: int, code: int, begin: str) -> None:
    body = json.loads(refusal_body(SPOT, status, 3000, 5))
    assert body["code"] == code
    assert body["msg"].startswith(begin)


def test_a_ban_lasts_two_minutes_unless_told() -> None:
    assert "banned until 120000." in refusal_body(USDM, 418, 0)
