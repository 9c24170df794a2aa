from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.rig import spawned


def in_a_shell(command: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run ``tickwright`` with what a shell puts behind it."""
    environ = {
        name: text for name, text in os.environ.items() if not name.startswith("TICKWRIGHT_")
    }
    return subprocess.run(
        ["bash", "-o", "pipefail", "-c", f'"{sys.executable}" -m tickwright.cli.main {command}'],
        capture_output=True, text=True, check=False, cwd=cwd, env={**environ, **variables}, timeout=30,
    )  # fmt: skip


def test_the_entry_point_imports_nothing_slow_before_it_can_be_interrupted() -> None:
    code = "import sys, tickwright.cli.main; print({'typer', 'rich'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_mistake_ends_in_one_line_without_a_traceback() -> None:
    with spawned("watch", "nonsense") as process:
        out, err = process.communicate(timeout=30)
    assert process.returncode == 2
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("tickwright: 'nonsense' is not an instrument id; write venue:BASE/QUOTE")


@pytest.mark.parametrize("command", ["--version", "orders --help", "instruments --help"])
def test_a_reader_that_has_enough_is_no_failure(tmp_path: Path, command: str) -> None:
    done = in_a_shell(f"{command} | true", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_disk_that_is_full_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    done = in_a_shell("--version >/dev/full", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("tickwright: the output cannot be written (No space left on dev")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_as_good_as_one_to_nowhere(tmp_path: Path, closed: str) -> None:
    # Reaches the event loop, which would take a socket's number for that of the stream.
    done = in_a_shell(f"journal verify nowhere.db {closed}", tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
