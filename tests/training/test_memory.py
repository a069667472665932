"""The memory estimate follows from what is kept where, and its counts are those of the real layers."""

import pytest

from medlong.training.memory import GIB, ModelFacts, estimate, layer_parameters, processes

EIGHT = ModelFacts(8_030_261_248, 32, 4096, 14336, 32, 8, 128, 128256, tied=False)
FULL = {"bf16": True, "micro_batch_size": 1, "sequence_len": 4096, "gradient_checkpointing": True}
LORA = {**FULL, "adapter": "lora", "lora_r": 16}


def test_weights_gradients_and_states_of_a_full_training_are_eight_bytes_a_parameter():
    memory = estimate(FULL, EIGHT)
    assert memory.weights == pytest.approx(2 * EIGHT.parameters / GIB)
    assert memory.weights + memory.gradients + memory.optimizer == pytest.approx(8 * EIGHT.parameters / GIB)
    assert memory.total == pytest.approx(sum(memory[:-1]))


def test_zero_3_keeps_sixteen_bytes_a_parameter_divided_among_its_gpus():
    memory = estimate({**FULL, "deepspeed": "recipes/_shared/zero3.json"}, EIGHT, gpus=8)
    assert memory.weights + memory.gradients + memory.optimizer == pytest.approx(16 * EIGHT.parameters / 8 / GIB)


def test_an_adapter_trains_a_hundredth_and_four_bits_quarter_the_base():
    lora, qlora = estimate(LORA, EIGHT), estimate({**LORA, "adapter": "qlora", "load_in_4bit": True}, EIGHT)
    assert lora.gradients < 0.02 * estimate(FULL, EIGHT).gradients * 2
    assert 0.3 < qlora.weights / lora.weights < 0.4  # the embeddings stay as they are
    assert qlora.activations == lora.activations


def test_more_gpus_share_and_context_parallel_cuts_the_sequence():
    sharded = {**FULL, "fsdp_version": 2, "fsdp_config": {"offload_params": False}, "dp_shard_size": 8}
    assert processes(sharded) == 8
    assert estimate(sharded, EIGHT).weights == pytest.approx(estimate(FULL, EIGHT).weights / 8)
    parted = {**sharded, "dp_shard_size": 2, "context_parallel_size": 4}
    assert processes(parted) == 8
    assert estimate(parted, EIGHT).activations == pytest.approx(estimate(sharded, EIGHT).activations / 4)
    assert estimate(parted, EIGHT).weights == estimate(sharded, EIGHT).weights


def test_fused_losses_make_no_logits():
    plain = estimate(FULL, EIGHT).logits
    assert plain == pytest.approx(4096 * 128256 * 14 / GIB)
    assert estimate({**FULL, "liger_fused_linear_cross_entropy": True}, EIGHT).logits < plain / 20
    cut = {**FULL, "plugins": ["axolotl.integrations.cut_cross_entropy.CutCrossEntropyPlugin"]}
    assert estimate(cut, EIGHT).logits == 0


def test_checkpointing_and_8_bit_states_save_what_they_should():
    assert (
        estimate({**FULL, "gradient_checkpointing": False}, EIGHT).activations > 10 * estimate(FULL, EIGHT).activations
    )
    assert estimate({**FULL, "optimizer": "adamw_8bit"}, EIGHT).optimizer == estimate(FULL, EIGHT).optimizer / 2


@pytest.mark.parametrize("kind", ["llama", "qwen3"])
def test_a_layer_keeps_what_the_real_one_saves(kind: str):
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from importlib import import_module

    import transformers

    module = import_module(f"transformers.models.{kind}.modeling_{kind}")
    name = {"llama": "Llama", "qwen3": "Qwen3"}[kind]
    shape = {"hidden_size": 256, "intermediate_size": 896, "num_attention_heads": 4, "num_key_value_heads": 2}
    config = getattr(transformers, f"{name}Config")(**shape, head_dim=64, num_hidden_layers=1, vocab_size=64)
    config._attn_implementation = "sdpa"
    layer = getattr(module, f"{name}DecoderLayer")(config, 0).to(torch.bfloat16)
    own = {parameter.data_ptr() for parameter in layer.parameters()}
    tokens = torch.randn(1, 512, 256, dtype=torch.bfloat16, requires_grad=True)
    rope = getattr(module, f"{name}RotaryEmbedding")(config)(tokens, torch.arange(512)[None])
    saved: dict[int, int] = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        output = layer(tokens, position_embeddings=rope)
    facts = ModelFacts(0, 1, 256, 896, 4, 2, 64, 0, tied=True)
    recipe = {"bf16": True, "micro_batch_size": 1, "sequence_len": 512}
    in_flight = 512 * 2 * 2 * 896
    expected = estimate(recipe, facts).activations * GIB - in_flight
    assert output is not None
    assert 0.98 < sum(saved.values()) / expected < 1.03 if kind == "qwen3" else sum(saved.values()) < expected
    weights = sum(parameter.numel() for parameter in layer.parameters())
    assert weights == pytest.approx(layer_parameters(facts), rel=0.002)
