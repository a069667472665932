"""The section for a model card is what the hub's own parser takes."""

import pytest

from medlong.compare.card import model_card
from medlong.compare.comparison import load
from medlong.errors import DataError
from tests.compare.analysed import analysis
from tests.compare.conftest import Runs

hub = pytest.importorskip("huggingface_hub")


def test_the_hub_reads_the_results_back(runs: Runs) -> None:
    comparison = load([runs.root])
    text = model_card(comparison, [analysis(comparison.groups[0], {})], "m100")
    card = hub.ModelCard(text, ignore_metadata_errors=False)
    assert card.data.model_name == "m100"
    assert card.data.base_model == "hub/Small-135M"
    results = {result.dataset_config: result for result in card.data.eval_results}
    assert list(results) == ["closed", "oracle", "001k", "004k", "016k"]
    cell = comparison.groups[0].cells["run-m100", "004k"]
    assert results["004k"].metric_value == pytest.approx(cell.accuracy.value, abs=1e-6)
    assert results["004k"].metric_args["standard_error"] == pytest.approx(cell.accuracy.se, abs=1e-6)
    assert results["004k"].dataset_revision == "1"
    again = hub.ModelCardData.from_dict(card.data.to_dict()) if hasattr(hub.ModelCardData, "from_dict") else card.data
    assert again.to_yaml() == card.data.to_yaml()
    assert "| arm | m100 | Small-135M (base) | difference |" in card.text
    assert "Trained on the mixture m100 (`mix-bbbb`): 400 examples, 25.0 % long, 75.0 % medical." in card.text
    assert "Verdict: Tied:" in card.text


def test_the_only_trained_model_needs_no_name_and_a_path_is_no_base_of_the_hub(empty: Runs) -> None:
    empty.base_model = "/models/Small-135M"
    empty.add_results("base")
    empty.add_run("m100")
    empty.add_results("m100")
    card = hub.ModelCard(model_card(load([empty.root])), ignore_metadata_errors=False)
    assert card.data.model_name == "m100"
    assert card.data.base_model is None


def test_an_arm_over_the_window_is_no_result(runs: Runs) -> None:
    runs.rewrite("m100", "016k", [line | {"overlength": 1.0} for line in runs.lines("m100", "016k")])
    card = hub.ModelCard(model_card(load([runs.root]), name="m100"), ignore_metadata_errors=False)
    assert "016k" not in {result.dataset_config for result in card.data.eval_results}


@pytest.mark.parametrize(
    ("name", "fragment"),
    [(None, "choose with --entry: g50m50, m100"), ("m10", "--entry: no model named 'm10'; did you mean 'm100'?")],
)
def test_which_model_must_be_clear(runs: Runs, name: str | None, fragment: str) -> None:
    with pytest.raises(DataError) as caught:
        model_card(load([runs.root]), name=name)
    assert fragment in str(caught.value)
