"""The Axolotl plugin: trains on the mixture the recipe names, and leaves a record beside the checkpoint.

Hooks are called in this order: `register` (before the recipe is validated), `load_datasets`,
`pre_model_load`, `pre_lora_load` (with an adapter), `post_trainer_create`, `post_train` (twice:
before and after the model is saved) and `post_train_unload` (once, after it is saved).
"""

import logging
import os
import time
from pathlib import Path
from typing import Any

from axolotl.integrations.base import BasePlugin

from medlong.errors import ConfigError
from medlong.hashing import digest
from medlong.training import data, provenance
from medlong.training.fit import fits
from medlong.training.lint.lengths import too_long
from medlong.training.recipe import data_paths

LOG = logging.getLogger(__name__)
NOT_IN_THE_CACHE_KEY = ("seed", "shuffle_merged_datasets", "excess_length_strategy")


class MedlongPlugin(BasePlugin):  # type: ignore[misc]
    """Checks the data before training and writes medlong_run.json after it."""

    def __init__(self) -> None:
        super().__init__()
        self._recipe: dict[str, Any] = {}
        self._typed_path: str | None = None
        self._start = provenance.Known()
        self._trainer: Any = None
        self._done: provenance.Progress | None = None
        self._started = time.monotonic()

    def get_input_args(self) -> str:
        """Return the name of the model of the plugin's keys."""
        return "medlong.training.plugin_args.MedlongArgs"

    def register(self, cfg: Any) -> None:
        """Keep the recipe as typed, with its command-line options, and stop Axolotl's telemetry."""
        _stop_telemetry()
        self._started = time.monotonic()
        self._recipe = cfg.to_dict() if hasattr(cfg, "to_dict") else dict(cfg)
        path = self._recipe.get("axolotl_config_path")
        self._typed_path = str(path) if path is not None else None
        if self._recipe.get("merge_lora") and self._recipe.get("output_dir"):
            provenance.forget_merged(Path(self._recipe["output_dir"]))

    def load_datasets(self, cfg: Any, preprocess: bool = False) -> None:
        """Provide the mixture, name its file, note what the run starts from, and give the cache a folder of its own.

        Axolotl's cache is found by the data's path and format alone: another seed would reuse it unseen.

        Raises:
            ConfigError: If the data is not the mixture the recipe names, or rows of it are too long and would go.
            DataError: If the mixture cannot be built.
        """
        mixture_id = data.provide(self._recipe)
        for entry in cfg.datasets or []:
            if isinstance(entry.get("path"), str):
                entry["path"] = data.filled(entry["path"], mixture_id)
        if mixture_id is not None and _is_first_process():
            _refuse_losses(self._recipe, mixture_id)
        self._start = provenance.known(self._recipe, self._typed_path, mixture_id)
        if not _has_accelerator():
            cfg.device_map = {"": "cpu"}  # with several processes Axolotl names a device by its rank
        if cfg.dataset_prepared_path:
            key = digest([cfg[name] for name in NOT_IN_THE_CACHE_KEY])[:8]
            cfg.dataset_prepared_path = str(Path(cfg.dataset_prepared_path) / f"seed{cfg.seed}-{key}")

    def pre_model_load(self, cfg: Any) -> None:
        """Seed what draws random weights; Axolotl leaves it to the trainer, which is made after the model."""
        _seed(cfg)

    def pre_lora_load(self, cfg: Any, model: Any) -> None:
        """Seed again before the adapter's first weights are drawn, whatever loading the model has drawn."""
        _seed(cfg)

    def post_trainer_create(self, cfg: Any, trainer: Any) -> None:
        """Keep the trainer for its history, and retire the record of an earlier run."""
        self._trainer = trainer
        if _is_first_process():
            provenance.retire(Path(cfg.output_dir))

    def post_train(self, cfg: Any, model: Any) -> None:
        """Take the history from the trainer and let go of it, so that its memory can be freed."""
        if self._trainer is not None:
            revision = getattr(getattr(model, "config", None), "_commit_hash", None)
            self._done = provenance.progress(self._trainer.state, revision)
            self._trainer = None

    def post_train_unload(self, cfg: Any) -> None:
        """Write medlong_run.json, in the first process alone, once the model is saved."""
        if self._done is None or not _is_first_process():
            return
        wall_seconds = time.monotonic() - self._started
        content = provenance.record(self._recipe, self._typed_path, self._start, self._done, wall_seconds)
        provenance.write(Path(cfg.output_dir), content, self._start.manifest, provenance.curve_lines(self._done))


def _refuse_losses(recipe: dict[str, Any], mixture_id: str) -> None:
    """Refuse a training whose sequences are too short for rows of its mixture; warn where the recipe has them cut.

    Axolotl drops such rows, and says so among a hundred other lines; what is trained on then is another mixture.
    """
    folder = Path(data.filled(data_paths(recipe)[0], mixture_id)).parent
    if not (folder / "index.jsonl").is_file():
        return
    found = list(too_long(recipe, fits(recipe, folder) or []))
    refused = [fault.message for fault in found if fault.severity == "error"]
    if refused:
        raise ConfigError("\n".join(f"sequence_len: {message}" for message in refused))
    for fault in found:
        LOG.warning("sequence_len: %s", fault.message)


def _seed(cfg: Any) -> None:
    from transformers import set_seed

    if cfg.seed is not None:
        set_seed(cfg.seed)


def _has_accelerator() -> bool:
    import torch

    return bool(torch.accelerator.is_available())


def _is_first_process() -> bool:
    return int(os.environ.get("RANK", "0")) == 0


def _stop_telemetry() -> None:
    """Switch Axolotl's telemetry off from here on, unless the user has decided about it.

    Its first event is sent before any plugin is loaded, so only the variable stops everything.
    """
    if "AXOLOTL_DO_NOT_TRACK" in os.environ:
        return
    from axolotl.telemetry.manager import TelemetryManager

    os.environ["AXOLOTL_DO_NOT_TRACK"] = "1"
    TelemetryManager.get_instance().enabled = False
