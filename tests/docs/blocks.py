"""The fenced blocks of a Markdown page, as the tests of the documentation see them."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec


__all__ = ["PROJECT", "Block", "blocks_of", "pages"]

PROJECT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"```(?P<language>\w*)\s*$")
_REASON = re.compile(r"<!-- not run: (?P<reason>.+) -->")


class Block(msgspec.Struct, frozen=True):
    """One fenced block.

    ``reason`` says why it is not run, ``None`` where it is: a comment ``<!-- not run: … -->`` on the line before it.
    """

    page: Path
    line: int
    """Of its first line of text, from 1."""
    language: str
    text: str
    reason: str | None = None

    @property
    def commands(self) -> list[str]:
        """What a console block types: its lines that begin with ``$``."""
        lines = self.text.splitlines()
        return [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]


def pages() -> list[Path]:
    """Return every page of the documentation, the README first."""
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def blocks_of(page: Path) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    language, first, reason = None, 0, None
    lines = page.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        fence = _FENCE.match(line)
        if fence is None:
            continue
        if language is None:
            language, first = fence["language"], number + 1
            said = _REASON.fullmatch(lines[number - 2].strip()) if number > 1 else None
            reason = None if said is None else said["reason"]
        else:
            text = "\n".join(lines[first - 1 : number - 1]) + "\n"
            found.append(Block(page, first, language, text, reason))
            language = None
    return found
