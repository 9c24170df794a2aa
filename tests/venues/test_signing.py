"""Keys and signatures: known answers, the other party's check, and nothing that shows a secret."""

from __future__ import annotations

import copy
import pickle
import traceback
from base64 import b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as generate_ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from tickwright.errors import ConfigError
from tickwright.venues.signing import Credentials, KeyKind, Secret, Signer


PLANTED = "planted-secret-0123456789"
ED25519 = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def pem(key: Any, encryption: KeySerializationEncryption | None = None) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())
    return text.decode()


def test_g21_hmac_signs_in_lower_case_hex() -> None:
    signer = Signer(Credentials("DEMOKEY0001", "demosecret0001"))
    assert signer.kind is KeyKind.HMAC
    assert (
        signer.sign(b"GET/realtime1763640010000")
        == "69a2bd74a896cc86f513e7e8a8e94263d9d0aa0c7774ce52794bc563ac72233d"
    )


def test_g21_a_signer_signs_every_payload_afresh() -> None:
    signer = Signer(Credentials("k", "s"))
    assert signer.sign(b"a") != signer.sign(b"b")
    assert signer.sign(b"a") == Signer(Credentials("k", "s")).sign(b"a")


def test_g21_ed25519_signs_in_base64_as_the_known_answer_says() -> None:
    signer = Signer(Credentials("SimApiKey0001", pem(ED25519)))
    assert signer.kind is KeyKind.ED25519
    assert signer.sign(b"apiKey=SimApiKey0001&timestamp=1795000000000") == (
        "PHZQDOitkbEcHsJHsxFv2AnDV39K/pyI7JcPKyJ9Jt6VgnsmyEYY7xw1hJ4ZCRGc3tPvyfemQdccTPHSF2xRBg=="
    )


def test_g21_rsa_signs_what_its_public_half_confirms() -> None:
    key = generate_rsa(public_exponent=65537, key_size=2048)
    signer = Signer(Credentials("k", pem(key)))
    assert signer.kind is KeyKind.RSA
    # Raises if it is not so.
    key.public_key().verify(b64decode(signer.sign(b"payload")), b"payload", PKCS1v15(), SHA256())


def test_an_encrypted_private_key_needs_its_password() -> None:
    text = pem(ED25519, BestAvailableEncryption(b"open sesame"))
    assert Signer(Credentials("k", text, "open sesame")).kind is KeyKind.ED25519
    with pytest.raises(ConfigError, match="cannot be read"):
        Signer(Credentials("k", text))
    with pytest.raises(ConfigError, match="cannot be read"):
        Signer(Credentials("k", text, "wrong"))


@pytest.mark.parametrize(("key", "secret", "missing"), [("", "s", "key"), ("k", " \n", "secret")])
def test_half_of_the_credentials_is_refused(key: str, secret: str, missing: str) -> None:
    with pytest.raises(ConfigError, match=f"without {missing}"):
        Signer(Credentials(key, secret))


def test_a_private_key_of_another_kind_is_named() -> None:
    with pytest.raises(ConfigError, match="of kind EC"):
        Signer(Credentials("k", pem(generate_ec(SECP256R1()))))


def test_blanks_around_keys_are_not_part_of_them() -> None:
    assert Signer(Credentials(" k\n", "s\n")).sign(b"x") == Signer(Credentials("k", "s")).sign(b"x")


def test_g30_no_repr_shows_a_key_or_a_secret() -> None:
    credentials = Credentials(PLANTED, PLANTED, PLANTED)
    for shown in (Secret(PLANTED), credentials, Signer(credentials), [credentials.secret]):
        assert PLANTED not in repr(shown)
        assert PLANTED not in str(shown)
    assert credentials.secret.reveal() == PLANTED


def test_g30_a_broken_private_key_is_not_quoted() -> None:
    broken = f"-----BEGIN PRIVATE KEY-----\n{PLANTED}\n-----END PRIVATE KEY-----"
    with pytest.raises(ConfigError) as caught:
        Signer(Credentials("k", broken))
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


def test_g30_a_secret_is_not_written_to_where_pickles_go() -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Secret(PLANTED))


def test_secrets_compare_and_hash_by_their_text() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1
    assert not Secret("")
    assert copy.deepcopy([Secret("a")]) == [Secret("a")]
