from __future__ import annotations

from tickwright.sandbox.account import account_of


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
