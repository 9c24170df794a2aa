"""``tickwright sandbox``, as a script starts it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from yarl import URL

from tickwright.cli.commands import run_command
from tickwright.errors import UsageError


TIMEOUT_S = 30.0


@contextlib.asynccontextmanager
async def running(
    *arguments: str, expected: signal.Signals = signal.SIGINT
) -> AsyncIterator[tuple[dict[str, Any], asyncio.subprocess.Process]]:
    """Run the command, yield what its ready file says, and interrupt it."""
    path = Path(arguments[-1])
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tickwright.cli.main", "sandbox", *arguments[:-1],
        "--ready-file", str(path), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(TIMEOUT_S):
            while not path.exists():  # noqa: ASYNC240 - a local file, looked at a few times
                assert process.returncode is None, await process.communicate()
                await asyncio.sleep(0.01)
        yield json.loads(path.read_text()), process  # noqa: ASYNC240 - as above
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(expected)
        await process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_what_the_ready_file_says_until_interrupted(
    tmp_path: Path, number: signal.Signals
) -> None:
    path = tmp_path / "ready.json"
    path.write_text("of an earlier run")
    path.unlink()
    arguments = ("--venue", "binance", "--seed", "7", "--instruments", "2", str(path))
    async with running(*arguments, expected=number) as (ready, process):
        assert path.stat().st_mode & 0o777 == 0o600
        assert set(ready["binance.spot"]) == {"rest", "ws_public", "ws_api"}
        assert set(ready["binance.usdm"]) == {"rest", "ws_public", "ws_private", "ws_api"}
        assert set(ready["account"]) == {"key", "secret"}
        async with aiohttp.ClientSession() as http:
            async with http.get(ready["binance.usdm"]["rest"] + "/fapi/v1/exchangeInfo") as info:
                assert len((await info.json())["symbols"]) == 2
            url = ready["binance.spot"]["ws_public"] + "/ws/btcusdt@depth@100ms"
            async with http.ws_connect(url) as stream:
                assert (await stream.receive_json())["s"] == "BTCUSDT"
    stdout, stderr = await process.communicate()
    assert process.returncode == 0, stderr
    assert ready["binance.spot"]["rest"] in stdout.decode()
    assert ready["account"]["secret"] not in stdout.decode()
    assert stderr == b""
    assert not os.listdir(tmp_path)


async def test_the_ready_file_of_a_later_run_stays(tmp_path: Path) -> None:
    path = tmp_path / "ready.json"
    async with running("--instruments", "1", str(path)):
        path.write_text("of a later run")
    assert path.read_text() == "of a later run"


async def test_two_venues_stand_side_by_side(tmp_path: Path) -> None:
    arguments = ("--venue", "binance", "--venue", "bybit", "--seed", "7", "--instruments", "1")
    async with running(*arguments, str(tmp_path / "ready.json")) as (ready, _):
        assert set(ready["bybit"]) == {"rest", "ws_public", "ws_private", "ws_trade"}
        assert "binance.usdm" in ready
        async with aiohttp.ClientSession() as http:
            for category in ("spot", "linear"):
                asked = {"category": category, "symbol": "BTCUSDT"}
                url = ready["bybit"]["rest"] + "/v5/market/orderbook"
                async with http.get(url, params=asked) as answer:
                    assert (await answer.json())["result"]["s"] == "BTCUSDT"
                url = f"{ready['bybit']['ws_public']}/v5/public/{category}"
                async with http.ws_connect(url) as stream:
                    await stream.send_str('{"op":"subscribe","args":["orderbook.1.BTCUSDT"]}')
                    assert (await stream.receive_json())["success"] is True
                    assert (await stream.receive_json())["data"]["s"] == "BTCUSDT"


async def test_a_fault_file_and_a_control_port_are_taken(tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("rest_status: 418\nretry_after_s: 7\n")
    path = tmp_path / "ready.json"
    arguments = ("--faults", str(faults), "--control", "0", "--instruments", "binance:BTC/USDT")
    async with running(*arguments, str(path)) as (ready, _), aiohttp.ClientSession() as http:
        assert set(ready) == {"binance.spot", "account", "control"}
        url = ready["binance.spot"]["rest"] + "/api/v3/ping"
        async with http.get(url) as banned:
            assert (banned.status, banned.headers["Retry-After"]) == (418, "7")
        async with http.delete(ready["control"]["rest"] + "/faults") as healed:
            assert healed.status == 200
        async with http.get(url) as well:
            assert well.status == 200


async def test_a_capture_is_the_market_of_its_product(
    tmp_path: Path, capture_path: Callable[[str], Path]
) -> None:
    path = tmp_path / "ready.json"
    arguments = ("--play", str(capture_path("binance-spot-8")), "--speed", "100", str(path))
    async with running(*arguments) as (ready, _), aiohttp.ClientSession() as http:
        assert set(ready) == {"binance.spot", "account"}
        url = ready["binance.spot"]["rest"] + "/api/v3/account"
        async with http.get(url, headers={"X-MBX-APIKEY": ready["account"]["key"]}) as answer:
            assert (await answer.json())["code"] == -1102, "there is an account"


async def test_a_public_key_is_let_in_and_its_api_key_told(tmp_path: Path) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (tmp_path / "mine.pem").write_bytes(public)
    arguments = ("--instruments", "binance:BTC/USDT", "--public-key", str(tmp_path / "mine.pem"))
    path = str(tmp_path / "ready.json")
    async with running(*arguments, path) as (ready, process), aiohttp.ClientSession() as http:
        key = ready["keys"]["mine.pem"]
        rest, headers = ready["binance.spot"]["rest"], {"X-MBX-APIKEY": key}
        async with http.get(rest + "/api/v3/time") as told:
            query = f"timestamp={(await told.json())['serverTime']}"
        signature = quote(b64encode(private.sign(query.encode())), safe="")
        url = f"{rest}/api/v3/account?{query}&signature={signature}"
        async with http.get(URL(url, encoded=True), headers=headers) as account:
            assert (account.status, (await account.json())["canTrade"]) == (200, True)
    stdout, _ = await process.communicate()
    assert key in stdout.decode()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--seed", "seven"], "'--seed'"),
        (["--public-key", "nowhere.pem"], "--public-key nowhere.pem: cannot be read"),
        (["--public-key", __file__], "no public key in PEM form"),
        (["--venue", "binanse"], "did you mean binance?"),
        (["--instruments", "0"], "instruments: from 1 to 500"),
        (["--instruments", "binance:BTC/USDX:Y"], "binance:BTC/USDX:Y"),
        (["--faults", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
        (["--play", "nowhere.jsonl"], "nowhere.jsonl"),
        (["--speed", "-1"], "speed: must be 0 or more"),
        (["--port", "99999"], "port: must lie between 0 and 65535"),
        (["--ready-file", os.path.join("no", "such", "folder")], "cannot be written"),
    ],
)
def test_a_wrong_call_is_one_line(arguments: list[str], text: str) -> None:
    with pytest.raises(UsageError) as raised:
        run_command(["sandbox", *arguments])
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_typo_in_a_fault_file_names_the_nearest_field(tmp_path: Path) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text("binance.usdm: {snapshot_old: 1, dleay_s: 2}")
    with pytest.raises(UsageError, match=r"there is no fault 'dleay_s'; did you mean delay_s\?"):
        run_command(["sandbox", "--faults", str(path)])


def test_a_port_in_use_is_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} is in use"):
            run_command(["sandbox", "--instruments", "1", "--port", str(port)])
