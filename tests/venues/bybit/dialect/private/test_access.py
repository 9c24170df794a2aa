from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.venues.bybit.dialect.private.kit import KEY, SECRET, Venue
from tests.venues.bybit.dialect.samples import NOW_MS

from tickwright.errors import ConfigError
from tickwright.venues.bybit.dialect.envelope import Refused
from tickwright.venues.bybit.dialect.private.access import Access, check_timing, is_signed_by
from tickwright.venues.dialects import RestRequest
from tickwright.venues.privateside import ApiKey


POST = (
    '{"category":"linear","symbol":"BTCUSDT","side":"Buy","orderType":"Limit","qty":"0.001",'
    '"price":"90000.0","timeInForce":"GTC","orderLinkId":"t-1"}'
)
DEMO = ApiKey(key=KEY, account="me", secret=SECRET)
THEN_MS = 1_763_640_000_000


@pytest.mark.parametrize(
    ("payload", "signature"),
    [
        (
            f"{THEN_MS}{KEY}5000category=linear&symbol=BTCUSDT",
            "a2569142d1855d625afb7e296edcd4cd4771b15abb157ee6d394bf18754caf8c",
        ),
        (
            f"{THEN_MS}{KEY}5000{POST}",
            "8ccf912649aeb5c12c2e48ef05f0453f1c589e38e3ad5daea72eeb03fface18e",
        ),
        (
            "GET/realtime1763640010000",
            "69a2bd74a896cc86f513e7e8a8e94263d9d0aa0c7774ce52794bc563ac72233d",
        ),
    ],
)
def test_g21_signatures_are_those_of_the_documentations_vectors(
    payload: str, signature: str
) -> None:
    assert is_signed_by(DEMO, payload.encode(), signature)
    assert not is_signed_by(DEMO, payload.encode() + b" ", signature)


def test_rsa_keys_sign_in_base64() -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = ApiKey(key="k", account="me", public_key=pem.decode())
    signature = b64encode(private.sign(b"payload", PKCS1v15(), SHA256())).decode()
    assert is_signed_by(key, b"payload", signature)
    assert not is_signed_by(key, b"other", signature)
    assert not is_signed_by(key, b"payload", "no base64!")


def test_what_is_no_rsa_key_is_said_so() -> None:
    with pytest.raises(ConfigError):
        is_signed_by(ApiKey(key="k", account="me", public_key="no key"), b"", "")


@pytest.mark.parametrize(
    ("offset", "is_in"), [(-5000, True), (-5001, False), (999, True), (1000, False)]
)
def test_a_request_may_be_a_window_old_and_almost_a_second_early(offset: int, is_in: bool) -> None:
    sent = str(NOW_MS + offset)
    if is_in:
        check_timing(sent, "", [NOW_MS])
        return
    with pytest.raises(Refused) as refused:
        check_timing(sent, "5000", [NOW_MS])
    assert refused.value.code == 10002
    assert (
        f"req_timestamp[{sent}],server_timestamp[{NOW_MS}],recv_window[5000]" in refused.value.text
    )


def test_either_of_two_clocks_will_do() -> None:
    check_timing(str(NOW_MS), "5000", [NOW_MS + 60_000, NOW_MS])


def _refused(venue: Venue, request: RestRequest) -> tuple[int, int, str]:
    answer = venue.side.answer(request, NOW_MS)
    assert answer is not None
    body: dict[str, Any] = json.loads(answer.body)
    return answer.status, body["retCode"], body["retMsg"]


def test_a_wrong_signature_is_answered_with_what_the_server_signed(venue: Venue) -> None:
    asked = venue.request("GET", "/v5/order/realtime", {"category": "linear", "symbol": "A"})
    wrong = msgspec.structs.replace(asked, query="category=linear")
    status, code, text = _refused(venue, wrong)
    assert (status, code) == (200, 10004)
    assert text == f"error sign! origin_string[{NOW_MS}{KEY}5000category=linear]"


def test_missing_headers_are_401_and_unknown_keys_200(venue: Venue) -> None:
    asked = venue.request("GET", "/v5/account/info", {})
    assert _refused(venue, msgspec.structs.replace(asked, headers={}))[:2] == (401, 10003)
    nobody = venue.request("GET", "/v5/account/info", {}, key="NOBODY")
    assert _refused(venue, nobody)[:2] == (200, 10003)


def test_a_revoked_key_is_no_key(venue: Venue) -> None:
    venue.faults.revoked_keys.add(KEY)
    assert _refused(venue, venue.request("GET", "/v5/account/info", {}))[1] == 10003


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([], 10001),
        ([KEY, "soon", "x"], 10001),
        ([KEY, NOW_MS, "x"], 10001),
        (["NOBODY", NOW_MS + 10_000, "x"], 10003),
        ([KEY, NOW_MS + 10_000, "x"], 10004),
    ],
)
def test_logins_that_cannot_be_are_refused(args: list[object], code: int) -> None:
    with pytest.raises(Refused) as refused:
        Access([DEMO]).login(args, (NOW_MS,))
    assert refused.value.code == code
