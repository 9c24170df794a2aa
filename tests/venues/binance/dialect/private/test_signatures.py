"""Signatures against the known answers of section 9.4 and of the recorded vectors."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tickwright.errors import ConfigError
from tickwright.venues.binance.dialect.private.signatures import (
    is_session_key,
    is_signed_by,
    signed_parts,
    sorted_payload,
)
from tickwright.venues.privateside import ApiKey


HMAC = ApiKey(
    key="k",
    account="me",
    secret="SimSecret_0123456789abcdefABCDEF_do_not_use_live_64chars_padding",
)
A = (
    "symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01&price=65000.10"
    "&newClientOrderId=sim-0001&recvWindow=5000&timestamp=1795000000000"
)
B = ("symbol=BTCUSDT&side=BUY", "type=MARKET&quantity=0.01&timestamp=1795000000000")
E = (
    "batchOrders=%5B%7B%22symbol%22%3A%22BTCUSDT%22%2C%22side%22%3A%22BUY%22%2C%22type%22%3A%22MARKET"
    "%22%2C%22quantity%22%3A%220.001%22%7D%5D&timestamp=1795000000000"
)
KNOWN = [
    (A, "", "199e2c0c77344e955e5a0f6455a19ff1dbca874e1206d2b729b0036a7ff49783"),
    (*B, "b6e072206fb252ab0fc9147c31a13951afa662dd459fc359e2b796145d2fe214"),
    (
        "symbol=%E6%B5%8B%E8%AF%95USDT&timestamp=1795000000000",
        "",
        "82046415d0fcc341f8fe968f0f55206846601bacbcf0e6330db4e6209ad837e9",
    ),
    (E, "", "54ecc2ffd562915ff5938c9b61e92f79ebd87759d7dfb1015050454b48cba497"),
]


def public_pem(private: Any) -> str:
    pem: bytes = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem.decode()


@pytest.mark.parametrize(("query", "body", "signature"), KNOWN)
def test_requests_of_known_signatures_are_theirs(query: str, body: str, signature: str) -> None:
    payload, found = signed_parts(query, f"{body}&signature={signature}" if body else "")
    if not body:
        payload, found = signed_parts(f"{query}&signature={signature}", "")
    assert found == signature
    assert is_signed_by(HMAC, payload, found)
    assert is_signed_by(HMAC, payload, found.upper())
    assert not is_signed_by(HMAC, payload + b"0", found)


def test_query_and_body_are_joined_by_nothing() -> None:
    wrong = "9c370e1062d9dbab0506c2f3ce9b59c81585170972564e779ddcf5c057387f1a"
    payload, _ = signed_parts(*B)
    assert payload == (B[0] + B[1]).encode()
    assert not is_signed_by(HMAC, payload, wrong)
    assert is_signed_by(HMAC, f"{B[0]}&{B[1]}".encode(), wrong)


def test_the_signature_may_stand_anywhere_and_in_either_part() -> None:
    assert signed_parts("signature=ab&a=1", "") == (b"a=1", "ab")
    assert signed_parts("a=1", "b=2&signature=ab") == (b"a=1b=2", "ab")
    assert signed_parts("a=1&signature=x%2By%3D", "") == (b"a=1", "x+y=")
    assert signed_parts("", "") == (b"", "")


@pytest.mark.parametrize(
    ("params", "signature"),
    [
        (
            {"symbol": "测试USDT", "timestamp": 1795000000000},
            "7edab159d16bf4c85bf348f94b513e89916632dfbe4b84d6968d95d7d1739c53",
        ),
        (
            {
                "symbol": "BTCUSDT", "side": "SELL", "type": "LIMIT", "timeInForce": "GTC",
                "quantity": "0.01000000", "price": "70000.00", "recvWindow": 5000,
                "timestamp": 1795000000000, "apiKey": "SimApiKey0001", "signature": "left out",
            },
            "cb8642571a19c9f20fa0af028ea0299fe8436457135a60c563ce2fdb4452a5dc",
        ),
    ],
)  # fmt: skip
def test_websocket_requests_are_signed_sorted_and_raw(
    params: dict[str, object], signature: str
) -> None:
    assert is_signed_by(HMAC, sorted_payload(params), signature)


def test_flags_are_signed_as_json_has_them() -> None:
    assert sorted_payload({"b": False, "a": 1}) == b"a=1&b=false"


def test_ed25519_signatures_are_checked_against_known_answers() -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    key = ApiKey(key="k", account="me", public_key=public_pem(private))
    known = (
        "QhVBWMapmqNed1JSC/j89P9n7UJUyTu8ncT2blnHac7+w+lLbIboKKF38CpXQjKX+71AIHZWilWFV6ey7I6VDA=="
    )
    assert is_signed_by(key, A.encode(), known)
    assert not is_signed_by(key, A.encode(), known.lower())
    assert not is_signed_by(key, A.encode(), "no base64!")
    logon = (
        "PHZQDOitkbEcHsJHsxFv2AnDV39K/pyI7JcPKyJ9Jt6VgnsmyEYY7xw1hJ4ZCRGc3tPvyfemQdccTPHSF2xRBg=="
    )
    params = {"timestamp": 1795000000000, "apiKey": "SimApiKey0001"}
    assert is_signed_by(key, sorted_payload(params), logon)
    assert is_session_key(key)


def test_rsa_signatures_are_checked() -> None:
    private = generate_rsa(65537, 2048)
    key = ApiKey(key="k", account="me", public_key=public_pem(private))
    signature = b64encode(private.sign(A.encode(), PKCS1v15(), SHA256())).decode()
    assert is_signed_by(key, A.encode(), signature)
    assert not is_signed_by(key, A.encode() + b"1", signature)
    assert not is_session_key(key)
    assert not is_session_key(HMAC)


@pytest.mark.parametrize("pem", ["no key", public_pem(generate_private_key(SECP256R1()))])
def test_what_is_no_usable_key_says_so(pem: str) -> None:
    with pytest.raises(ConfigError, match="public key"):
        is_signed_by(ApiKey(key="k", account="me", public_key=pem), b"", "AAAA")


def test_recorded_vectors_verify(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "signing" / "vectors.json").read_text())
    checked = 0
    for vector in vectors:
        if vector["venue"] != "binance" or "secret" not in vector:
            continue
        key = ApiKey(key="k", account="me", secret=vector["secret"])
        payload = vector["payload"].encode()
        if "request" in vector:
            payload = sorted_payload(vector["request"]["params"])
            assert payload == vector["payload"].encode()
        assert is_signed_by(key, payload, vector["signature"]), vector["payload"]
        checked += 1
    assert checked
