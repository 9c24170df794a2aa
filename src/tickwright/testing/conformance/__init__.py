"""The cards that every venue is played: what it declares is held against its own side of the sandbox.

A venue is data, and data can be wrong. Each card opens a connector inside a sandbox of the product, in memory and on virtual
time, does one thing that users rely on, and fails with a sentence. A venue in a package of your own is played the same cards,
once its entry point is there (group ``tickwright.venues``; see ``docs/howto/add-a-venue.md``)::

    import pytest
    from tickwright.testing.conformance import cards

    @pytest.mark.parametrize("card", cards("mine"), ids=str)
    def test_my_venue_conforms(card):
        card.play()
"""

from __future__ import annotations

from tickwright.testing.conformance import books, connections, declarations, outages, tape
from tickwright.testing.conformance.deck import Card, cards


__all__ = ["Card", "books", "cards", "connections", "declarations", "outages", "tape"]
