"""Faults as text: files for the command line, JSON for the control port. Errors name the field and the nearest valid one.

::

    # faults.yaml: field → value, for all products; a product's own stand under its name
    snapshot_failures: 2
    drop: {"*@depth*": 3}
    binance.usdm:
      close_on_open: 1008
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from tickwright.errors import ConfigError
from tickwright.sandbox.faults import Faults


__all__ = ["FaultPlan", "parse_plan", "patch", "read_plan"]

_FIELDS = {field.name: field for field in msgspec.structs.fields(Faults)}


class FaultPlan(msgspec.Struct, frozen=True):
    """What is wrong from the beginning."""

    common: Faults
    products: Mapping[str, Faults]
    """Products with faults of their own, those of ``common`` included."""


def read_plan(path: str | Path) -> FaultPlan:
    """Read a YAML or JSON file.

    Raises:
        ConfigError: If it cannot be read, or says something wrong; one line that names the field.
    """
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        # JSON is YAML, too.
        value = msgspec.yaml.decode(text)
    except msgspec.DecodeError as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"{path}: neither YAML nor JSON: {reason}") from None
    return parse_plan({} if value is None else value, str(path))


def parse_plan(value: object, where: str = "faults") -> FaultPlan:
    """Return what decoded text says; ``where`` begins the errors.

    Raises:
        ConfigError: If it says something wrong.

    Example:
        >>> parse_plan({"snapshot_failures": 2}).common.snapshot_failures
        2
    """
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where}: must hold faults as `name: value`, not {value!r}")
    own = {str(name): inner for name, inner in value.items() if "." in str(name)}
    common = {name: inner for name, inner in value.items() if str(name) not in own}
    products = {}
    for product, inner in own.items():
        if not isinstance(inner, Mapping):
            raise ConfigError(f"{where}: {product}: must hold faults as `name: value`")
        faults = Faults()
        patch(faults, common, where)
        patch(faults, inner, f"{where}: {product}")
        products[product] = faults
    faults = Faults()
    patch(faults, common, where)
    return FaultPlan(faults, products)


def patch(faults: Faults, changes: Mapping[Any, object], where: str = "faults") -> None:
    """Set the fields that ``changes`` names, or none if one of them is wrong; ``None`` sets a field back.

    Raises:
        ConfigError: If there is no such field, or its value is of the wrong kind.
    """
    found = {name: _value(str(name), value, where) for name, value in changes.items()}
    for name, value in found.items():
        setattr(faults, name, value)


def _value(name: str, value: object, where: str) -> object:
    field = _FIELDS.get(name)
    if field is None:
        near = difflib.get_close_matches(name, _FIELDS, n=1, cutoff=0.5)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(_FIELDS)}"
        raise ConfigError(f"{where}: there is no fault {name!r}{hint}")
    if value is None:
        return getattr(Faults(), name)
    try:
        return msgspec.convert(value, field.type)
    except msgspec.ValidationError as error:
        reason = str(error).partition(" - at ")[0].replace("`", "")
        expected = reason[0].lower() + reason[1:]
        raise ConfigError(f"{where}: {name}: {expected}, not {value!r}") from None
