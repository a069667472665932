"""`medlong-hf` gives the scores and the text of stock `hf`."""

import pytest
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from medlong.exam import tasks
from medlong.lm.shared_prefix import SharedPrefixLM

KINDS = ("eager", "sdpa")


@pytest.fixture(scope="module", params=KINDS)
def pair(request, tiny_model):
    arguments = {
        "pretrained": str(tiny_model),
        "device": "cpu",
        "dtype": "float32",
        "batch_size": 1,
        "attn_implementation": request.param,
    }
    return HFLM(**arguments), SharedPrefixLM(**arguments)


def likelihood_requests(tiny_model, scoring, arm, limit, **metadata):
    docs = tasks.load(arm=arm, scoring=scoring, pretrained=str(tiny_model), **metadata)["test"].select(range(limit))
    choices = tasks.letters if scoring == "letter" else tasks.options
    return [
        Instance("loglikelihood", doc, (tasks.doc_to_text(doc), f" {choice}"), index)
        for doc in docs
        for index, choice in enumerate(choices(doc))
    ]


@pytest.mark.parametrize(("scoring", "arm"), [("cloze", "closed"), ("cloze", "001k"), ("letter", "002k")])
def test_log_likelihoods_equal_stock(pair, tiny_model, scoring, arm):
    stock, ours = pair
    requests = likelihood_requests(tiny_model, scoring, arm, 8)
    expected, found = stock.loglikelihood(requests, True), ours.loglikelihood(requests, True)
    for (a, greedy_a), (b, greedy_b) in zip(expected, found, strict=True):
        assert b == pytest.approx(a, abs=1e-4)
        assert greedy_a == greedy_b


def test_a_book_is_read_once_for_all_its_questions(pair, tiny_model):
    _, ours = pair
    requests = likelihood_requests(tiny_model, "cloze", "004k", 8)
    ours.loglikelihood(requests, True)
    sent = sum(len(ours.tok_encode(request.args[0])) for request in requests)
    assert ours._tree.tokens_read < sent / 10


def test_over_long_requests_lose_the_same_tokens_as_stock(tiny_model):
    arguments = {"pretrained": str(tiny_model), "device": "cpu", "dtype": "float32", "batch_size": 1, "max_length": 500}
    requests = likelihood_requests(tiny_model, "cloze", "001k", 3)
    expected = HFLM(**arguments).loglikelihood(requests, True)
    found = SharedPrefixLM(**arguments).loglikelihood(requests, True)
    assert [a for a, _ in found] == pytest.approx([a for a, _ in expected], abs=1e-4)


@pytest.mark.parametrize("until", [[], ["\n", "dose"]])
def test_greedy_text_equals_stock(pair, tiny_model, until):
    stock, ours = pair
    docs = tasks.load(arm="001k", scoring="generate", pretrained=str(tiny_model))["test"].select(range(6))
    kwargs = {"until": until, "max_gen_toks": 12, "do_sample": False, "temperature": 0.0}
    requests = [Instance("generate_until", doc, (tasks.doc_to_text(doc), dict(kwargs)), 0) for doc in docs]
    assert ours.generate_until(requests, True) == stock.generate_until(requests, True)
    assert ours._tree.cache.get_seq_length() == 0


def test_a_model_whose_cache_forgets_falls_back_to_stock_and_says_so(tiny_model, caplog):
    from transformers import AutoTokenizer, MistralConfig, MistralForCausalLM

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    config = MistralConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        sliding_window=64,
        max_position_embeddings=4096,
    )
    model = MistralForCausalLM(config).eval()
    arguments = {"pretrained": model, "tokenizer": tokenizer, "device": "cpu", "batch_size": 1}
    requests = likelihood_requests(tiny_model, "letter", "001k", 2)
    ours = SharedPrefixLM(**arguments)
    expected = HFLM(**arguments).loglikelihood(requests, True)
    assert [a for a, _ in ours.loglikelihood(requests, True)] == pytest.approx([a for a, _ in expected], abs=1e-4)
    assert "mistral has sliding-window layers" in caplog.text
