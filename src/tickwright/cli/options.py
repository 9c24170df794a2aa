"""Options that several commands share: which environment, which addresses, which settings file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from tickwright.errors import UsageError
from tickwright.venues.base import Endpoints


__all__ = ["Config", "Endpoint", "Environment", "Json", "chosen_options", "venues_of"]

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


def chosen_options(
    environment: str | None, endpoints: Sequence[str] | None, config: Path | None
) -> dict[str, Any]:
    """Return the options given on the command line as arguments of ``Connector.open``.

    Raises:
        UsageError: If an ``--endpoint`` is not of the form ``product.field=origin``.
    """
    chosen: dict[str, Any] = {}
    if environment is not None:
        chosen["environment"] = environment
    if config is not None:
        chosen["file"] = config
    if endpoints:
        fields: dict[str, dict[str, str]] = {}
        for text in endpoints:
            path, equals, origin = text.partition("=")
            product, dot, field = path.rpartition(".")
            if not (equals and dot and origin and field in Endpoints.__struct_fields__):
                names = ", ".join(Endpoints.__struct_fields__)
                raise UsageError(
                    f"--endpoint {text}: write PRODUCT.FIELD=ORIGIN, for example"
                    f" binance.spot.rest=http://127.0.0.1:8080; the fields are {names}"
                )
            fields.setdefault(product, {})[field] = origin
        chosen["endpoints"] = {name: Endpoints(**given) for name, given in fields.items()}
    return chosen


def venues_of(instruments: Sequence[str]) -> list[str]:
    """Return the venues of instrument ids, each once, in order."""
    return list(dict.fromkeys(text.partition(":")[0] for text in instruments))
