"""Every shared part is read once, and the results are those of reading each sequence alone."""

import random

import pytest
import torch
import torch.nn.functional as functional
from transformers import DynamicCache, LlamaConfig, LlamaForCausalLM

from medlong.lm import prefix_tree
from medlong.lm.prefix_tree import PrefixTree


@pytest.fixture(scope="module")
def model():
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=97,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
    )
    return LlamaForCausalLM(config).eval()


def sequences():
    """Three books, five questions a book, four options a question; one row is another's prefix, one is double."""
    rng = random.Random(1)

    def draw(n):
        return [rng.randrange(97) for _ in range(n)]

    rows, needed = [], []
    for book in [draw(60) for _ in range(3)]:
        for question in [draw(9) for _ in range(5)]:
            for _ in range(4):
                rows.append(book + question + draw(rng.randrange(1, 5)))
                needed.append(len(book + question) - 1)
    rows += [rows[3][:40], rows[3]]
    needed += [30, needed[3]]
    return rows, needed


def forward(model):
    def step(step, cache):
        keep = step.keep if len(step.keep) else torch.tensor([step.ids.shape[1] - 1])
        with torch.no_grad():
            logits = model(
                step.ids,
                attention_mask=step.mask,
                position_ids=step.positions,
                past_key_values=cache,
                logits_to_keep=keep,
            ).logits[0]
        return functional.log_softmax(logits[: len(step.keep)], dim=-1)

    return step


@pytest.mark.parametrize("pack", [0, 16, 50, 10_000])
@pytest.mark.parametrize("chunk", [7, 2048])
def test_log_probabilities_equal_those_of_each_row_alone(model, monkeypatch, pack, chunk):
    monkeypatch.setattr(prefix_tree, "CHUNK", chunk)
    rows, needed = sequences()
    tree = PrefixTree(forward(model), DynamicCache(), torch.device("cpu"), pack=pack)
    seen = []

    def visit(index, after):
        seen.append(index)
        with torch.no_grad():
            alone = functional.log_softmax(model(torch.tensor([rows[index]])).logits[0], dim=-1)
        for position in range(needed[index], len(rows[index])):
            assert torch.allclose(after[position], alone[position], atol=1e-5)

    tree.walk(rows, needed, visit, at_cache=False)
    assert sorted(seen) == list(range(len(rows)))
    assert tree.cache.get_seq_length() == 0


@pytest.mark.parametrize("pack", [0, 50, 10_000])
def test_no_token_is_read_twice(model, pack):
    rows, needed = sequences()
    distinct = len({tuple(row[:end]) for row in rows for end in range(1, len(row) + 1)})
    tree = PrefixTree(forward(model), DynamicCache(), torch.device("cpu"), pack=pack)
    tree.walk(rows, needed, lambda index, after: None, at_cache=False)
    assert tree.tokens_read == distinct


def test_the_cache_holds_exactly_the_row_when_generation_goes_on_from_it(model):
    rows, _ = sequences()
    tree = PrefixTree(forward(model), DynamicCache(), torch.device("cpu"))
    lengths = {}
    tree.walk(
        rows,
        [len(row) for row in rows],
        lambda index, _: lengths.update({index: tree.cache.get_seq_length()}),
        at_cache=True,
    )
    assert lengths == {index: len(row) for index, row in enumerate(rows)}
