from __future__ import annotations

import json
import signal

import pytest
from tests.cli.rig import BTC, Command, VenueThread, spawned

from tickwright.sandbox.faults import Faults


ETH = "binance:ETH/USDT"


@pytest.mark.slow
def test_json_is_one_object_a_line_until_interrupted(venue: VenueThread) -> None:
    with spawned("watch", BTC, ETH, "--json", *venue.options) as process:
        assert process.stdout is not None
        while not (line := json.loads(process.stdout.readline()))["is_healthy"]:
            pass
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert err == ""
    assert set(line) == {"ts", "is_healthy", "instruments"}
    assert list(line["instruments"]) == [BTC, ETH]
    bid, ask = line["instruments"][BTC]["best_bid"], line["instruments"][BTC]["best_ask"]
    assert float(bid[0]) < float(ask[0])
    assert line["instruments"][BTC]["state"] in ("live", "unaudited")


@pytest.mark.slow
def test_without_a_terminal_it_prints_lines(venue: VenueThread, tickwright: Command) -> None:
    result = tickwright("watch", BTC, "--seconds", "1.5", *venue.options)
    assert result.code == 0
    assert "! binance.spot#1 is connected" in result.out
    assert any(BTC in line and "×" in line for line in result.out.splitlines())


@pytest.mark.parametrize(
    ("instrument", "reason"),
    [
        ("binance:BTC/USD", "did you mean binance:BTC/USDT"),
        ("binance:BTCUSDT", "write venue:BASE/QUOTE for spot (binance:BTC/USDT)"),
        ("bnance:BTC/USDT", "did you mean binance?"),
    ],
)
def test_an_instrument_that_is_not_there_is_one_line(
    venue: VenueThread, tickwright: Command, instrument: str, reason: str
) -> None:
    result = tickwright("watch", instrument, *venue.options)
    assert (result.code, result.out) == (2, "")
    assert reason in result.reason


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(rest_status=200, rest_body="<html>hi</html>"), "HTML instead of JSON"),
        (Faults(rest_status=200, rest_body="{}"), "missing required field"),
        (Faults(rest_status=403, rest_body="go away"), "HTTP 403"),
    ],
)
def test_a_listing_that_cannot_be_had_is_one_line(
    tickwright: Command, faults: Faults, reason: str
) -> None:
    with VenueThread(faults) as venue:
        result = tickwright("watch", BTC, *venue.options)
    assert (result.code, result.out) == (1, "")
    assert reason in result.reason


def test_a_host_that_does_not_exist_is_one_line(tickwright: Command) -> None:
    address = "binance.spot.rest=https://nowhere.invalid"
    result = tickwright("watch", BTC, "--endpoint", address)
    assert result.code == 1
    assert "nowhere.invalid does not resolve" in result.reason
