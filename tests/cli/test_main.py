from __future__ import annotations

import subprocess
import sys

from tests.cli.rig import spawned


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
