"""A venue in a package of its own: found by its entry point, served by its own dialect, played the same cards."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from tickwright.app.registry import products_of, venue_names
from tickwright.errors import UnknownVenue
from tickwright.io.plugins import plugin_dialect, plugin_venues
from tickwright.sandbox.dialects import dialect_of
from tickwright.sandbox.dialects import products_of as served_by
from tickwright.testing.conformance import cards


SPEC = """
import msgspec
from tickwright.venues.binance.spec import SPOT

PRODUCTS = (msgspec.structs.replace(SPOT, name="mine.spot", venue="mine"),)
"""
DIALECT = """
from tickwright.venues.binance.dialect import dialect_of as theirs

PRODUCT_NAMES = ("mine.spot",)

def dialect_of(product):
    return theirs("binance.spot")
"""


@pytest.fixture
def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Install a package with a venue, as far as Python can tell."""
    package, metadata = tmp_path / "my_package", tmp_path / "my_package-1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    (package / "__init__.py").write_text("")
    (package / "spec.py").write_text(dedent(SPEC))
    (package / "dialect.py").write_text(dedent(DIALECT))
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: my-package\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[tickwright.venues]\nmine = my_package.spec\nbinance = my_package.spec\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugin_venues.cache_clear()
    yield
    plugin_venues.cache_clear()
    for name in [name for name in sys.modules if name.partition(".")[0] == "my_package"]:
        del sys.modules[name]


@pytest.mark.usefixtures("_installed")
def test_a_venue_of_another_package_is_found_by_its_entry_point() -> None:
    assert "mine" in venue_names()
    (product,) = products_of("mine")
    assert product.name == "mine.spot"
    assert plugin_dialect("mine") == "my_package.dialect"
    assert served_by("mine") == ("mine.spot",)
    assert dialect_of("mine.spot").name == "binance.spot"


@pytest.mark.usefixtures("_installed")
def test_it_is_dealt_the_same_cards() -> None:
    titles = {str(card).removeprefix("mine.spot ") for card in cards("mine")}
    assert titles == {str(card).removeprefix("binance.spot ") for card in cards("binance.spot")}


@pytest.mark.usefixtures("_installed")
def test_nobody_replaces_a_venue_that_is_there() -> None:
    assert {product.venue for product in products_of("binance")} == {"binance"}
    assert len(products_of("binance")) > 1


def test_without_such_a_package_there_is_no_such_venue() -> None:
    assert plugin_dialect("mine") is None
    with pytest.raises(UnknownVenue):
        products_of("mine")
