"""What the page says, that nothing in it can run or be fetched, and how it stands in a real browser."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from medlong.cli import main
from medlong.compare.analysis import Analysis, Reading, Tested, Treatment, Verdict
from medlong.compare.comparison import Comparison, load
from medlong.compare.inference import analyses
from medlong.compare.statistics import Estimate, Interval
from medlong.compare.table import View
from medlong.errors import DataError
from medlong.inference.surface import Surface
from medlong.report import SHOWN, grids, items, plots, words
from medlong.report.page import report
from tests.compare.conftest import ARMS, MIXTURES, N_ITEMS, Runs
from tests.report.conftest import spoil

ROOT = Path(__file__).resolve().parents[2]
VOID = {"meta", "link", "br", "img", "circle", "rect", "path", "line", "polygon", "polyline"}


class Outline(HTMLParser):
    """The ids, links, headings and tables of a page; raises where elements are not nested."""

    def __init__(self, page: str):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.headings = [], [], [], [], []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if tag == "a" else []
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


def _page(comparison: Comparison, analysis: Analysis | None = None) -> str:
    view = View([replace(analysis, group=group) for group in comparison.groups] if analysis else [])
    return report(comparison, view, "medlong compare runs --html report.html")


def _estimate(value: float) -> Estimate:
    return Estimate(value, 0.02, value - 0.04, value + 0.04, N_ITEMS, 12)


def _analysis(comparison: Comparison, surface: bool = True) -> Analysis:
    """An analysis of made-up numbers, with a third mixture so that there is a map."""
    group = comparison.groups[0]
    lengths = [arm for arm in group.arms if arm.endswith("k")]
    readings = {}
    for entry in group.entries:
        net = {} if entry is group.base else {arm: Tested(_estimate(-0.1), 0.004, 0.012) for arm in lengths}
        readings[entry.key] = Reading(entry.key, {}, {}, 4096, Interval(1024.0, 16384.0), {}, net)
    treatments = tuple(
        Treatment(
            entry.name, (entry.key,), 3, {}, {}, _estimate(0.05 * n), _estimate(-0.03 * n), _estimate(-0.03 * n), 0.75
        )
        for n, entry in enumerate(group.entries[1:], start=1)
    )
    found = Surface(("1",), (0.1,), 0.4, Interval(0.2, 0.6), 800.0, 0.31) if surface else None
    verdict = Verdict("insufficient", ("g50m50",), "Too few seeds to say <which>.", ("3 seeds of each mixture",))
    return Analysis(group, readings, treatments, 0.01, found, (), verdict)


def test_every_link_leads_somewhere_and_ids_are_unique(answered: Runs) -> None:
    comparison = load([answered.root])
    outline = Outline(_page(comparison, _analysis(comparison)))
    assert len(set(outline.ids)) == len(outline.ids)
    assert {link for link in outline.links if link[1:] not in outline.ids} == set()
    assert len(outline.links) > 100


def test_the_page_fetches_and_runs_nothing(answered: Runs) -> None:
    comparison = load([answered.root])
    page = _page(comparison, _analysis(comparison))
    tags = Outline(page).tags
    assert not [tag for tag, _ in tags if tag in {"script", "img", "iframe", "object", "embed"}]
    fetched = [given[key] for _, given in tags for key in ("src", "href", "xlink:href") if key in given]
    assert {address for address in fetched if not address.startswith("#")} == {"data:,"}
    assert "url(" not in page
    assert "@import" not in page


def test_the_same_files_give_the_same_bytes(answered: Runs) -> None:
    assert _page(load([answered.root])) == _page(load([answered.root]))


def test_headings_skip_no_level_and_tables_and_pictures_say_what_they_are(answered: Runs) -> None:
    comparison = load([answered.root])
    outline = Outline(_page(comparison, _analysis(comparison)))
    assert outline.headings[0] == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert [tag for tag, _ in outline.tags].count("main") == 1
    for tag, given in outline.tags:
        if tag == "th":
            assert given["scope"] in {"row", "col"}
        if tag == "svg":
            assert given.get("aria-hidden") == "true" or (given["role"] == "img" and given["aria-labelledby"])
        if given.get("class") == "scroll":
            assert given["tabindex"] == "0"
            assert given["aria-label"]


def test_the_verdict_comes_first_in_words(answered: Runs) -> None:
    comparison = load([answered.root])
    page = _page(comparison, _analysis(comparison))
    assert page.index(words.KINDS["insufficient"]) < page.index("<figure")
    assert "Too few seeds to say &lt;which&gt;." in page
    assert "3 seeds of each mixture" in page
    assert "1024 to 16384" in page
    assert "+5.0±2.0" in page


def test_without_an_analysis_the_page_says_so_and_gives_the_differences(answered: Runs) -> None:
    comparison = load([answered.root])
    page = _page(comparison)
    assert words.headline(None) in page
    cell = comparison.groups[0].cells["run-m100", "004k"]
    assert cell.difference is not None
    assert f"at 004k {plots.interval(cell.difference)}" in page


def test_hostile_names_and_texts_are_text(answered: Runs) -> None:
    evil = "<script>alert(1)</script>"

    def change(line):
        line["doc"] |= {"question": evil + "Q", "options": [f"{evil}{n}" for n in range(4)], "kind": f"\"{evil}'\x1b"}
        return line

    spoil(answered, change)
    for path in answered.root.rglob("medlong_run.json"):
        path.write_text(path.read_text().replace('"mixture": "', '"mixture": "<script>').replace("recipes/", evil))
    page = _page(load([answered.root]))
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;Q" in page
    assert "\x1b" not in page
    Outline(page)


def test_a_depth_map_holds_the_means_of_its_items(answered: Runs) -> None:
    comparison = load([answered.root])
    group = comparison.groups[0]
    base, tuned, change, *_ = grids.depth_maps(group, items.rows_of(comparison.samples, group), 0)
    for place, arm in enumerate(base.headers):
        lines = {
            name: [line for line in answered.lines(name, arm) if line["doc"]["depth_fifth"] == 2]
            for name in ("base", "g50m50")
        }
        means = {name: sum(line["acc"] for line in found) / len(found) for name, found in lines.items()}
        assert base.rows[2][1][place].text == f"{100 * means['base']:.1f}"
        assert tuned.rows[2][1][place].text == f"{100 * means['g50m50']:.1f}"
        assert change.rows[2][1][place].text == grids.signed_points(means["g50m50"] - means["base"])


def test_letters_are_counted_as_chosen_not_as_right(answered: Runs) -> None:
    lines = answered.lines("m100", "004k")
    for line in lines:
        line["filtered_resps"] = [["-1.0", "False"], *[["-9.0", "False"]] * 3]
    answered.rewrite("m100", "004k", lines)
    comparison = load([answered.root])
    group = comparison.groups[0]
    rows = items.rows_of(comparison.samples, group)
    grid = grids.letters(group, rows, items.read(comparison.samples, []))
    assert grid is not None
    found = dict(grid.rows)
    assert [box.text for box in found["is right"]] == ["25.0 %"] * 4
    others = sum(
        line["filtered_resps"][0][0] == "-1.0" for arm in ARMS if arm != "004k" for line in answered.lines("m100", arm)
    )
    assert found["m100 chose"][0].note == f"{others + N_ITEMS} of {N_ITEMS * len(ARMS)}"
    assert found["m100 chose"][0].shade > 0


def test_unreadable_choices_are_not_guessed(runs: Runs) -> None:
    """The plain sample lines carry one likelihood for four options."""
    page = _page(load([runs.root]))
    assert "letters cannot be counted" in page
    assert "no choice to be read" in page


def test_items_that_models_differ_on_come_first_and_the_rest_is_counted(answered: Runs) -> None:
    comparison = load([answered.root])
    group = comparison.groups[0]
    rows = items.rows_of(comparison.samples, group)
    for shelf in items.shelves(rows, group.arms):
        right = {}
        for name in ("base", "g50m50", "m100"):
            for line in answered.lines(name, shelf.arm):
                if shelf.fifth is None or line["doc"]["depth_fifth"] == shelf.fifth:
                    right.setdefault(line["doc"]["id"], set()).add(line["acc"])
        differing = {item for item, scores in right.items() if len(scores) > 1}
        assert shelf.n_items == len(right)
        assert shelf.n_differing == len(differing)
        assert set(shelf.shown[: len(differing)]) <= differing
        assert len(shelf.shown) + shelf.left_out() == shelf.n_items
    assert f"{N_ITEMS - SHOWN} more items are not shown here" in _page(comparison)


def test_all_items_are_listed_where_asked_for(answered: Runs, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert main(["compare", str(answered.root), "--html", str(out), "--html-items", "all"]) == 0
    page = out.read_text()
    assert page.count('<article class="item"') == N_ITEMS * len(ARMS)
    assert "more items are not shown" not in page
    with pytest.raises(SystemExit):
        main(["compare", str(answered.root), "--html", str(out), "--html-items", "few"])


def test_a_map_of_shares_needs_three_mixtures(answered: Runs) -> None:
    comparison = load([answered.root])
    assert words.share_rows(comparison.groups[0], None) == []
    assert "Share and quantity" not in _page(comparison)


def test_three_mixtures_make_a_map_and_the_surface_is_told(answered: Runs, monkeypatch) -> None:
    monkeypatch.setitem(MIXTURES, "g20m80", ("mix-cccc", {"general": 100, "medical": 400}))
    monkeypatch.setitem(sys.modules["tests.compare.conftest"].SKILL, "g20m80", 0.5)
    answered.add_run("g20m80")
    answered.add_results("g20m80")
    comparison = load([answered.root])
    page = _page(comparison, _analysis(comparison))
    assert "Mixtures by share and quantity" in page
    assert "the best general share is 40 % (95 % interval 20 to 60 %)" in page
    assert "general share 20 percent, total 500" in page


def _unread(runs: Runs) -> None:
    """Give the base at every length the answers it gave without a book."""
    closed = {line["doc"]["id"]: line["acc"] for line in runs.lines("base", "closed")}
    for arm in ("001k", "004k", "016k"):
        lines = [line | {"acc": closed[line["doc"]["id"]]} for line in runs.lines("base", arm)]
        runs.rewrite("base", arm, lines)


@pytest.mark.parametrize("arms", [tuple(ARMS), ("closed", "oracle"), ("oracle", "004k"), ("closed", "004k")])
def test_numbers_there_are_not_are_drawn_nowhere(empty: Runs, arms: tuple[str, ...]) -> None:
    empty.add_results("base", arms=arms)
    for name in ("g50m50", "m100"):
        empty.add_run(name)
        empty.add_results(name, arms=arms)
    if arms == tuple(ARMS):
        _unread(empty)
    comparison = load([empty.root])
    page = report(comparison, View(analyses(comparison)), "medlong compare")
    assert not re.findall(r"(?i)(?<![\w-])nan(?![\w-])", page)
    assert ('<h3 id="g0-pareto">' in page) == (arms == ("oracle", "004k"))


def test_coinciding_points_keep_labels_apart() -> None:
    same = [plots.Point(name, _estimate(0.1), _estimate(0.2)) for name in ("a", "b", "c")]
    heights = [series.marks[0].label_y for series in plots.scatter("t", same, "x", "y").series]
    assert min(abs(first - second) for first in heights for second in heights if first != second) >= plots.LABEL_HEIGHT
    assert len(set(heights)) == 3


def test_prompts_are_passed_over_whatever_they_hold(answered: Runs) -> None:
    def texts() -> dict[object, object]:
        comparison = load([answered.root])
        return items.read(comparison.samples, []).choices

    def change(line):
        evil = 'a, "resps": [1], "filter": "none", "arguments": \\"'
        return line | {"arguments": {"gen_args_0": {"arg_0": evil, "arg_1": " A"}}}

    before = texts()
    assert set(before.values()) <= set("ABCD")
    spoil(answered, change)
    assert texts() == before


def test_a_file_that_changes_after_loading_is_refused(answered: Runs) -> None:
    comparison = load([answered.root])
    answered.samples("m100", "004k").write_text("{")
    with pytest.raises(DataError, match=r"004k.*changed while it was read"):
        _page(comparison)


def test_sources_name_ids_recipes_and_hashes(answered: Runs) -> None:
    import hashlib

    page = _page(load([answered.root]))
    sample = answered.samples("m100", "004k")
    assert hashlib.sha256(sample.read_bytes()).hexdigest() in page
    for text in ("run-m100", "mix-bbbb", "recipes/m100.yaml", "medlong compare runs --html report.html"):
        assert text in page


def test_the_command_writes_the_page(answered: Runs, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    command = [sys.executable, "-m", "medlong", "compare", str(answered.root), "--html", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert out.read_text().startswith("<!DOCTYPE html>")
    assert f"--html {out}" in out.read_text()


@pytest.mark.timeout(120)
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_without_complaint_or_sideways_scrolling(
    answered: Runs, tmp_path: Path, width: int, scheme: str
) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the extra `browser`")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("needs Chromium")
    comparison = load([answered.root])
    file = tmp_path / "report.html"
    file.write_text(_page(comparison, _analysis(comparison)))
    messages = []
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=program, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page.on("console", lambda message: messages.append(message))
        page.on("pageerror", lambda error: messages.append(error))
        page.on("requestfailed", lambda request: messages.append(request))
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        place = grids.anchor(0, 3, 2)
        page.goto(f"{file.as_uri()}#{place}")
        assert page.evaluate(f"document.getElementById('{place}').closest('details').open")
        browser.close()
    assert messages == []
