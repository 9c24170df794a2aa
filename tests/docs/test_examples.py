"""Every example of the documentation runs, in the order of its page, against a venue on loopback."""

from __future__ import annotations

import ast
import asyncio
import inspect
import os
import re
import shlex
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.docs.blocks import PROJECT, Block, blocks_of, pages

from tickwright.sandbox import GeneratedMarket, LoopbackVenue


COMMAND = Path(sys.executable).parent / "tickwright"
BLOCK_TIMEOUT_S = 40.0
RUN = ("python", "console")
NOT_OURS = ("make", "pip", "python", "cd", "export", "git", "uv")
"""First words of console lines that a reader types and a test does not."""


@asynccontextmanager
async def _venue(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Serve what the examples ask for, and send every connector there by the environment."""
    markets = [
        GeneratedMarket(
            "binance.spot", ("binance:BTC/USDT", "binance:ETH/USDT"), seed=7, rate_per_s=100
        ),
        GeneratedMarket("binance.usdm", ("binance:BTC/USDT:USDT",), seed=8, rate_per_s=100),
        GeneratedMarket("binance.coinm", ("binance:BTC/USD:BTC",), seed=9, rate_per_s=20),
    ]
    async with LoopbackVenue(markets) as venue:
        for product, origins in venue.endpoints.items():
            prefix = f"TICKWRIGHT_ENDPOINTS__{product.upper().replace('.', '_')}__"
            monkeypatch.setenv(f"{prefix}REST", origins.rest or "")
            monkeypatch.setenv(f"{prefix}WS_PUBLIC", origins.ws_public or "")
        yield


async def _run_python(block: Block, namespace: dict[str, Any]) -> None:
    """Run a block as a notebook would, with ``await`` at its top level; a whole program in a process of its own."""
    if "asyncio.run(" in block.text:
        await _run_process(block, [sys.executable, "-c", block.text])
        return
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    text = "\n" * (block.line - 1) + block.text  # so that a traceback names the page's line
    code = compile(text, str(block.page), "exec", flags=flags, dont_inherit=True)
    result = eval(code, namespace)
    if inspect.iscoroutine(result):
        await result


async def _run_console(block: Block) -> str:
    told = ""
    for line in block.commands:
        words = shlex.split(line, comments=True)
        if words[0] == "tickwright":
            told += await _run_process(block, [str(COMMAND), *words[1:]])
    return told


async def _run_process(block: Block, words: Sequence[str]) -> str:
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    where = f"{block.page.name}:{block.line}"
    assert process.returncode == 0, f"{where}: {process.returncode}\n{err.decode()}"
    sys.stdout.write(out.decode())
    return out.decode()


def _shapes(text: str) -> set[str]:
    """Return what does not change from run to run: names of classes, and keys of JSON."""
    return set(re.findall(r'\b[A-Z]\w+(?=\()|"[a-z_]+"(?=:)', text))


RUNNABLE = [page for page in pages() if any(block.language in RUN for block in blocks_of(page))]


@pytest.mark.slow
@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(PROJECT)))
async def test_the_examples_of_a_page_run_in_order(
    page: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for variable in [name for name in os.environ if name.startswith("TICKWRIGHT_")]:
        monkeypatch.delenv(variable)
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, Any] = {"__name__": "__main__"}
    told = ""
    async with _venue(monkeypatch):
        for block in blocks_of(page):
            if block.reason is not None:
                continue
            async with asyncio.timeout(BLOCK_TIMEOUT_S):
                if block.language == "python":
                    await _run_python(block, namespace)
                elif block.language == "console":
                    await _run_console(block)
            if block.language in RUN:
                told = capsys.readouterr().out
            elif block.language == "text":
                missing = _shapes(block.text) - _shapes(told)
                assert not missing, f"{page.name}:{block.line} shows {missing}, which did not come"


@pytest.mark.parametrize("page", RUNNABLE, ids=lambda page: str(page.relative_to(PROJECT)))
def test_console_blocks_type_commands_that_exist(page: Path) -> None:
    targets = re.findall(
        r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    for block in blocks_of(page):
        for line in block.commands if block.language == "console" else ():
            words = shlex.split(line, comments=True)
            assert words[0] in (*NOT_OURS, "tickwright"), f"{page.name}:{block.line}: {line}"
            if words[0] == "make":
                assert words[1] in targets, f"{page.name}:{block.line}: no target {words[1]}"


def test_a_block_that_is_not_run_says_why() -> None:
    reasons = [block.reason for page in pages() for block in blocks_of(page) if block.reason]
    assert all(len(reason.split()) >= 3 for reason in reasons), reasons
