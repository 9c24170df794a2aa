"""Writes the generated parts of the documentation: ``python -m tests.docs.generate``.

A part stands between ``<!-- generated: NAME -->`` and ``<!-- end of generated -->``, and comes from the code that it
describes: diagrams from the machines' tables, settings from their fields, help from the commands, guarantees from
the tests that hold them. ``test_generated.py`` fails where a page is behind its code.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterator
from textwrap import dedent

import msgspec
from tests.docs.blocks import PROJECT, pages
from tests.docs.capabilities import book_table, call_table, topic_table
from tests.docs.order_capabilities import order_table
from typer.core import TyperGroup
from typer.main import get_command
from typer.testing import CliRunner

from tickwright import errors
from tickwright.app.config import Settings
from tickwright.core.machine import mermaid
from tickwright.core.risklimits import RiskLimits
from tickwright.sandbox.faults import Faults
from tickwright.venues.base import Endpoints


__all__ = ["MACHINES", "PARTS", "command_names", "guarantee_tests", "rendered"]

_PART = re.compile(
    r"(?P<begin><!-- generated: (?P<name>[\w ]+) -->\n).*?(?P<end><!-- end of generated -->)",
    re.DOTALL,
)
_GUARANTEE = re.compile(r"test_g(?P<number>\d\d)_(?P<words>\w+)")
_HELP_COLUMNS = "100"

MACHINES = (
    "session",
    "streamstate",
    "heartbeat",
    "booksync",
    "bookstate",
    "gaps",
    "candles",
    "breaker",
    "order",
    "privatestate",
    "deadman",
)
"""Modules of ``tickwright.core`` that hold a machine's table."""


def rendered(text: str) -> str:
    """Return a page with its generated parts made anew."""

    def part(match: re.Match[str]) -> str:
        body = PARTS[match["name"]]().strip("\n")
        return f"{match['begin']}{body}\n{match['end']}"

    return _PART.sub(part, text)


def guarantee_tests() -> dict[int, list[tuple[str, str]]]:
    """Return guarantee → the tests named after it, as (file, function), in the order of their files."""
    found: dict[int, list[tuple[str, str]]] = {}
    for path in sorted((PROJECT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                match = _GUARANTEE.fullmatch(node.name)
                if match is not None:
                    name = path.relative_to(PROJECT).as_posix()
                    found.setdefault(int(match["number"]), []).append((name, node.name))
    return {number: found[number] for number in sorted(found)}


def _machine(module: str) -> str:
    table = importlib.import_module(f"tickwright.core.{module}").TABLE
    return f"```mermaid\n{mermaid(table)}```"


def _guarantees() -> str:
    lines = []
    for number, tests in guarantee_tests().items():
        lines.append(f"\n**G{number}**\n")
        for file, name in tests:
            words = name.split("_", 2)[2].replace("_", " ")
            lines.append(f"- [{words}](../{file}) <!-- {name} -->")
    return "\n".join(lines)


def _error_tree() -> str:
    tree = (errors.__doc__ or "").partition("::\n")[2]
    return f"```text\n{dedent(tree).strip(chr(10))}\n```"


def _error_table() -> str:
    lines = ["| Error | Is a | Means | Carries |", "| --- | --- | --- | --- |"]
    for name in errors.__all__:
        kind = getattr(errors, name)
        bases = ", ".join(f"`{base.__name__}`" for base in kind.__bases__)
        means = (kind.__doc__ or "").partition("\n")[0]
        carries = ", ".join(f"`{field}`" for field in _carried(kind))
        lines.append(f"| `{name}` | {bases} | {_inline(means)} | {carries} |")
    return "\n".join(lines)


def _carried(kind: type) -> list[str]:
    """Return the attributes that the constructors of ``kind`` and its own bases set."""
    found: list[str] = []
    for each in reversed(kind.__mro__):
        if each.__module__ == errors.__name__ and "__init__" in vars(each):
            found += re.findall(r"self\.(\w+) =", inspect.getsource(each))
    return found


_VARIABLES = {
    "endpoints": "TICKWRIGHT_ENDPOINTS__PRODUCT__FIELD",
    "credentials": "TICKWRIGHT_VENUE__KEY",
    "risk": "TICKWRIGHT_RISK__LIMIT",
}
_KINDS = {
    "Mapping[str, Endpoints]": "product → origins",
    "Mapping[str, Credentials]": "venue → `Credentials`",
    "RiskLimits": "limits",
}


def _settings() -> str:
    lines = [
        "| Setting | Environment variable | Type | Default | Meaning |",
        "| --- | --- | --- | --- | --- |",
    ]
    told = dict(_field_docs(Settings))
    for field in msgspec.structs.fields(Settings):
        default = "none" if field.default is msgspec.NODEFAULT else _plain(field.default)
        variable = f"TICKWRIGHT_{field.name.upper()}"
        variable = _VARIABLES.get(field.name, variable)
        kind = _type_name(Settings.__annotations__[field.name])
        lines.append(
            f"| `{field.name}` | `{variable}` | {kind} | {default} | {_inline(told[field.name])} |"
        )
    return "\n".join(lines)


def _endpoints() -> str:
    return ", ".join(f"`{name}`" for name in Endpoints.__struct_fields__)


def _plain(value: object) -> str:
    if value is None or isinstance(value, RiskLimits):
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _type_name(annotation: str) -> str:
    if annotation in ("Environment", "LogLevel", "OrderTransport"):
        module = importlib.import_module("tickwright.app.config")
        return ", ".join(f"`{word}`" for word in getattr(module, annotation).__args__)
    if annotation in _KINDS:
        return _KINDS[annotation]
    words = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    return words[annotation.removesuffix(" | None")]


def _field_docs(kind: type) -> Iterator[tuple[str, str]]:
    """Yield the fields of a class with the strings below them."""
    body = ast.parse(dedent(inspect.getsource(kind))).body[0]
    assert isinstance(body, ast.ClassDef)
    for node, after in zip(body.body, body.body[1:], strict=False):
        match node, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                yield name, " ".join(str(text).split())


def _inline(text: str) -> str:
    return re.sub(r"``?([^`]+)``?", r"`\1`", text).replace("|", "\\|")


def _help(command: str) -> str:
    words = [*command.split(), "--help"]
    # Without colours and at a fixed width, or the page would depend on who generates it.
    environment = {"COLUMNS": _HELP_COLUMNS, "NO_COLOR": "1", "TERM": "dumb"}
    from tickwright.cli.commands import app

    result = CliRunner().invoke(app, words, env=environment, prog_name="tickwright")
    text = "\n".join(line.rstrip() for line in result.output.splitlines()).strip("\n")
    return f"```text\n{text}\n```"


def command_names() -> list[str]:
    """Return the names of all commands, in the order of their help; a group is one."""
    return [name for name in _pages_of_help() if " " not in name]


def _pages_of_help() -> list[str]:
    """Return what has a help of its own: commands, groups, and behind a group its commands."""
    from tickwright.cli.commands import app

    tree = get_command(app)
    assert isinstance(tree, TyperGroup)
    found = []
    for name, command in tree.commands.items():
        found.append(name)
        if isinstance(command, TyperGroup):
            found += [f"{name} {each}" for each in command.commands]
    return found


def _commands() -> str:
    return "\n\n".join(f"## tickwright {name}\n\n{_help(name)}" for name in _pages_of_help())


def _faults() -> str:
    rows = ["| Fault | Default | Means |", "| --- | --- | --- |"]
    for name, text in _field_docs(Faults):
        value = getattr(Faults(), name)
        default = "none" if value in ("", set(), {}) else _plain(value)
        rows.append(f"| `{name}` | {default} | {_inline(text)} |")
    return "\n".join(rows)


PARTS: dict[str, Callable[[], str]] = {
    **{f"machine {name}": (lambda name=name: _machine(name)) for name in MACHINES},  # type: ignore[misc]  # a default argument binds the name of the turn
    "guarantees": _guarantees,
    "error tree": _error_tree,
    "error table": _error_table,
    "settings": _settings,
    "faults": _faults,
    "endpoint fields": _endpoints,
    "help": lambda: _help(""),
    "commands": _commands,
    "topics of venues": topic_table,
    "calls of venues": call_table,
    "books of venues": book_table,
    "orders of venues": order_table,
}


def main() -> None:
    """Write every page whose generated parts have changed."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        new = rendered(text)
        if new != text:
            page.write_text(new, encoding="utf-8")
            sys.stdout.write(f"{page.relative_to(PROJECT)}: written\n")


if __name__ == "__main__":
    main()
