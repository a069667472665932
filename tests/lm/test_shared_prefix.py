"""`medlong-hf` gives the scores and the text of stock `hf`."""

import pytest
import torch
from lm_eval.api.instance import Instance
from lm_eval.models.huggingface import HFLM

from medlong.errors import ConfigError
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


def test_a_generation_config_that_changes_greedy_picks_is_left_to_stock(tiny_model, caplog):
    arguments = {"pretrained": str(tiny_model), "device": "cpu", "dtype": "float32", "batch_size": 1}
    stock, ours = HFLM(**arguments), SharedPrefixLM(**arguments)
    for lm in (stock, ours):
        lm.model.generation_config.repetition_penalty = 1.7
    docs = tasks.load(arm="closed", scoring="generate", pretrained=str(tiny_model))["test"].select(range(3))
    kwargs = {"until": [], "max_gen_toks": 12, "do_sample": False}
    requests = [Instance("generate_until", doc, (tasks.doc_to_text(doc), dict(kwargs)), 0) for doc in docs]
    assert ours.generate_until(requests, True) == stock.generate_until(requests, True)
    assert not hasattr(ours, "_tree")
    assert "repetition_penalty is not plain greedy decoding; reading prompts in full" in caplog.text


def test_sampling_is_left_to_stock_and_said_so(tiny_model, caplog):
    ours = SharedPrefixLM(pretrained=str(tiny_model), device="cpu", dtype="float32", batch_size=1)
    kwargs = {"until": [], "max_gen_toks": 2, "do_sample": True, "temperature": 0.7, "top_p": 0.9}
    ours.generate_until([Instance("generate_until", {}, ("a question", kwargs), 0)], True)
    assert not hasattr(ours, "_tree")
    assert "do_sample, temperature, top_p is not plain greedy decoding" in caplog.text


def test_half_precision_is_as_near_to_stock_as_its_rounding(tiny_model):
    arguments = {"pretrained": str(tiny_model), "device": "cpu", "dtype": "bfloat16", "batch_size": 1}
    requests = likelihood_requests(tiny_model, "cloze", "001k", 3)
    expected = HFLM(**arguments).loglikelihood(requests, True)
    found = SharedPrefixLM(**arguments).loglikelihood(requests, True)
    assert [a for a, _ in found] == pytest.approx([a for a, _ in expected], rel=0.01)


def test_a_task_that_shares_nothing_is_read_a_token_a_time_once(pair):
    stock, ours = pair
    texts = [f"{word} mg of the drug, given {word}" for word in ("one", "two", "six", "ten")]
    requests = [Instance("loglikelihood", {}, (text, " daily"), 0) for text in texts]
    expected, found = stock.loglikelihood(requests, True), ours.loglikelihood(requests, True)
    assert [a for a, _ in found] == pytest.approx([a for a, _ in expected], abs=1e-4)
    assert ours._tree.tokens_read <= sum(len(ours.tok_encode(text + " daily")) - 1 for text in texts)


def cached(lm, path):
    from lm_eval.api.model import CachingLM

    return CachingLM(lm, str(path))


def test_a_cache_answers_what_was_asked_before_a_kill_and_nothing_is_asked_twice(tiny_model, tmp_path, monkeypatch):
    arguments = {"pretrained": str(tiny_model), "device": "cpu", "dtype": "float32", "batch_size": 1}
    requests = likelihood_requests(tiny_model, "cloze", "001k", 6)
    whole = SharedPrefixLM(**arguments).loglikelihood(requests, True)
    first, asked = SharedPrefixLM(**arguments), []

    class Killed(BaseException):
        pass

    lm = cached(first, tmp_path / "answers.db")
    add = first.cache_hook.add_partial

    def dying(attribute, request, answer):
        asked.append(request)
        add(attribute, request, answer)
        if len(asked) == 10:
            raise Killed

    monkeypatch.setattr(first.cache_hook, "add_partial", dying)
    with pytest.raises(Killed):
        lm.loglikelihood(requests)
    lm.dbdict.close()
    second = SharedPrefixLM(**arguments)
    lm = cached(second, tmp_path / "answers.db")
    add_again = second.cache_hook.add_partial
    again = []
    monkeypatch.setattr(second.cache_hook, "add_partial", lambda *row: (again.append(row[1]), add_again(*row)))
    assert [a for a, _ in lm.loglikelihood(requests)] == pytest.approx([a for a, _ in whole], abs=1e-4)
    assert len(again) == len(requests) - 10
    assert not set(again) & set(asked)


def test_a_cache_of_another_model_is_refused(tiny_model, tmp_path):
    arguments = {"pretrained": str(tiny_model), "device": "cpu", "dtype": "float32", "batch_size": 1}
    requests = likelihood_requests(tiny_model, "cloze", "closed", 1)
    lm = cached(SharedPrefixLM(**arguments), tmp_path / "answers.db")
    lm.loglikelihood(requests)
    lm.dbdict.close()
    cached(SharedPrefixLM(**arguments), tmp_path / "answers.db").dbdict.close()
    other = SharedPrefixLM(**arguments)
    with torch.no_grad():
        next(iter(other.model.parameters())).add_(0.01)
    with pytest.raises(ConfigError, match=r"answers\.db holds answers of another model; name another file"):
        cached(other, tmp_path / "answers.db")
    cached(HFLM(**arguments), tmp_path / "stock.db").loglikelihood(requests)
    with pytest.raises(ConfigError, match="does not say of which model"):
        cached(SharedPrefixLM(**arguments), tmp_path / "stock.db")


SHAPE = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 8,
    "max_position_embeddings": 4096,
}


def both(tiny_model, config, adapter=None):
    """Stock and our engine around one random model of a family."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_model)
    torch.manual_seed(0)
    model = AutoModelForCausalLM.from_config(config(vocab_size=len(tokenizer))).eval()
    model = adapter(model) if adapter else model
    arguments = {"pretrained": model, "tokenizer": tokenizer, "device": "cpu", "batch_size": 1}
    return HFLM(**arguments), SharedPrefixLM(**arguments)


def assert_equal(stock, ours, requests):
    expected, found = stock.loglikelihood(requests, True), ours.loglikelihood(requests, True)
    assert [a for a, _ in found] == pytest.approx([a for a, _ in expected], abs=2e-4)


@pytest.mark.parametrize("family", ["Llama", "Qwen2", "Qwen3", "Mistral", "Gemma"])
def test_every_supported_family_shares_and_equals_stock(tiny_model, family):
    import transformers

    extra = {"sliding_window": None} if family == "Mistral" else {}
    config = getattr(transformers, f"{family}Config")
    stock, ours = both(tiny_model, lambda **kwargs: config(**SHAPE, **extra, **kwargs))
    assert_equal(stock, ours, likelihood_requests(tiny_model, "cloze", "001k", 4))
    assert ours._branches


def test_an_adapter_shares_and_equals_stock(tiny_model):
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig

    def with_lora(model):
        adapted = get_peft_model(model, LoraConfig(r=4, target_modules="all-linear", init_lora_weights=False))
        return adapted.eval()

    stock, ours = both(tiny_model, lambda **kwargs: LlamaConfig(**SHAPE, **kwargs), with_lora)
    assert_equal(stock, ours, likelihood_requests(tiny_model, "cloze", "001k", 3))
    assert ours._branches


@pytest.mark.parametrize(
    ("family", "extra", "reason"),
    [
        ("Mistral", {"sliding_window": 64}, "mistral has sliding-window layers"),
        ("Llama", {"rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4}}, "type dynamic"),
        ("GPTNeoX", {}, "gpt_neox is not one of the checked model types"),
    ],
)
def test_what_cannot_be_shared_is_read_in_full_and_said_so(tiny_model, caplog, family, extra, reason):
    import transformers

    shape = {k: v for k, v in SHAPE.items() if family != "GPTNeoX" or k not in ("num_key_value_heads", "head_dim")}
    config = getattr(transformers, f"{family}Config")
    stock, ours = both(tiny_model, lambda **kwargs: config(**shape, **extra, **kwargs))
    assert_equal(stock, ours, likelihood_requests(tiny_model, "letter", "001k", 2))
    assert reason in caplog.text
    assert not ours._branches


def test_an_answer_longer_than_the_window_is_refused(tiny_model):
    ours = SharedPrefixLM(pretrained=str(tiny_model), device="cpu", batch_size=1, max_length=256)
    request = Instance("generate_until", {}, ("a question", {"until": [], "max_gen_toks": 300}), 0)
    with pytest.raises(ConfigError, match="max_gen_toks is 300, but the model's window is 256 tokens"):
        ours.generate_until([request], True)


@pytest.mark.parametrize("context", ["a dose", "a dose ", "<|im_start|>assistant\n", "two\n\n "])
def test_a_pair_has_the_ids_of_stock_and_a_context_is_encoded_once_for_its_options(pair, context, monkeypatch):
    stock, ours = pair
    options = [" of 5 mg", "of 10 mg", "\n"]
    expected = [stock._encode_pair(context, option) for option in options]
    encoded = []
    encode = ours.tok_encode
    monkeypatch.setattr(ours, "tok_encode", lambda text: encoded.append(text) or encode(text))
    found = [ours._encode_pair(context, option) for option in options]
    assert [(list(own), list(rest)) for own, rest in found] == [(list(own), list(rest)) for own, rest in expected]
    assert len(encoded) <= 1 + len(options)
