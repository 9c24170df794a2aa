"""What ``docs/sandbox.md`` types at the control port works as it stands there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from tickwright.sandbox import Sandbox


PAGE = Path(__file__).resolve().parents[2] / "docs" / "sandbox.md"
LINES = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("curl ")]


def test_there_is_one_line_for_every_path() -> None:
    assert len(LINES) >= 12


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
async def test_every_curl_example_is_answered() -> None:
    async with Sandbox(instruments=1, speed=0, control_port=0) as sandbox:
        assert sandbox.control is not None
        for line in LINES:
            process = await asyncio.create_subprocess_shell(
                line, stdout=asyncio.subprocess.PIPE, env={**os.environ, "CONTROL": sandbox.control}
            )
            out, _ = await process.communicate()
            assert process.returncode == 0, line
            assert "error" not in json.loads(out), (line, out)
