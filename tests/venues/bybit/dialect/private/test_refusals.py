from __future__ import annotations

import pytest

from tickwright.venues.bybit.dialect.categories import LINEAR, SPOT
from tickwright.venues.bybit.dialect.private.refusals import (
    duplicate_link,
    no_such_order,
    refusal_of,
)
from tickwright.venues.reports import Refusal, Rule


def test_categories_have_codes_of_their_own() -> None:
    """Section 12: duplicate, not found, balance."""
    found = [
        [
            error.code
            for error in (
                duplicate_link(category),
                no_such_order(category),
                refusal_of(category, Refusal(Rule.BALANCE)),
            )
        ]
        for category in (SPOT, LINEAR)
    ]
    assert found == [[170141, 170213, 170131], [110072, 110001, 110007]]


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_a_code_and_a_text(rule: Rule) -> None:
    for category in (SPOT, LINEAR):
        error = refusal_of(category, Refusal(rule))
        assert error.code >= 10001
        assert error.text
        assert error.status == 200
