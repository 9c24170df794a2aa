"""Examples in docstrings are true.

One that stands on names it does not make itself, or waits for something, is a sketch: it must be Python, and is not run.
"""

from __future__ import annotations

import ast
import builtins
import doctest
import importlib
import inspect
import pkgutil
import symtable
from collections.abc import Iterator
from pathlib import Path

import pytest

import tickwright


def modules() -> Iterator[str]:
    for found in pkgutil.walk_packages(tickwright.__path__, "tickwright."):
        if not found.name.endswith("._kernel"):
            yield found.name


def examples() -> Iterator[doctest.DocTest]:
    finder = doctest.DocTestFinder(exclude_empty=True)
    for name in modules():
        module = importlib.import_module(name)
        if inspect.getsourcefile(module):
            yield from (each for each in finder.find(module, name) if each.examples)


EXAMPLES = {example.name: example for example in examples()}


def is_sketch(example: doctest.DocTest) -> bool:
    """Tell whether an example waits, or uses names that neither it nor its module makes."""
    source = "".join(each.source for each in example.examples)
    tree = compile(source, example.name, "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    waits = (ast.Await, ast.AsyncWith, ast.AsyncFor)
    if any(isinstance(node, waits) for node in ast.walk(tree)):
        return True
    return bool(_free(symtable.symtable(source, example.name, "exec")) - set(example.globs))


def _free(table: symtable.SymbolTable) -> set[str]:
    symbols = table.get_symbols()
    made = {each.get_name() for each in symbols if each.is_assigned() or each.is_imported()}
    made |= {each.get_name() for each in symbols if each.is_namespace()}
    used = {each.get_name() for each in symbols if each.is_referenced()}
    return used - made - set(dir(builtins))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_in_a_docstring_says_what_happens(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    example = EXAMPLES[name]
    if is_sketch(example):
        return
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(example, out=said.append, clear_globs=False)
    assert runner.failures == 0, "".join(said)


def test_most_examples_are_no_sketches() -> None:
    sketches = [name for name, example in EXAMPLES.items() if is_sketch(example)]
    assert len(sketches) < len(EXAMPLES) / 4, sketches
