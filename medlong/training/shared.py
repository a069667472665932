"""What the families of recipes share: models and groups of keys, each declared once in recipes/_shared."""

from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field

from medlong import catalog
from medlong.config import Strict, load_yaml
from medlong.training.blocks import Section
from medlong.training.memory import ModelFacts

SHARED = "_shared"


class Shape(Strict):
    """The numbers of a model's config.json that its memory follows from."""

    parameters: int
    layers: int
    hidden: int
    intermediate: int
    heads: int
    kv_heads: int
    head_dim: int
    vocab: int
    tied: bool

    def facts(self) -> ModelFacts:
        """Return them as the memory estimate takes them."""
        return ModelFacts(**self.model_dump())


class Model(Strict):
    """A base model on the hub."""

    title: str
    hub: str
    revision: str | None = Field(default=None, pattern=r"^[0-9a-f]{40}$")
    """A whole commit; without one, `main` is loaded, which moves."""

    folder: str | None = None
    """Where it lies on this machine; then nothing is taken from the hub."""

    shipped: str | None = None
    """Its name for `medlong model`, if a package has it."""

    licence: str
    type: str
    """Its model_type in transformers."""

    window: int
    """The most positions it was made for."""

    chat_template: str
    keys: dict[str, Any] = Field(default_factory=dict)
    """Keys that only this model needs."""

    lora: dict[str, Any] = Field(default={"lora_target_linear": True})
    """Where an adapter goes."""

    shape: Shape


class Models(Strict):
    """The file of all models."""

    medlong_models: Literal[1]
    models: dict[str, Model]


class Shared(Strict):
    """The file of all groups of keys."""

    medlong_sections: Literal[1]
    always: list[str]
    """Groups that every recipe has."""

    header: str
    """Comment at the top of every recipe."""

    sections: dict[str, Section]
    """In the order they are written."""


class Parts(NamedTuple):
    """What recipes are made of, and where it was read."""

    path: Path
    models: dict[str, Model]
    shared: Shared


def parts() -> Parts:
    """Return the shared declarations of the `recipes` folder.

    Raises:
        ConfigError: If one of them is not what it should be.
    """
    folder = catalog.folder("recipes") / SHARED
    path = folder / "sections.yaml"
    return Parts(path, load_yaml(folder / "models.yaml", Models).models, load_yaml(path, Shared))


def facts(base_model: str) -> ModelFacts | None:
    """Return the shape of the model of this name on the hub, if it is one of the shared declarations.

    Raises:
        ConfigError: If one of them is not what it should be.
    """
    return next((model.shape.facts() for model in parts().models.values() if model.hub == base_model), None)
