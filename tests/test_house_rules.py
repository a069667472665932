"""Rules of the house that a machine can check."""

import ast
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "medlong").rglob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_one_idea(path):
    assert len(path.read_text().splitlines()) <= 400
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_function_stops_at_fifty_lines_and_public_ones_say_what_they_do(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0
            assert lines <= 50, f"{node.name} has {lines} lines"


def test_declaration_folders_hold_no_python_beyond_markers_and_the_harness_hooks():
    found = {
        path.relative_to(ROOT).as_posix()
        for name in ("lm_eval_tasks", "mixtures", "recipes")
        for path in (ROOT / name).rglob("*.py")
    }
    markers = {f"{name}/__init__.py" for name in ("lm_eval_tasks", "mixtures", "recipes")}
    assert found == markers | {"lm_eval_tasks/_shared/hooks.py"}


def test_importing_the_command_line_loads_nothing_heavy():
    code = (
        "import sys, medlong.cli; medlong.cli.parser();"
        "print([m for m in ('torch', 'transformers', 'lm_eval', 'axolotl', 'polars', 'datasets') if m in sys.modules])"
    )
    import sys

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
