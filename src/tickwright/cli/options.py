"""Options that several commands share: which environment, which addresses, which settings file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tickwright.app.config import Settings, load_settings
from tickwright.cli.console import set_log_level
from tickwright.errors import UsageError
from tickwright.venues.base import Endpoints


__all__ = ["Config", "Endpoint", "Environment", "Json", "Seconds", "chosen_settings", "venues_of"]

Environment = Annotated[
    str | None, typer.Option("--environment", "-e", help="live (default), testnet or demo.")
]
Endpoint = Annotated[
    list[str] | None,
    typer.Option(
        "--endpoint",
        help="An address of your own, for example binance.spot.rest=http://127.0.0.1:8080; repeatable.",
    ),
]
Config = Annotated[Path | None, typer.Option("--config", help="A settings file (YAML).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on standard output.")]
Seconds = Annotated[
    float | None, typer.Option(min=0.0, help="Stop after so long; otherwise Ctrl-C stops.")
]


def chosen_settings(
    environment: str | None, endpoints: Sequence[str] | None, config: Path | None
) -> Settings:
    """Return the settings: what the command line says before what environment, ``.env`` and YAML say.

    A log level among them is taken up, unless ``--log-level`` said another.

    Raises:
        UsageError: If an ``--endpoint`` is not of the form ``product.field=origin``.
        ConfigError: If a source cannot be read or says something wrong, unknown products included.
    """
    chosen: dict[str, Any] = {}
    if environment is not None:
        chosen["environment"] = environment
    if config is not None:
        chosen["file"] = config
    if endpoints:
        chosen["endpoints"] = _endpoints(endpoints)
    settings = load_settings(**chosen)
    set_log_level(settings.log_level)
    return settings


def venues_of(instruments: Sequence[str]) -> list[str]:
    """Return the venues of instrument ids, each once, in order."""
    return list(dict.fromkeys(text.partition(":")[0] for text in instruments))


def _endpoints(texts: Sequence[str]) -> dict[str, Endpoints]:
    fields: dict[str, dict[str, str]] = {}
    for text in texts:
        path, equals, origin = text.partition("=")
        product, dot, field = path.rpartition(".")
        if not (equals and dot and origin and field in Endpoints.__struct_fields__):
            names = ", ".join(Endpoints.__struct_fields__)
            raise UsageError(
                f"--endpoint {text}: write PRODUCT.FIELD=ORIGIN, for example"
                f" binance.spot.rest=http://127.0.0.1:8080; the fields are {names}"
            )
        fields.setdefault(product, {})[field] = origin
    return {name: Endpoints(**given) for name, given in fields.items()}
