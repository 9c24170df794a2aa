from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path


INTERRUPTED_WHILE_IMPORTING = """
import os, signal, sys

class Finder:
    def find_spec(self, name, path, target=None):
        if name == "tickwright.venues.signing":
            os.kill(os.getpid(), signal.SIGINT)

{before}
from tickwright_command import main
sys.meta_path.insert(0, Finder())
sys.argv = ["tickwright", "--version"]
main()
"""


def run(before: str = "") -> subprocess.CompletedProcess[str]:
    code = INTERRUPTED_WHILE_IMPORTING.format(before=before)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=30
    )


def test_an_interrupt_ends_the_imports_in_silence() -> None:
    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_who_ignores_interrupts_is_not_interrupted() -> None:
    done = run("signal.signal(signal.SIGINT, signal.SIG_IGN)")
    assert (done.returncode, done.stderr) == (0, "")


def test_nothing_of_the_library_is_imported_before() -> None:
    code = "import sys, tickwright_command; print('tickwright' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_script_begins_there() -> None:
    with (Path(__file__).parents[2] / "pyproject.toml").open("rb") as file:
        scripts = tomllib.load(file)["project"]["scripts"]
    assert scripts == {"tickwright": "tickwright_command:main"}
