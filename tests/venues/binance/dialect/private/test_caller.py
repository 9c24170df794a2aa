"""Who may call: a signature of the request's own, or a session."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.venues.binance.dialect.private.api_kit import SESSION_KEY, ApiClient, signature
from tests.venues.binance.dialect.private.kit import KEY, NOW_MS, READER_KEY, Venue

from tickwright.venues.binance.dialect.private.caller import (
    caller_of,
    is_signed_itself,
    session_caller,
    signer_of,
)
from tickwright.venues.binance.dialect.private.context import Security
from tickwright.venues.binance.dialect.private.refused import Refused
from tickwright.venues.binance.dialect.private.sessions import Session
from tickwright.venues.privateside import ApiKey


SIGNED: dict[str, Any] = {"apiKey": KEY, "timestamp": NOW_MS}
USER, TRADE = Security.USER_DATA, Security.TRADE


def stamped(key: str = KEY, **params: Any) -> dict[str, Any]:
    found = {"timestamp": NOW_MS, "apiKey": key, **params}
    return {**found, "signature": signature(found, key)}


def code(venue: Venue, params: dict[str, Any], security: Security = USER) -> int:
    with pytest.raises(Refused) as raised:
        signer_of(venue.side.desk, params, security, NOW_MS)
    return raised.value.code


def test_complaints_come_in_the_order_key_presence_signature_time(spot: Venue) -> None:
    assert code(spot, {}) == -1102
    assert code(spot, {"apiKey": "a b"}) == -2014
    assert code(spot, {"apiKey": "SomebodyElses"}) == -2015
    assert code(spot, {"apiKey": KEY}) == -1102
    assert code(spot, {"apiKey": KEY, "signature": "x"}) == -1102
    assert code(spot, SIGNED) == -1102
    assert code(spot, {**SIGNED, "signature": "x"}) == -1022
    assert code(spot, stamped(timestamp=1)) == -1021


def test_the_signature_covers_every_parameter_sorted(spot: Venue) -> None:
    good = stamped(symbol="测试USDT", recvWindow=5000, price="0.10", isOn=True)
    assert signer_of(spot.side.desk, good, USER, NOW_MS).account == "me"
    reordered = dict(reversed(good.items()))
    assert signer_of(spot.side.desk, reordered, USER, NOW_MS).account == "me"
    assert code(spot, {**good, "price": "0.1"}) == -1022
    assert code(spot, {**good, "more": 1}) == -1022


def test_listen_keys_need_no_signature(usdm: Venue) -> None:
    found = signer_of(usdm.side.desk, {"apiKey": KEY}, Security.KEY, NOW_MS)
    assert found.key == KEY


def test_a_session_needs_a_time_and_nothing_else(spot: Venue) -> None:
    desk, session = spot.side.desk, Session(0)
    session.log_on(desk.keys[KEY], NOW_MS)
    assert caller_of(desk, session, {"timestamp": NOW_MS}, TRADE, NOW_MS).key == KEY
    assert caller_of(desk, session, {}, Security.KEY, NOW_MS).key == KEY
    for params, expected in (({}, -1102), ({"timestamp": 1}, -1021)):
        with pytest.raises(Refused) as raised:
            caller_of(desk, session, params, TRADE, NOW_MS)
        assert raised.value.code == expected


def test_a_key_of_its_own_comes_before_the_sessions(spot: Venue) -> None:
    desk, session = spot.side.desk, Session(0)
    session.log_on(desk.keys[KEY], NOW_MS)
    own = stamped("SimApiKey0002")
    assert is_signed_itself(own)
    assert caller_of(desk, session, own, TRADE, NOW_MS).account == "you"
    # A signature without a key is the session's; a key without a signature is refused.
    bare = {"timestamp": NOW_MS}
    alone = {**bare, "signature": signature(bare, KEY)}
    assert caller_of(desk, session, alone, TRADE, NOW_MS).key == KEY
    with pytest.raises(Refused):
        caller_of(desk, session, {**bare, "apiKey": "SimApiKey0002"}, TRADE, NOW_MS)


def test_a_key_that_may_only_look_does_not_trade_by_session_either(spot: Venue) -> None:
    desk, session = spot.side.desk, Session(0)
    session.log_on(desk.keys[READER_KEY], NOW_MS)
    assert caller_of(desk, session, {"timestamp": NOW_MS}, USER, NOW_MS).key == READER_KEY
    with pytest.raises(Refused) as raised:
        caller_of(desk, session, {"timestamp": NOW_MS}, TRADE, NOW_MS)
    assert raised.value.code == -2015


def test_only_ed25519_keys_log_on(spot: Venue) -> None:
    ApiClient(spot)  # which brings such a key
    desk = spot.side.desk
    assert session_caller(desk, stamped(SESSION_KEY), NOW_MS).key == SESSION_KEY
    with pytest.raises(Refused) as raised:
        session_caller(desk, stamped(), NOW_MS)
    assert raised.value.body() == {"code": -4056, "msg": "HMAC_SHA256 API key is not supported."}


def test_rsa_keys_do_not_log_on(spot: Venue) -> None:
    private = generate_private_key(65537, 2048)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    spot.side.desk.keys["SimApiKeyRsa"] = ApiKey(
        key="SimApiKeyRsa", account="me", public_key=pem.decode()
    )
    payload = f"apiKey=SimApiKeyRsa&timestamp={NOW_MS}".encode()
    signed = b64encode(private.sign(payload, PKCS1v15(), SHA256())).decode()
    params = {"apiKey": "SimApiKeyRsa", "timestamp": NOW_MS, "signature": signed}
    assert signer_of(spot.side.desk, params, USER, NOW_MS).account == "me"
    with pytest.raises(Refused) as raised:
        session_caller(spot.side.desk, params, NOW_MS)
    assert raised.value.text == "RSA API key is not supported."


def test_recorded_requests_are_their_signers(spot: Venue, shared_data: Path) -> None:
    vectors = json.loads((shared_data / "signing" / "vectors.json").read_text())
    checked = 0
    for vector in vectors:
        if vector["venue"] != "binance" or "secret" not in vector or "request" not in vector:
            continue
        params = vector["request"]["params"]
        name, time_ms = params["apiKey"], int(params["timestamp"])
        spot.side.desk.keys[name] = ApiKey(key=name, account="me", secret=vector["secret"])
        spot.market.now_ms = time_ms
        sent = {**params, "signature": vector["signature"]}
        assert signer_of(spot.side.desk, sent, USER, time_ms).key == name
        checked += 1
    assert checked
