from __future__ import annotations

import pytest
from tests.cli.rig import Command, VenueThread

from tickwright.cli.doctor import interval


def test_what_can_be_reached_is_measured(venue: VenueThread, tickwright: Command) -> None:
    result = tickwright("doctor", "binance.spot", *venue.options)
    assert (result.code, result.err) == (0, "")
    for word in ("kernel", "event loop", "binance.spot", "✓ open in", "request weight 6,000 / min"):
        assert word in result.out


def test_json_says_the_same_in_numbers(venue: VenueThread, tickwright: Command) -> None:
    found = tickwright("doctor", "binance.spot", "--json", *venue.options).json
    assert set(found) == {"installation", "environment", "hosts"}
    (host,) = found["hosts"]
    assert host["rest_error"] is host["ws_error"] is None
    assert host["latency_ms"] > 0
    assert abs(host["clock_offset_ms"]) < 60_000
    assert {"name", "used", "limit", "interval_s"} == set(host["limits"][0])


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_host_out_of_reach_is_told_and_fails(
    venue: VenueThread, tickwright: Command, form: list[str]
) -> None:
    wrong = ["--endpoint", "binance.spot.ws_public=ws://127.0.0.1:9"]
    result = tickwright("doctor", "binance.spot", *form, *venue.options, *wrong)
    assert result.code == 1
    assert "binance.spot, WebSocket: 127.0.0.1:9 refused the connection" in result.reason
    assert "binance.spot" in result.out


def test_an_environment_that_a_product_lacks_is_a_wrong_call(tickwright: Command) -> None:
    result = tickwright("doctor", "-e", "mars")
    assert result.code == 2
    assert "'live', 'testnet'" in result.reason


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.5, "0.5 s"), (10, "10 s"), (60, "min"), (300, "5 min"), (3600, "h"), (86_400, "d")],
)
def test_intervals_read_well(seconds: float, text: str) -> None:
    assert interval(seconds) == text
