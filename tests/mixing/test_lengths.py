"""Lengths as Axolotl counts them: its own strategy is asked where it is installed."""

import json
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medlong.errors import ConfigError, DataError, MissingPackageError
from medlong.mixing import lengths, tokenizer
from medlong.mixing.content import Message
from medlong.mixing.lengths import Lengths, counter
from medlong.mixing.tokenizer import TokenizerSpec, identity

pytest.importorskip("transformers")

TRIMMING = (
    "{{ bos_token or '' }}{% for m in messages %}{{ '[' + m['role'] + '] ' }}{{ m['content'] | trim }}"
    "{{ eos_token if m['role'] == 'assistant' else '' }}{% endfor %}"
)
THINKING = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['role'] == 'assistant' %}{% set parts = m['content'].split('</think>') %}"
    "{% if loop.last %}<think>\n\n</think>\n\n{% endif %}{{ parts[-1].lstrip('\n') }}"
    "{% else %}{{ m['content'] }}{% endif %}<|im_end|>\n{% endfor %}"
)
FAR = "{% for m in messages %}{{ m['content'] }} the end of this turn <|im_end|>{% endfor %}"
UPPER = "{% for m in messages %}{{ m['role'] }}: {{ m['content'] | upper }}<|im_end|>{% endfor %}"
TEMPLATES = {"own": None, "trimming": TRIMMING, "thinking": THINKING, "far": FAR, "upper": UPPER}


def chat(*contents: str, system: str | None = None) -> list[Message]:
    turns = [Message(role=("user", "assistant")[n % 2], content=text) for n, text in enumerate(contents)]
    return ([Message(role="system", content=system)] if system else []) + turns


ROWS = [
    chat("What does the liver make?", "Bile."),
    chat("Hello", "[[Hello]] zz", "And now?", "zz [[what]]", system="Be kind."),
    chat(" spaced ", " \n spaced, too  \n"),
    chat("q", "<think>Well.</think>\n\nYes.", "sure?", "<think>So.</think>No."),
    chat("糖尿病怎么办?", "多喝水，少吃糖。😀👩‍⚕️"),
    chat("same", "same", "same", "same"),
    chat("Say the token.", "It is <|im_end|> and then <|im_start|>assistant\nmore."),
    chat("\ue0000\ue001", "\ue0001\ue001"),
    chat("e\u0301\r\nx", "\u00e9\r\n"),
    chat("long", "word " * 3000),
]


@pytest.fixture(params=TEMPLATES)
def spec(request: pytest.FixtureRequest, tiny_model: Path, tmp_path: Path) -> TokenizerSpec:
    text = TEMPLATES[request.param]
    if text is None:
        return TokenizerSpec(path=str(tiny_model))
    (tmp_path / "own.jinja").write_text(text)
    return TokenizerSpec(path=str(tiny_model), chat_template="own.jinja").beside(tmp_path)


def axolotls(spec: TokenizerSpec, rows: list[list[Message]]) -> list[tuple[int, int]]:
    """Tokens and labels that Axolotl's own strategy gives each row."""
    pytest.importorskip("axolotl")
    from axolotl.prompt_strategies.chat_template import load
    from axolotl.utils.dict import DictDefault
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(spec.path)
    choice: dict[str, str] = {"chat_template": spec.chat_template}
    if spec.chat_template.endswith(".jinja"):
        choice = {"chat_template": "jinja", "chat_template_jinja": Path(spec.chat_template).read_text()}
    config = DictDefault({**choice, "sequence_len": 1 << 20, "train_on_inputs": False})
    strategy = load(tokenizer, config, DictDefault({"type": "chat_template"}))
    made = [strategy.tokenize_prompt({"messages": [dict(turn) for turn in row]}) for row in rows]
    return [(len(row["input_ids"]), sum(label != -100 for label in row["labels"])) for row in made]


def counted(spec: TokenizerSpec, rows: list[list[Message]]) -> list[tuple[int, int]]:
    return [(found.tokens, found.trainable_tokens) for found in counter(spec).lengths(rows)]


def test_rows_count_as_in_axolotl(spec: TokenizerSpec) -> None:
    rows = [lengths.normalise(row) for row in ROWS]
    assert counted(spec, rows) == axolotls(spec, rows)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("az[] \n</think>系😀", max_size=12), min_size=2, max_size=6), st.booleans())
def test_any_row_counts_as_in_axolotl(spec: TokenizerSpec, contents: list[str], with_system: bool) -> None:
    rows = [lengths.normalise(chat(*contents[: len(contents) // 2 * 2], system="s" if with_system else None))]
    assert counted(spec, rows) == axolotls(spec, rows)


@pytest.mark.parametrize("template", ["tokenizer_default", "chatml", "qwen3", "llama3", "gemma3", "phi_4", "alpaca"])
def test_the_embedded_model_counts_as_in_axolotl(smollm2: Path, template: str) -> None:
    pytest.importorskip("axolotl")
    from medlong.mixing.embedded import medical

    rows = [lengths.normalise(row) for row in [*ROWS[:1], *ROWS[2:6], *list(medical.rows())[:20]]]
    spec = TokenizerSpec(path=str(smollm2), chat_template=template)
    assert counted(spec, rows) == axolotls(spec, rows)


def test_one_row_by_hand(tiny_model: Path) -> None:
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    answer = len(tokenizer("Bile.")["input_ids"])
    text = "<|im_start|>user\nWhat does the liver make?<|im_end|>\n<|im_start|>assistant\nBile.<|im_end|>\n"
    found = counter(TokenizerSpec(path=str(tiny_model)))(ROWS[0])
    assert found == Lengths(len("What does the liver make?Bile."), len(tokenizer(text)["input_ids"]), answer + 1)


def test_batches_and_pickles_count_the_same(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = counter(TokenizerSpec(path=str(tiny_model)))
    one_by_one = [counts(row) for row in ROWS]
    assert pickle.loads(pickle.dumps(counts)).lengths(ROWS) == one_by_one
    assert len(pickle.dumps(counts)) < 1000
    monkeypatch.setattr(lengths, "BATCH", 10)
    assert counts.lengths(ROWS) == one_by_one
    assert counts.lengths([]) == []


def test_without_a_tokenizer_characters_alone_are_counted() -> None:
    counts = counter(None)
    assert counts(ROWS[0]) == Lengths(30, 0, 0)
    assert counts.lengths(ROWS[:2])[0] == counts(ROWS[0])
    assert counts(chat("e\u0301\r\n", "")) == Lengths(2, 0, 0)


def test_identity_has_no_path_and_changes_with_the_template(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "own.jinja").write_text(TRIMMING)
    plain = TokenizerSpec(path=str(tiny_model))
    other = TokenizerSpec(path=str(tiny_model), chat_template=str(tmp_path / "own.jinja"))
    assert str(tiny_model.parent) not in json.dumps(identity(plain))
    assert identity(plain)["revision"] == identity(other)["revision"]
    assert identity(plain)["chat_template_sha256"] != identity(other)["chat_template_sha256"]
    pinned = plain.model_copy(update={"revision": identity(plain)["revision"]})
    assert counter(pinned)(ROWS[0]) == counter(plain)(ROWS[0])


def test_paths_beside_the_mixture(tiny_model: Path) -> None:
    spec = TokenizerSpec(path=tiny_model.name).beside(tiny_model.parent)
    assert spec.path == str(tiny_model.resolve())
    assert TokenizerSpec(path="some/model").beside(tiny_model.parent).path == "some/model"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"path": "no/such/folder"}, "there is no folder 'no/such/folder'"),
        ({"path": "./none"}, "there is no folder './none'"),
        ({"path": "some/model"}, "if it is an id on the hub, give the commit, 40 digits"),
        ({"path": "some/model", "revision": "main"}, "give the commit, 40 digits"),
        ({"path": "some/model", "revision": "0" * 40}, "'some/model' cannot be loaded"),
        ({"revision": "0123"}, "has revision .*, the mixture wants 0123"),
        ({"chat_template": "none.jinja"}, "no such file"),
    ],
)
def test_bad_tokenizers_are_one_clear_error(tiny_model: Path, given: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        counter(TokenizerSpec(**({"path": str(tiny_model)} | given)))
    assert "\n" not in str(caught.value)


def test_a_folder_without_a_tokenizer_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be loaded"):
        counter(TokenizerSpec(path=str(tmp_path)))


def test_a_template_of_axolotl(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = tokenizer.find_spec
    monkeypatch.setattr(tokenizer, "find_spec", lambda name: None if name == "axolotl" else found(name))
    with pytest.raises(MissingPackageError, match=r"'chatml' is Axolotl's, which is not installed"):
        counter(TokenizerSpec(path=str(tiny_model), chat_template="chatml"))
    monkeypatch.undo()
    pytest.importorskip("axolotl")
    with pytest.raises(ConfigError, match="did you mean 'chatml'"):
        counter(TokenizerSpec(path=str(tiny_model), chat_template="chatm"))


def test_a_template_that_refuses_a_row(tiny_model: Path, tmp_path: Path) -> None:
    (tmp_path / "own.jinja").write_text("{{ raise_exception('no system\nmessage') }}")
    counts = counter(TokenizerSpec(path=str(tiny_model), chat_template=str(tmp_path / "own.jinja")))
    with pytest.raises(DataError, match=r"the chat template refuses the row: no system$"):
        counts(ROWS[0])
