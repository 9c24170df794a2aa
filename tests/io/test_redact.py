from __future__ import annotations

import pytest

from tickwright.io.redact import HIDDEN, host_of, safe_headers, safe_store_url, safe_url


KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "https://h/api/v3/order?symbol=BTCUSDT&signature=c8db5&timestamp=1",
            "https://h/api/v3/order?symbol=BTCUSDT&signature=***&timestamp=1",
        ),
        ("https://h/x?listenKey=abc", "https://h/x?listenKey=***"),
        ("https://h/x?apiKey=abc&a=1", "https://h/x?apiKey=***&a=1"),
        (f"wss://h/ws/{KEY}", "wss://h/ws/***"),
        (f"wss://h/private/ws?streams={KEY}", "wss://h/private/ws?streams=***"),
        ("http://user:pass@proxy:3128", "http://***@proxy:3128"),
        ("http://user@proxy:3128", "http://***@proxy:3128"),
    ],
)
def test_g30_secrets_in_urls_are_hidden(url: str, shown: str) -> None:
    assert safe_url(url) == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000",
        "wss://stream.binance.com:9443/stream?streams=btcusdt@depth@100ms/ethusdt@aggTrade",
        "wss://h/ws/btcusdt_perpetual@continuousKline_1m",
        "https://h/fapi/v1/assignment?designator=5",
    ],
)
def test_what_is_no_secret_stays_as_it_is(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://bot:geheim@db/t?journal=a", "postgresql://***@db/t?journal=a"),
        ("postgresql://bot:ge/he@i?m@db/t", "postgresql://***@db/t"),
        ("postgresql:///t?host=/run&password=geheim", "postgresql:///t?host=/run&password=***"),
        ("sqlite:orders.db", "sqlite:orders.db"),
    ],
)
def test_g30_a_journal_s_url_shows_no_password(url: str, shown: str) -> None:
    assert safe_store_url(url) == shown


def test_g30_headers_that_carry_keys_or_signatures_are_hidden() -> None:
    headers = [
        ("X-MBX-APIKEY", "k"),
        ("x-bapi-api-key", "k"),
        ("X-BAPI-SIGN", "s"),
        ("Authorization", "Bearer t"),
        ("Cookie", "c"),
        ("Content-Type", "application/json"),
        ("X-BAPI-TIMESTAMP", "1"),
    ]
    shown = safe_headers(headers)
    assert [value for _, value in shown] == [HIDDEN] * 5 + ["application/json", "1"]
    assert [name for name, _ in shown] == [name for name, _ in headers]


def test_a_host_is_named_without_user_and_path() -> None:
    assert host_of("https://api.binance.com/api/v3/time?x=1") == "api.binance.com"
    assert host_of("http://user:pass@127.0.0.1:8080/x") == "127.0.0.1:8080"
    assert host_of("no url") == "no url"
