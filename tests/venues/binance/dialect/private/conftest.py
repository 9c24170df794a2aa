"""A venue of each kind."""

from __future__ import annotations

import pytest
from tests.venues.binance.dialect.private.kit import Venue


@pytest.fixture
def spot() -> Venue:
    return Venue(is_futures=False)


@pytest.fixture
def usdm() -> Venue:
    return Venue(is_futures=True)
