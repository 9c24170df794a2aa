"""Reads each source of settings, checks it by itself, so that an error can say where it is, and merges them.

Imports pydantic, which is slow: only `tickwright.app.config.load_settings` imports this module, when it is called.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml  # type: ignore[import-untyped]  # it ships none
from pydantic import ValidationError
from pydantic_settings import DotEnvSettingsSource, EnvSettingsSource, YamlConfigSettingsSource

from tickwright.app.credentials import PARTS, check_value, credentials_in, is_credential, is_part
from tickwright.app.registry import products_of, venue_names
from tickwright.app.schema import PREFIX, Schema, fields_at
from tickwright.core.risklimits import RiskLimits
from tickwright.errors import ConfigError
from tickwright.io.redact import safe_url
from tickwright.venues.signing import Credentials


__all__ = ["read_sources"]

DEFAULT_FILE = Path("tickwright.yaml")
OTHER_VARIABLES = frozenset({"config", "pure"})
"""``TICKWRIGHT_…`` variables that are no settings: the settings file, and the kernel's choice of twin."""

Path_ = tuple[str, ...]
Where = Callable[[Path_], str]
"""Names the place of a setting in its source, for errors."""


def read_sources(
    file: Path | None, dotenv: Path, arguments: Mapping[str, object]
) -> dict[str, Any]:
    """Return what all sources say, the weightiest winning; see `tickwright.app.config.load_settings`."""
    environ = EnvSettingsSource(Schema).env_vars
    named = environ.get(f"{PREFIX}config")
    if file is None and named is not None:
        file = Path(named)
    merged: dict[str, Any] = {}
    if file is not None or DEFAULT_FILE.is_file():
        _merge(merged, _read_yaml(file or DEFAULT_FILE))
    keys: dict[str, Credentials] = {}
    if dotenv.is_file():
        variables = DotEnvSettingsSource(Schema, env_file=dotenv).env_vars
        _merge(merged, _read_variables(variables, f"{dotenv}: "))
        keys |= credentials_in(variables)
    _merge(merged, _read_variables(environ, "environment variable "))
    keys |= credentials_in(environ)
    _merge(merged, _read_arguments(arguments))
    merged["credentials"] = keys | merged.get("credentials", {})
    risk = merged.pop("risk", None)
    if risk is not None:
        merged["risk"] = risk if isinstance(risk, RiskLimits) else RiskLimits(**risk)
    return merged


def _read_yaml(file: Path) -> dict[str, Any]:
    if not file.is_file():
        raise ConfigError(f"{file}: no such settings file")
    try:
        data = YamlConfigSettingsSource(Schema, yaml_file=file).yaml_data
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = "" if mark is None else f", line {mark.line + 1}"
        problem = getattr(error, "problem", None) or "it cannot be read"
        raise ConfigError(f"{file}{line}: not valid YAML: {problem}") from None
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (TypeError, ValueError, AttributeError):  # by what pydantic-settings stumbles over
        raise ConfigError(f"{file}: must hold settings as `name: value` lines") from None
    if not data.keys().isdisjoint(("credentials", *venue_names())):
        raise ConfigError(
            f"{file}: credentials belong into the environment or .env, which are not shared or committed"
        )
    return _check(data, lambda path: f"{file}: {'.'.join(path)}")


def _read_variables(variables: Mapping[str, str | None], label: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    names: dict[Path_, str] = {}
    for variable, value in sorted(variables.items()):  # the shorter name first
        name = variable.removeprefix(PREFIX)
        if name == variable or name in OTHER_VARIABLES or is_credential(variable):
            continue
        path = tuple(name.split("__"))
        where = label + variable.upper()
        if path[0] in venue_names():
            raise ConfigError(f"{where}: {_unknown('__'.join(path[1:]), PARTS)}")
        if is_part(path[-1]) and path[0] not in Schema.model_fields:
            raise ConfigError(f"{where}: {_unknown(path[0], venue_names())}")
        if path[0] == "endpoints" and len(path) > 1:
            path = (path[0], path[1].replace("_", ".", 1), *path[2:])  # BINANCE_SPOT
        names[path] = variable.upper()
        inner = data
        for key in path[:-1]:
            inner = inner.setdefault(key, {})
            if not isinstance(inner, dict):
                raise ConfigError(f"{where}: contradicts a shorter one")
        inner[path[-1]] = value
    return _check(data, lambda path: label + names.get(path, _variable(path)))


def _variable(path: Path_) -> str:
    return (PREFIX + "__".join(path)).replace(".", "_").upper()


def _read_arguments(arguments: Mapping[str, object]) -> dict[str, Any]:
    data = dict(arguments)
    given = data.pop("credentials", {})
    if not isinstance(given, Mapping) or not all(
        isinstance(each, Credentials) for each in given.values()
    ):
        raise ConfigError(
            'argument credentials: give a mapping such as {"binance": Credentials("key", "secret")}'
        )
    for venue, each in given.items():
        for part in PARTS:
            check_value(getattr(each, part).reveal(), f"argument credentials: {part} of {venue}")
    risk = data.pop("risk", None)
    if risk is not None and not isinstance(risk, RiskLimits):
        raise ConfigError("argument risk: give a RiskLimits")
    endpoints = data.get("endpoints")
    if isinstance(endpoints, Mapping):
        data["endpoints"] = {
            product: msgspec.to_builtins(given) if isinstance(given, msgspec.Struct) else given
            for product, given in endpoints.items()
        }
    said = _check(data, lambda path: f"argument {'.'.join(path)}")
    if given:
        said["credentials"] = dict(given)
    if risk is not None:
        said["risk"] = risk
    return said


def _check(data: dict[str, Any], where: Where) -> dict[str, Any]:
    """Return the values that ``data`` sets, in their right types."""
    try:
        schema = Schema(**{str(name): value for name, value in data.items()})
    except ValidationError as error:
        raise ConfigError(_one_line(error, where)) from None
    _check_products(schema.endpoints, where)
    said = schema.model_dump(exclude_unset=True)
    for endpoints in said.get("endpoints", {}).values():
        for name in [name for name, origin in endpoints.items() if origin is None]:
            del endpoints[name]  # an `Endpoints` argument has a None for each that it does not set
    return said


def _check_products(products: Iterable[str], where: Where) -> None:
    known = [product.name for product in products_of()] if products else []
    for product in products:
        if product not in known:
            raise ConfigError(f"{where(('endpoints', product))}: {_unknown(product, known)}")


def _one_line(error: ValidationError, where: Where) -> str:
    problems = error.errors()
    first = problems[0]
    path = tuple(str(part) for part in first["loc"])
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    if first["type"] == "extra_forbidden":
        text = _unknown(path[-1], fields_at(path))
    elif first["type"] == "model_type":
        names = ", ".join(fields_at((*path, "")))
        text = f"should have settings of its own ({names}), not {safe_url(repr(first['input']))}"
    else:
        expected = first["msg"].removeprefix("Value error, ").removeprefix("Input ")
        expected = expected.partition(", unable to parse")[0]
        text = f"{expected}, not {safe_url(repr(first['input']))}"
    return f"{where(path)}: {text}{more}"


def _unknown(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"there is no {name!r}; {hint}"


def _merge(into: dict[str, Any], new: Mapping[str, Any]) -> None:
    for name, value in new.items():
        if isinstance(value, dict) and isinstance(into.get(name), dict):
            _merge(into[name], value)
        else:
            into[name] = value
