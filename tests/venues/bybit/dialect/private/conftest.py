from __future__ import annotations

import pytest
from tests.venues.bybit.dialect.private.kit import Venue


@pytest.fixture
def venue() -> Venue:
    return Venue()
