from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.rig import BTC, Command

from tickwright.cli.options import chosen_settings, venues_of
from tickwright.errors import ConfigError, UsageError


def test_endpoints_replace_only_what_they_name() -> None:
    settings = chosen_settings(
        "testnet",
        [
            "binance.spot.rest=http://127.0.0.1:1",
            "binance.spot.ws_public=ws://127.0.0.1:2",
            "binance.usdm.rest=https://u",
        ],
        None,
    )
    assert settings.environment == "testnet"
    assert settings.endpoints["binance.spot"].rest == "http://127.0.0.1:1"
    assert settings.endpoints["binance.spot"].ws_public == "ws://127.0.0.1:2"
    assert settings.endpoints["binance.usdm"].ws_public is None


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "binance.spot=http://x",
        "binance.spot.rest",
        "binance.spot.rest=",
        "binance.spot.rset=http://x",
    ],
)
def test_a_malformed_endpoint_shows_the_form(text: str) -> None:
    with pytest.raises(UsageError, match=r"PRODUCT\.FIELD=ORIGIN.*rest, ws_public"):
        chosen_settings(None, [text], None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("binance.sport.rest=http://x", "did you mean binance.spot"),
        ("binance.spot.rest=127.0.0.1", "127.0.0.1"),
        ("binance.spot.ws_public=http://x", "http://x"),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(text: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        chosen_settings(None, [text], None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("environment: [live", "not valid YAML"),
        ("enviroment: live", "did you mean environment"),
        ("connect_timeout_s: soon", "a valid number"),
        ("environment: mars", "'live'"),
    ],
)
def test_a_broken_settings_file_is_one_line(
    tickwright: Command, tmp_path: Path, content: str, reason: str
) -> None:
    file = tmp_path / "my.yaml"
    file.write_text(content)
    result = tickwright("watch", BTC, "--config", file)
    assert result.code == 2
    assert reason in result.reason
    assert "my.yaml" in result.reason


def test_a_missing_settings_file_is_one_line(tickwright: Command) -> None:
    result = tickwright("watch", BTC, "--config", "none.yaml")
    assert (result.code, result.reason) == (2, "tickwright: none.yaml: no such settings file")


def test_each_venue_is_named_once() -> None:
    assert venues_of(["a:X/Y", "b:X/Y", "a:Z/Y"]) == ["a", "b"]
