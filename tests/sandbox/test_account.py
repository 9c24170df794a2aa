from __future__ import annotations

import pytest

from tickwright.errors import ConfigError
from tickwright.sandbox.account import ACCOUNT, account_of, key_for


PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----"


def test_a_seed_has_one_account_and_another_seed_another() -> None:
    assert account_of(7) == account_of(7)
    assert account_of(7).key != account_of(8).key
    assert account_of(7).secret != account_of(7).key


def test_it_is_funded_and_looks_like_the_venues() -> None:
    account = account_of(7)
    assert account.balances["USDT"] > 0
    assert {len(account.key), len(account.secret)} == {64}
    assert (account.key + account.secret).isalnum()


def test_g30_its_repr_keeps_the_secret() -> None:
    assert account_of(7).secret not in repr(account_of(7))


def test_a_public_key_has_one_api_key_to_the_account() -> None:
    key = key_for(PEM)
    assert key == key_for(f"{PEM}\n")
    assert (key.account, len(key.key), key.secret) == (ACCOUNT, 64, "")
    assert key.public_key == f"{PEM}\n"
    assert key.key != key_for(PEM.replace("A6EH", "B6EH")).key


@pytest.mark.parametrize("text", ["", "MCowBQYDK2VwAyEA", PEM.replace("PUBLIC", "PRIVATE")])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="no public key in PEM form"):
        key_for(text)
