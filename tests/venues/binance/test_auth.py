"""Signed requests against the recorded vectors, the known answers of the reference, and the sandbox's own check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from tickwright.venues.base import Security
from tickwright.venues.binance.auth import BinanceAuth, signed_params
from tickwright.venues.binance.dialect.private.signatures import (
    is_signed_by,
    signed_parts,
    sorted_payload,
)
from tickwright.venues.privateside import ApiKey
from tickwright.venues.signing import Credentials, Signer


NOW_MS = 1_795_000_000_000
SIGNER = Signer(Credentials("my-api-key", "my-secret"))
KEY = ApiKey(key="my-api-key", account="me", secret="my-secret")
_ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ED25519_SIGNER = Signer(
    Credentials(
        "my-api-key",
        _ED25519.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )
)
ED25519_KEY = ApiKey(
    key="my-api-key",
    account="me",
    public_key=_ED25519.public_key()
    .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    .decode(),
)


def vectors(shared_data: Path, kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads((shared_data / "signing" / "vectors.json").read_text())
    return [row for row in rows if row["venue"] == "binance" and row["kind"] == kind]


def test_g21_rest_payloads_are_signed_as_the_venue_shows(shared_data: Path) -> None:
    rows = vectors(shared_data, "rest-hmac-query")
    assert rows
    for row in rows:
        # The vectors have the stamp where the venue's own examples have it: at the end, in this order.
        query, _, stamp = row["payload"].partition("&recvWindow=")
        recv_window, _, timestamp = stamp.partition("&timestamp=")
        seal = BinanceAuth(int(recv_window)).seal(
            query,
            b"",
            Signer(Credentials(row["api_key"], row["secret"])),
            int(timestamp),
            security=Security.SIGNED,
        )
        assert seal.query == f"{row['payload']}&signature={row['signature']}"
        assert seal.headers == (("X-MBX-APIKEY", row["api_key"]),)


def test_g21_socket_requests_are_signed_as_the_venue_shows(shared_data: Path) -> None:
    rows = [
        row
        for row in vectors(shared_data, "wsapi-hmac-sorted-params")
        if "recvWindow" in row["request"]["params"]
    ]
    assert rows
    for row in rows:
        params = dict(row["request"]["params"])
        expected = params.pop("signature")
        signer = Signer(Credentials(params.pop("apiKey"), row["secret"]))
        stamp, window = params.pop("timestamp"), params.pop("recvWindow")
        signed = signed_params(params, signer, stamp, window)
        assert signed["signature"] == expected
        assert {**signed} == row["request"]["params"]


def test_a_call_with_a_key_only_gets_no_stamp() -> None:
    seal = BinanceAuth().seal("a=1", b"", SIGNER, NOW_MS, security=Security.KEY)
    assert seal.query == "a=1"
    assert seal.headers == (("X-MBX-APIKEY", "my-api-key"),)


def test_a_call_without_parameters_is_stamped_and_signed() -> None:
    seal = BinanceAuth().seal("", b"", SIGNER, NOW_MS, security=Security.SIGNED)
    fields = parse_qsl(seal.query)
    assert [name for name, _ in fields] == ["recvWindow", "timestamp", "signature"]
    assert fields[1][1] == str(NOW_MS)


@pytest.mark.parametrize(
    ("signer", "key"), [(SIGNER, KEY), (ED25519_SIGNER, ED25519_KEY)], ids=["hmac", "ed25519"]
)
@given(query=st.sampled_from(["", "symbol=BTCUSDT", "symbol=%E6%B5%8B%E8%AF%95USDT&side=BUY"]))
def test_g21_the_venue_accepts_what_we_sign_over_rest(
    signer: Signer, key: ApiKey, query: str
) -> None:
    seal = BinanceAuth().seal(query, b"", signer, NOW_MS, security=Security.SIGNED)
    payload, signature = signed_parts(seal.query, "")
    assert is_signed_by(key, payload, signature)
    assert unquote(signature) == signature  # nothing is left encoded twice


@given(
    params=st.dictionaries(
        st.sampled_from(["symbol", "side", "price", "newClientOrderId", "isolated", "测试"]),
        st.one_of(st.text(min_size=1), st.integers()),
    )
)
def test_g21_the_venue_accepts_what_we_sign_for_sockets(params: dict[str, Any]) -> None:
    signed = signed_params(params, ED25519_SIGNER, NOW_MS)
    assert is_signed_by(ED25519_KEY, sorted_payload(signed), str(signed["signature"]))
    assert {name: signed[name] for name in params} == params
