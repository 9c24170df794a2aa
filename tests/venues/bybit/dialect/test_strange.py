from __future__ import annotations

from typing import Any

from tickwright.venues.bybit.dialect.strange import estrange


def test_words_become_unknown_and_numbers_and_names_stay() -> None:
    order: dict[str, Any] = {
        "data": [{"orderStatus": "New", "symbol": "BTCUSDT", "smpGroup": "0", "stopOrderType": ""}]
    }
    estrange(order, "NEW")
    assert order["data"] == [
        {"orderStatus": "NEW", "symbol": "BTCUSDT", "smpGroup": 0, "stopOrderType": ""}
    ]


def test_the_last_of_several_instruments_has_an_unknown_status() -> None:
    listed: dict[str, Any] = {
        "result": {"list": [{"lotSizeFilter": {}, "status": "Trading"} for _ in range(2)]}
    }
    estrange(listed, "PendingOpen")
    assert [row["status"] for row in listed["result"]["list"]] == ["Trading", "PendingOpen"]
