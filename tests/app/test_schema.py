from __future__ import annotations

from tickwright.app.config import Settings, load_settings
from tickwright.app.schema import Schema, _Endpoints, _Risk, fields_at
from tickwright.core.risklimits import RiskLimits
from tickwright.venues.base import Endpoints


def test_the_schema_has_the_fields_of_the_settings() -> None:
    assert list(Schema.model_fields) == list(Settings.__struct_fields__)
    assert list(_Endpoints.model_fields) == list(Endpoints.__struct_fields__)
    assert list(_Risk.model_fields) == list(RiskLimits.__struct_fields__)


def test_every_default_would_be_accepted_as_an_argument() -> None:
    defaults = {name: getattr(Settings(), name) for name in Settings.__struct_fields__}
    assert load_settings(**defaults) == Settings()


def test_the_names_at_a_place_are_those_of_its_level() -> None:
    assert fields_at(["riks"]) == list(Settings.__struct_fields__)
    assert fields_at(["risk", "max"]) == list(RiskLimits.__struct_fields__)
    assert fields_at(["endpoints", "binance.spot", "res"]) == list(Endpoints.__struct_fields__)
