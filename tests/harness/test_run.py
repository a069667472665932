def test_an_lm_eval_that_reads_entry_points_finds_the_model():
    from importlib.metadata import entry_points

    from medlong.lm.shared_prefix import SharedPrefixLM

    (found,) = entry_points(group="lm_eval.models", name="medlong-hf")
    assert found.load() is SharedPrefixLM
