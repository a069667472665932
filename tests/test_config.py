"""A faulty file is reported whole: every fault with its line, field, value and remedy."""

import pytest

from medlong.config import Strict, load_mapping, load_yaml
from medlong.errors import ConfigError


class Source(Strict):
    rows: int


class Plan(Strict):
    name: str
    sources: list[Source]


def fault(tmp_path, text):
    path = tmp_path / "plan.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as error:
        load_yaml(path, Plan)
    return str(error.value)


def test_all_faults_come_at_once_with_line_and_field(tmp_path):
    message = fault(tmp_path, "nmae: x\nsources:\n  - rows: many\n  - rows: 3\n    colour: red\n")
    assert "plan.yaml: 4 problems" in message
    assert "line 1: nmae: unknown key; did you mean 'name'?" in message
    assert "line 3: sources[0].rows: Input should be a valid integer" in message
    assert "got 'many'" in message
    assert "line 5: sources[1].colour: unknown key" in message
    assert "name: required, but not there" in message


@pytest.mark.parametrize(
    ("text", "message"),
    [("- a\n", "expected a mapping of keys, found list"), ("a: [\n", "not valid YAML"), ("", "found NoneType")],
)
def test_a_file_that_is_no_mapping_is_named(tmp_path, text, message):
    assert message in fault(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("? [a]\n: 1\n", "line 1: a key must be a word or number"),
        ("name: x\nsources: &x [*x]\n", "line 2: an alias inside the thing it stands for"),
        ("name: " + "[" * 2000, "nested too deeply"),
        ("name: 2024-13-45\n", "not valid YAML: month must be in 1..12"),
        ("name: " + "1" * 5000, "not valid YAML"),
    ],
)
def test_a_file_that_yaml_or_its_reader_stumbles_over_is_named(tmp_path, text, message):
    assert message in fault(tmp_path, text)


def test_a_key_given_twice_is_a_fault(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text("name: a\nname: b\n")
    with pytest.raises(ConfigError, match=r"plan.yaml: line 2: name: given twice; first on line 1"):
        load_mapping(path)


def test_missing_and_binary_files_are_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        load_mapping(tmp_path / "none.yaml")
    (tmp_path / "b.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match=r"b.yaml/c: cannot be read: Not a directory"):
        load_mapping(tmp_path / "b.yaml" / "c")
    with pytest.raises(ConfigError, match="not UTF-8 text"):
        load_mapping(tmp_path / "b.yaml")
