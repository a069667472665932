"""The keys that the Axolotl plugin adds to a recipe."""

from pydantic import BaseModel, Field


class MedlongArgs(BaseModel):
    """Keys of `medlong.training.plugin.MedlongPlugin`; Axolotl merges them into its own schema."""

    medlong_mixture: str | None = Field(
        default=None,
        json_schema_extra={"description": "The mixture file this recipe trains on, such as mixtures/half_general.yaml"},
    )
