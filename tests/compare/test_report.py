"""Tables of what was inferred, chosen columns, parts of the exam and published tables."""

import csv
import io
from pathlib import Path

import pytest
import yaml

from medlong.cli import main
from medlong.compare.arrange import Choice, parse
from medlong.compare.columns import NAMES
from medlong.compare.comparison import Comparison, load
from medlong.compare.export import to_csv
from medlong.compare.inference import analyses
from medlong.compare.latex import escaped, latex
from medlong.compare.reference.published import WARNING, Reference, reference, references
from medlong.compare.statistics import clustered_mean
from medlong.compare.table import Sheet, View, csv_view, markdown, sections
from medlong.errors import ConfigError, DataError
from tests.compare.analysed import analysis
from tests.compare.conftest import ARMS, BOOK_SIZE, Runs


def _tables(comparison: Comparison, view: View) -> dict[str, Sheet]:
    return {sheet.title: sheet for section in sections(comparison, view) for sheet in section.tables}


def _view(comparison: Comparison, **holm: float) -> View:
    return View([analysis(comparison.groups[0], {("m100", arm[1:]): p for arm, p in holm.items()})])


def test_the_verdict_comes_before_the_tables(runs: Runs) -> None:
    comparison = load([runs.root])
    text = markdown(comparison, _view(comparison))
    assert text.index("Verdict: Tied: g50m50 is ahead") < text.index("To settle it: 2 more seeds.")
    assert text.index("To settle it") < text.index("### Accuracy")


def test_marks_are_those_of_the_corrected_test_and_not_of_the_interval(runs: Runs) -> None:
    comparison = load([runs.root])
    plain = _tables(comparison, View())["Difference to base"]
    assert any(cell.endswith("*") for cell in plain.rows[1])
    tables = _tables(comparison, _view(comparison, _004k=0.04))
    for title in ("Difference to base", "D(L), net of oracle"):
        sheet = tables[title]
        marked = {
            (row[0], arm)
            for row in sheet.rows
            for arm, cell in zip(sheet.headers[1:], row[1:], strict=True)
            if cell.endswith("*")
        }
        assert marked == {("m100", "004k")}
        assert "Holm" in sheet.caption


def test_reading_and_mixtures_say_what_the_analysis_says(runs: Runs) -> None:
    comparison = load([runs.root])
    tables = _tables(comparison, _view(comparison))
    assert tables["Context gain"].rows[0] == ["Small-135M (base)", "+25.0±2.0", "+25.0±2.0", "+25.0±2.0"]
    assert tables["Retention and effective length"].rows[0][:4] == ["Small-135M (base)", "0", "0 to 1024", "–"]
    assert tables["Retention and effective length"].rows[2] == [
        *("m100", "4096", "1024 to 16384"),
        *("–", "80.0±2.0", "80.0±2.0"),
    ]
    assert tables["Mixtures"].rows[0] == ["g50m50", "2", "+10.0±2.0", "-4.0±2.0", "-4.0±2.0", "0.83"]
    assert tables["Mixtures: difference to base"].rows[1][0] == "m100"


def test_the_csv_has_what_was_inferred_in_its_last_columns(runs: Runs) -> None:
    comparison = load([runs.root])
    plain = list(csv.DictReader(io.StringIO(to_csv(comparison))))
    full = list(csv.DictReader(io.StringIO(to_csv(comparison, _view(comparison).analyses))))
    for before, after in zip(plain, full, strict=True):
        assert {name: after[name] for name in NAMES[:42]} == {name: before[name] for name in NAMES[:42]}
        assert not any(before[name] for name in NAMES[42:])
    row = next(row for row in full if (row["run"], row["arm"]) == ("m100", "004k"))
    assert (row["net_p"], row["gain"], row["retention"]) == ("0.010000", "0.250000", "0.800000")
    assert (row["effective_length"], row["effective_high"], row["treatment_seeds"]) == ("4096", "16384", "2")
    assert (row["p_pareto"], row["seed_sd"], row["verdict"], row["in_verdict"]) == ("0.830000", "", "tied", "0")


def test_analyses_come_from_the_module_that_makes_them(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medlong.compare.inference.analyse", lambda comparison, group, seed=0: analysis(group, {}))
    comparison = load([runs.root])
    assert [one.verdict.kind for one in analyses(comparison)] == ["tied"]


def test_columns_are_chosen_in_every_table_that_has_them(runs: Runs) -> None:
    comparison = load([runs.root])
    tables = _tables(comparison, View(choice=parse("general, oracle", None)))
    assert tables["Accuracy"].headers == ["run", "general", "oracle"]
    assert tables["Accuracy"].rows[1][:2] == ["g50m50", "50%"]
    assert tables["Difference to base"].headers == ["run", "oracle"]
    assert "D(L), net of oracle" not in tables
    assert markdown(comparison, View(choice=parse("general", None))).count("| --- | ---: |") == 1


def test_rows_are_sorted_by_numbers_and_the_missing_come_last(runs: Runs) -> None:
    comparison = load([runs.root])
    for sort, expected in (("total", ["g50m50", "m100"]), ("total:desc", ["m100", "g50m50"])):
        rows = _tables(comparison, View(choice=parse(None, sort)))["Accuracy"].rows
        assert [row[0] for row in rows] == [*expected, "Small-135M (base)"]
    rows = _tables(comparison, View(choice=parse(None, "oracle:desc")))["Accuracy"].rows
    values = [float(row[7].partition("±")[0]) for row in rows]
    assert values == sorted(values, reverse=True)


def test_columns_of_the_csv_make_one_table_and_a_csv_of_them(runs: Runs) -> None:
    comparison = load([runs.root])
    view = View(choice=parse("run,arm,accuracy,accuracy_low", "accuracy:desc"))
    (sheet,) = _tables(comparison, view).values()
    assert sheet.headers == ["run", "arm", "accuracy", "accuracy_low"]
    assert len(sheet.rows) == 15
    assert sheet.n_text() == 2
    rows = list(csv.DictReader(io.StringIO(csv_view(comparison, view))))
    assert list(rows[0]) == sheet.headers
    values = [float(row["accuracy"]) for row in rows]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--columns", "run,orcale"], "--columns: no column named 'orcale'; did you mean 'oracle'?"),
        (["--columns", "accurracy"], "did you mean 'accuracy'?"),
        (["--sort", "totl"], "--sort: no column named 'totl'; did you mean 'total'?"),
        (["--sort", "total:down"], "expected COLUMN, COLUMN:asc or COLUMN:desc"),
        (["--reference", "papr"], "no reference named 'papr'; did you mean 'paper'?"),
        (["--by", "language"], "--by language: the samples of medlong_openbook_letter do not say"),
        (["--entry", "m100"], "--entry names the model of --model-card"),
        (["--to", "excel"], "--to excel: expected wandb, mlflow, tensorboard"),
    ],
)
def test_what_there_is_not_is_named(
    runs: Runs, capsys: pytest.CaptureFixture[str], arguments: list[str], fragment: str
) -> None:
    assert main(["compare", str(runs.root), *arguments]) == 2
    shown = capsys.readouterr()
    assert fragment in shown.err
    assert shown.out == ""


def test_parts_of_the_exam_are_clustered_like_the_whole(runs: Runs) -> None:
    for name in ("base", "g50m50", "m100"):
        for arm in ("closed", "004k"):
            lines = runs.lines(name, arm)
            for number, line in enumerate(lines):
                line["doc"]["kind"] = "dose" if number < 40 else "lookup"
            runs.rewrite(name, arm, lines)
    comparison = load([runs.root])
    sheet = _tables(comparison, View(by=("kind",)))["Accuracy by kind"]
    assert sheet.headers == ["run", "kind", "n", "closed", "oracle", "001k", "004k", "016k"]
    row = next(row for row in sheet.rows if row[:2] == ["m100", "dose"])
    scores = [line["acc"] for line in runs.lines("m100", "004k")][:40]
    expected = clustered_mean(scores, [str(number // BOOK_SIZE) for number in range(40)])
    assert row[2:] == ["40", row[3], "–", "–", f"{100 * expected.value:.1f}±{100 * expected.se:.1f}", "–"]
    assert len(_tables(comparison, View(by=("letter", "depth_fifth")))) == 5


def test_own_knowledge_stands_beside_what_the_pages_say(runs: Runs) -> None:
    comparison = load([runs.root])
    assert "Pages against own knowledge" not in _tables(comparison, View())
    for name in ("base", "g50m50", "m100"):
        lines = runs.lines(name, "004k")
        runs.rewrite(name, "004k", [line | {"own_knowledge": 1 - line["acc"]} for line in lines])
    comparison = load([runs.root])
    sheet = _tables(comparison, View())["Pages against own knowledge"]
    assert [row[:2] for row in sheet.rows] == [["Small-135M (base)", "004k"], ["g50m50", "004k"], ["m100", "004k"]]
    pages, own_rate = (float(cell.partition("±")[0]) for cell in sheet.rows[2][2:])
    assert pages + own_rate == pytest.approx(100)
    rows = csv.DictReader(io.StringIO(to_csv(comparison)))
    assert {row["arm"] for row in rows if row["own_knowledge"]} == {"004k"}


def test_published_tables_are_marked_and_stand_beside_the_same_ratio(runs: Runs) -> None:
    comparison = load([runs.root])
    tables = _tables(comparison, View(reference=reference("paper")))
    published = {title: sheet for title, sheet in tables.items() if "2407.11536" in title}
    assert len(published) == 5
    for title, sheet in published.items():
        assert WARNING in title
        assert WARNING in sheet.caption.lower()
    ratios = published[next(title for title in published if title.startswith("Table 4"))]
    assert ratios.headers[-1] == "ours, oracle"
    assert ratios.rows[0] == ["9:1", "39.02", "52.53", "62.96", "68.81", "–"]
    assert ratios.rows[2][-1].endswith(" (g50m50)")
    assert all("ours" not in header for header in published[min(published)].headers)


def test_a_reference_file_says_what_is_wrong_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written = yaml.safe_load(references()["paper"].read_text(encoding="utf-8"))
    assert Reference.model_validate(written).name == "paper"
    written["tables"][0]["rows"][0]["values"] = [1.0, 2.0]
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.safe_dump(written))
    monkeypatch.setattr("medlong.compare.reference.published.references", lambda: {"paper": path})
    with pytest.raises(ConfigError, match="Qwen-max: 2 values for 1 columns"):
        reference("paper")


def test_latex_is_whole_escaped_and_aligned(runs: Runs) -> None:
    path = runs.checkpoint("m100") / "medlong_run.json"
    path.write_text(path.read_text().replace('"mixture": "m100"', '"mixture": "50% R&D_#1 {x} ^~"'))
    comparison = load([runs.root])
    text = latex(comparison, _view(comparison, _004k=0.01))
    assert r"50\% R\&D\_\#1 \{x\} \textasciicircum{}\textasciitilde{}" in text
    assert escaped("a_b\\c") == r"a\_b\textbackslash{}c"
    for name in ("table", "tabular"):
        assert text.count(f"\\begin{{{name}}}") == text.count(f"\\end{{{name}}}") == 9  # the widest is split
    for block in text.split("\\begin{tabular}{")[1:]:
        form = block.partition("}\n")[0]
        columns = form.count("r") + form.count("l")
        body = block.partition("\\midrule")[2].partition("\\bottomrule")[0]
        for line in body.strip().splitlines():
            double = line.count("\\multicolumn{2}")
            assert line.replace("\\&", "").count("&") + double == columns - 1
    assert "$^{*}$" in text
    assert "±" not in text
    labels = [line for line in text.splitlines() if "\\label" in line]
    assert len(set(labels)) == len(labels)


def test_the_command_writes_every_file(runs: Runs, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("tables.md", "tables.tex", "scores.csv", "card.md")
    options = ("--markdown", "--latex", "--csv", "--model-card")
    arguments = [part for pair in zip(options, names, strict=True) for part in (pair[0], str(tmp_path / pair[1]))]
    command = ["compare", str(runs.root), *arguments, "--entry", "m100", "--by", "kind", "--reference", "paper"]
    assert main(command) == 0
    assert all((tmp_path / name).stat().st_size for name in names)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 120
    before = {name: (tmp_path / name).read_bytes() for name in names}
    assert main(command) == 0
    assert {name: (tmp_path / name).read_bytes() for name in names} == before


def test_choice_is_all_by_default() -> None:
    assert parse(None, None) == Choice()
    with pytest.raises(DataError, match="got the direction 'x'"):
        parse(None, "a:x")


def test_every_column_has_one_name() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_only_items_of_a_kind(runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("base", "g50m50", "m100"):
        for arm in ARMS:
            lines = runs.lines(name, arm)
            for number, line in enumerate(lines):
                line["doc"]["kind"] = "lookup" if number % 3 else "two_hop"
            runs.rewrite(name, arm, lines)
    comparison = load([runs.root], kinds=["two_hop"])
    kept = [line["acc"] for line in runs.lines("m100", "004k") if line["doc"]["kind"] == "two_hop"]
    cell = comparison.groups[0].cells["run-m100", "004k"]
    assert (cell.n_items, cell.accuracy.value) == (len(kept), pytest.approx(sum(kept) / len(kept)))
    assert "only items of the kinds two_hop are compared" in comparison.notes
    assert main(["compare", str(runs.root), "--kind", "two_hops"]) == 2
    assert "--kind: no kind named 'two_hops'; did you mean 'two_hop'?" in capsys.readouterr().err
