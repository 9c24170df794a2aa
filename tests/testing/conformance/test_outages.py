"""The cards of ``outages``, for every product that is registered."""

from __future__ import annotations

import pytest

from tickwright.testing.conformance import Card, cards


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("card", cards(theme="outages"), ids=str)
def test_every_product_plays_every_card(card: Card) -> None:
    card.play()
