"""G21: signatures are byte-exact, by every vector there is."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tickwright.errors import ConfigError
from tickwright.venues.base import Seal, Security
from tickwright.venues.bybit.auth import LOGIN_MS, BybitAuth, login_args
from tickwright.venues.signing import Credentials, Signer


SIGNER = Signer(Credentials("DEMOKEY0001", "demosecret0001"))
NOW_MS = 1_763_640_000_000
ORDER = (
    b'{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001","price":"90000.0",'
    b'"timeInForce":"GTC","orderLinkId":"t-1"}'
)


def headers(sealed: Seal) -> dict[str, str]:
    return dict(sealed.headers)


def pem(key: rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("query", "body", "signature"),
    [
        (
            "category=linear&symbol=BTCUSDT",
            b"",
            "a2569142d1855d625afb7e296edcd4cd4771b15abb157ee6d394bf18754caf8c",
        ),
        ("", ORDER, "8ccf912649aeb5c12c2e48ef05f0453f1c589e38e3ad5daea72eeb03fface18e"),
    ],
)
def test_g21_rest_requests_are_signed_as_they_go_out(
    query: str, body: bytes, signature: str
) -> None:
    sealed = BybitAuth().seal(query, body, SIGNER, NOW_MS, security=Security.SIGNED)
    assert sealed.query == query
    said = headers(sealed)
    assert said.pop("Content-Type", "application/json") == "application/json"
    assert said == {
        "X-BAPI-API-KEY": "DEMOKEY0001",
        "X-BAPI-TIMESTAMP": str(NOW_MS),
        "X-BAPI-RECV-WINDOW": "5000",
        "X-BAPI-SIGN": signature,
    }
    assert ("Content-Type" in headers(sealed)) == bool(body)


def test_g21_a_login_is_signed_with_the_moment_at_which_it_expires() -> None:
    assert login_args(SIGNER, NOW_MS) == [
        "DEMOKEY0001",
        NOW_MS + LOGIN_MS,
        "69a2bd74a896cc86f513e7e8a8e94263d9d0aa0c7774ce52794bc563ac72233d",
    ]


def test_g21_every_shared_vector_is_met(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "signing" / "vectors.json").read_text())
    met = 0
    for vector in (each for each in vectors if each["venue"] == "bybit"):
        signer = Signer(Credentials(vector["api_key"], vector["secret"]))
        if vector["kind"] == "v5-ws-auth":
            signed = login_args(signer, vector["expires"] - LOGIN_MS)[2]
        else:
            query = vector.get("url", "").partition("?")[2]
            body = vector.get("body", "").encode()
            sealed = BybitAuth(vector["recv_window"]).seal(
                query, body, signer, int(vector["timestamp"]), security=Security.SIGNED
            )
            signed = headers(sealed)["X-BAPI-SIGN"]
        assert signed == vector["signature"], vector["kind"]
        met += 1
    assert met == 3


def test_g21_an_rsa_key_signs_the_same_text_in_base64() -> None:
    key = rsa.generate_private_key(65537, 2048)
    signer = Signer(Credentials("K", pem(key)))
    sealed = BybitAuth().seal("category=spot", b"", signer, NOW_MS, security=Security.SIGNED)
    key.public_key().verify(
        b64decode(headers(sealed)["X-BAPI-SIGN"]),
        f"{NOW_MS}K5000category=spot".encode(),
        PKCS1v15(),
        SHA256(),
    )


def test_an_ed25519_key_is_refused_with_what_to_do() -> None:
    signer = Signer(Credentials("K", pem(ed25519.Ed25519PrivateKey.generate())))
    with pytest.raises(ConfigError, match="HMAC and RSA"):
        BybitAuth().seal("", b"", signer, NOW_MS, security=Security.SIGNED)


def test_a_call_that_needs_the_key_alone_is_not_signed() -> None:
    sealed = BybitAuth().seal("coin=BTC", b"", SIGNER, NOW_MS, security=Security.KEY)
    assert sealed == Seal("coin=BTC", (("X-BAPI-API-KEY", "DEMOKEY0001"),))
