"""Families of recipes: models, methods, lengths and hardware in a grid, from shared groups of keys."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from medlong import catalog
from medlong.config import Strict, load_yaml
from medlong.errors import ConfigError
from medlong.training.blocks import Section, filled, written
from medlong.training.data import ID_TO_COME
from medlong.training.memory import Memory, estimate
from medlong.training.shared import Model, Parts, parts

FAMILY = "_family.yaml"

TOKENS_PER_STEP = 1 << 16
"""Of an optimizer step, wherever the GPUs do not already take more at once."""

TOKENS_AT_ONCE = 8192
"""Of one GPU, wherever a sequence is not already longer."""

CARDS = {16: 15, 24: 23, 48: 46, 80: 79, 141: 139}
"""Gigabytes a GPU is sold with -> GiB of it that a training can use."""

TAGS = ("cce", "fsdp2", "zero3", "ray")
"""Groups of keys that are in the name of a recipe, since the same recipe exists without them."""

EXTRAS = {"zero3": "deepspeed", "ray": "ray"}


class Grid(Strict):
    """Recipes that differ in model, method, length, mixture and seed alone: one for each combination."""

    models: list[str] = Field(min_length=1)
    methods: list[Literal["lora", "qlora", "full"]] = Field(min_length=1)
    lengths: list[int] = Field(min_length=1)
    """Tokens of a sequence."""

    sections: list[str] = Field(default_factory=list)
    """Groups of keys beside those of every recipe and of the method."""

    mixtures: list[str] = Field(min_length=1)
    """Mixture files from the repository root; a study may name a file of many and means them all."""

    seeds: list[int] = Field(default=[42], min_length=1)
    gpus: int = Field(default=1, ge=1)
    """On each node."""

    nodes: int = Field(default=1, ge=1)
    cp: int = Field(default=1, ge=1)
    """GPUs that share one sequence."""

    set: dict[str, Any] = Field(default_factory=dict)
    """Keys with another value than their group of keys has."""

    tag: str | None = Field(default=None, pattern=r"^[a-z0-9]+$")
    """In the name of each recipe, where `set` is all that it differs in."""


class Family(Strict):
    """The recipes of one folder."""

    medlong_family: Literal[1]
    grids: list[Grid] = Field(min_length=1)


class Recipe(NamedTuple):
    """One recipe to be."""

    name: str
    """Of its file."""

    run: str
    """Its folder under runs/."""

    path: str
    """Its file, as one types it."""

    keys: dict[str, Any]
    memory: Memory
    text: str


def rendered(path: Path, mark: str) -> dict[Path, str]:
    """Return the text of every recipe that the family at `path` declares, by its file.

    Raises:
        ConfigError: If the family is not what it should be, or a recipe of it fits no GPU.
    """
    family = path.parent.name
    found: dict[Path, str] = {}
    known = parts()
    for grid in load_yaml(path, Family).grids:
        for key, method, length, mixture, seed in cells(grid, path, known):
            size = "" if key == family else key.removeprefix(f"{family}_") + "_"
            name = f"{size}{method}_{length // 1024}k{_tags(grid)}"
            target = f"recipes/{family}/{name}.yaml"
            recipe = made(known, grid, key, method, length, mixture, seed, (name, f"{family}_{name}", target), mark)
            if path.with_name(f"{name}.yaml") in found:
                raise ConfigError(f"{path}: two recipes are named {name}; take one away")
            found[path.with_name(f"{name}.yaml")] = recipe.text
    return found


def cells(grid: Grid, path: Path, known: Parts) -> Iterator[tuple[str, str, int, str, int]]:
    """Yield model, method, length, mixture and seed of every recipe of a grid.

    Raises:
        ConfigError: If it names a model or group of keys that does not exist.
    """
    for key in grid.models:
        if key not in known.models:
            raise ConfigError(f"{path}: {catalog.unknown('model', key, known.models)}")
    for name in grid.sections:
        if name not in known.shared.sections:
            raise ConfigError(f"{path}: {catalog.unknown('group of keys', name, known.shared.sections)}")
    yield from product(grid.models, grid.methods, grid.lengths, grid.mixtures, grid.seeds)


def made(
    known: Parts,
    grid: Grid,
    key: str,
    method: str,
    length: int,
    mixture: str,
    seed: int,
    places: tuple[str, str, str],
    mark: str,
) -> Recipe:
    """Return one recipe of a grid; `places` are its name, its run and its file as one types it.

    Raises:
        ConfigError: If the model cannot take the length, or no GPU the recipe.
    """
    model = known.models[key]
    if length > model.window and not any(name.endswith("_yarn") for name in grid.sections):
        raise ConfigError(f"{known.path}: {model.title} has {model.window} positions; {places[0]} asks for {length}")
    name, run, path = places
    values = {**_sizes(grid, length), "name": name, "run": run, "mixture": mixture, "seed": seed}
    values |= {"hub": model.folder or model.hub, "revision": None if model.folder else model.revision}
    values |= {"chat_template": model.chat_template}
    values |= {"layer": model.type.partition("_")[0].capitalize() + "DecoderLayer", "mixture_id": ID_TO_COME}
    sections = _latest(list(_sections(known, grid, method, model, values)))
    keys = {key: value for section in sections for key, value in section.keys.items()}
    if strange := next((key for key in grid.set if key not in keys), None):
        raise ConfigError(f"{name}: set: {catalog.unknown('key in its groups', strange, keys)}")
    memory = estimate(keys, model.shape.facts(), grid.gpus * grid.nodes)
    values |= _told(grid, model, memory, name, keys["attn_implementation"] == "flash_attention_2")
    values |= {"train": train(grid, path), "merge": _merge(method, path), "what": _what(grid, method, length)}
    values |= {"merged": "/merged" if method != "full" else "", "task": f"{length // 1024:03d}k"}
    header = filled(known.path, known.shared.header, values)
    return Recipe(name, run, path, keys, memory, written(header, mark, sections))


def _sizes(grid: Grid, length: int) -> dict[str, int]:
    copies = grid.gpus * grid.nodes // grid.cp
    micro = max(1, TOKENS_AT_ONCE // length)
    accumulate = max(1, TOKENS_PER_STEP // (micro * length * copies))
    return {
        "length": length,
        "micro": micro,
        "accumulate": accumulate,
        "tokens_per_step": accumulate * micro * length * copies,
        "cp": grid.cp,
        "nodes": grid.nodes,
        "gpus": grid.gpus * grid.nodes,
        "shard": grid.gpus // grid.cp,
    }


def _sections(known: Parts, grid: Grid, method: str, model: Model, values: Mapping[str, Any]) -> Iterator[Section]:
    """The groups of a recipe, filled, with all plugins in one list."""
    wanted = {*known.shared.always, method, *grid.sections}
    chosen = {name: section for name, section in known.shared.sections.items() if name in wanted}
    plugins = [plugin for section in chosen.values() for plugin in section.keys.get("plugins", [])]
    for name, section in chosen.items():
        keys = dict(section.keys)
        if name == "model":
            keys |= model.keys
        elif name in ("lora", "qlora"):
            keys |= model.lora
        if "plugins" in keys and name == "data":
            keys["plugins"] = plugins
        elif "plugins" in keys:
            del keys["plugins"]
        keys |= {key: value for key, value in grid.set.items() if key in keys}
        full = {key: filled(known.path, value, values) for key, value in keys.items()}
        note = filled(known.path, section.note, values)
        if name == "model" and model.folder:
            note = f"The base model, a folder: {model.hub}."
        elif name == "model" and model.revision is None:
            note = "The base model. No commit is pinned, so `main` is loaded, which moves: add revision_of_model."
        yield Section(note=note, keys={key: value for key, value in full.items() if value is not None})


def _latest(sections: list[Section]) -> list[Section]:
    """The groups without the keys that a later one has too; one that keeps none is left out."""
    kept = []
    for number, section in enumerate(sections):
        later = {key for other in sections[number + 1 :] for key in other.keys}
        keys = {key: value for key, value in section.keys.items() if key not in later}
        kept += [Section(note=section.note, keys=keys)] if keys else []
    return kept


def _told(grid: Grid, model: Model, memory: Memory, name: str, flash: bool) -> dict[str, str]:
    size = next((size for size, usable in CARDS.items() if memory.total <= usable), None)
    if size is None:
        raise ConfigError(f"{name}: needs {memory.total:.0f} GiB on each GPU, which none has; give it more GPUs")
    count = grid.gpus * grid.nodes
    hardware = f"{count} GPUs" if count > 1 else "1 GPU"
    if grid.nodes > 1:
        hardware += f" ({grid.nodes} nodes of {grid.gpus})"
    hardware += f" with {size} GB or more{' each' if count > 1 else ''}{_start(grid)}"
    cpu = on_cpu(grid)
    attention = ["ring-flash-attn" if grid.cp > 1 else "flash-attn"] if flash else []
    extras = ",".join([*attention, *(extra for section, extra in EXTRAS.items() if section in grid.sections)])
    told = {part: f"{gib:.1f}" for part, gib in memory._asdict().items()}
    return told | {
        "title": model.title,
        "licence": model.licence,
        "hardware": "CPU cores alone, no GPU" if cpu else hardware,
        "each": "in all" if cpu else "on each GPU",
        "extra": f"axolotl{f'[{extras}]' if extras else ''}==0.19.0",
        "also": "; cut_cross_entropy (see below)" if "cce" in grid.sections else "",
        "total": f"{memory.total:.0f}",
    }


def _what(grid: Grid, method: str, length: int) -> str:
    how = {"lora": "LoRA", "qlora": "QLoRA", "full": "all weights"}[method]
    count = grid.gpus * grid.nodes
    several = f"{count} GPUs" + (f" on {grid.nodes} nodes" if grid.nodes > 1 else "")
    where = "CPUs" if on_cpu(grid) else "one GPU" if count == 1 else several
    ways = {"fsdp2": "FSDP2", "zero3": "DeepSpeed ZeRO-3", "context_parallel": "context parallel", "ray": "Ray"}
    by = [told for section, told in ways.items() if section in grid.sections]
    return f"{how}, sequences of {length:,} tokens, {where}" + (f" ({', '.join(by)})" if by else "")


def on_cpu(grid: Grid) -> bool:
    """Return whether the recipes of a grid need no GPU."""
    return "cpu" in grid.sections


def train(grid: Grid, path: str) -> str:
    """Return the command that trains the recipe at `path` on the hardware of its grid."""
    if "ray" in grid.sections:
        return f"RAY_CHDIR_TO_TRIAL_DIR=0 axolotl train {path} --use-ray"
    if grid.nodes > 1:
        rendezvous = "--rdzv_backend c10d --rdzv_id $RUN --rdzv_endpoint $HEAD:29500"
        launch = f"--nnodes {grid.nodes} --nproc_per_node {grid.gpus} {rendezvous}"
        return f"axolotl train {path} --launcher torchrun -- \\\n          {launch}"
    if grid.gpus > 1:
        return f"axolotl train {path} --launcher torchrun -- --nproc_per_node {grid.gpus}"
    return f"axolotl train {path}"


def _start(grid: Grid) -> str:
    if "ray" in grid.sections:
        return "; one Ray cluster, where Train runs once"
    return "; Train runs on every node, $HEAD is one of them" if grid.nodes > 1 else ""


def _merge(method: str, path: str) -> str:
    return f"axolotl merge-lora {path}" if method != "full" else "not needed, all weights are in the run's folder"


def _tags(grid: Grid) -> str:
    tags = [tag for tag in TAGS if tag in grid.sections]
    tags += [f"cp{grid.cp}"] if grid.cp > 1 else []
    tags += [f"{grid.gpus}gpu"] if grid.gpus > 1 else []
    tags += [f"{grid.nodes}nodes"] if grid.nodes > 1 else []
    tags += [grid.tag] if grid.tag else []
    return "".join(f"_{tag}" for tag in tags)
