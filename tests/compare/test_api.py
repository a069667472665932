"""The way in from Python: light to import, the same numbers as the CSV, the documented example as it stands."""

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

import medlong.compare
from medlong.compare.columns import COLUMNS, NAMES
from medlong.errors import MissingPackageError
from tests.compare.conftest import Runs

ROOT = Path(__file__).resolve().parents[2]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = "import sys, medlong.compare; print('polars' in sys.modules, callable(medlong.compare.load))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == ["False", "True"]


def test_load_stays_the_function_once_the_module_of_that_name_is_imported(runs: Runs) -> None:
    from medlong.compare.evidence import read_evidence

    assert read_evidence([runs.root]).entries
    assert medlong.compare.load(runs.root).comparison.groups
    assert medlong.compare.load([str(runs.root)], scoring="letter").comparison.groups


def test_frames_have_the_columns_of_the_csv_with_their_types(runs: Runs) -> None:
    compared = medlong.compare.load(runs.root)
    frame = compared.to_polars()
    kinds = {"string": pl.String, "integer": pl.Int64, "number": pl.Float64}
    assert frame.schema == pl.Schema({column.name: kinds[column.type] for column in COLUMNS})
    assert frame.height == 15
    assert frame.filter(pl.col("run") == "m100")["total"].unique().to_list() == [400]
    assert frame.filter(pl.col("is_base") == 1)["difference"].null_count() == 5
    assert compared.tables[0].title == "Accuracy"
    assert compared.samples.height == 3 * 5 * 60
    assert compared.notes == compared.comparison.notes


def test_pandas_only_where_it_is_installed(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    compared = medlong.compare.load(runs.root)
    pandas = pytest.importorskip("pandas")
    frame = compared.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert tuple(frame.columns) == NAMES
    assert frame["accuracy"].tolist() == compared.to_polars()["accuracy"].to_list()
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPackageError, match="pip install pandas"):
        compared.to_pandas()


def test_the_documented_example_runs(
    runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8").partition("## From Python")[2]
    code = text.partition("```python\n")[2].partition("```")[0]
    runs.root.rename(runs.root.with_name("runs"))
    monkeypatch.chdir(runs.root.parent)
    exec(compile(code, "docs/compare.md", "exec"), {})
    assert "004k" in capsys.readouterr().out
