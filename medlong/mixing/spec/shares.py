"""Exact numbers: shares as fractions, never as binary floats."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Annotated

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from medlong.catalog import unknown


def exact_share(value: object) -> Fraction:
    """Return a share exactly as it was typed.

    A YAML float is read back from its shortest text, so that 0.29 is 29/100 and not the binary
    number beside it; `int(0.29 * 100)` is 28.

    Raises:
        ValueError: If `value` is not a number from 0 to 1, a decimal text, or a ratio such as "1/3".
    """
    usable = isinstance(value, int | float | str | Fraction) and not isinstance(value, bool)
    try:
        share = Fraction(repr(value) if isinstance(value, float) else str(value).strip()) if usable else None
    except (ValueError, ZeroDivisionError):
        share = None
    if share is None or not 0 <= share <= 1:
        raise ValueError("must be a share from 0 to 1, such as 0.25 or 1/3")
    return share


def share_text(share: Fraction) -> str:
    """Return `share` as a decimal when it has an exact one, otherwise as a ratio."""
    rest = share.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return str(share)
    digits = 0
    while (share * 10**digits).denominator != 1:
        digits += 1
    return f"{float(share):.{digits}f}"


def must_sum_to_one(shares: dict[str, Fraction]) -> dict[str, Fraction]:
    """Return `shares`.

    Raises:
        ValueError: If their sum is not exactly 1.
    """
    total = sum(shares.values(), Fraction(0))
    if total != 1:
        raise ValueError(f"shares sum to {share_text(total)}, must be 1")
    return shares


def same_names(found: Mapping[str, Fraction | int], wanted: Iterable[str], what: str) -> None:
    """Check that `found` has a value for each name of `wanted` and for no other; `what` says what they name.

    Raises:
        ValueError: Naming the first name too many or missing.
    """
    wanted = list(wanted)
    for name in found:
        if name not in wanted:
            raise ValueError(unknown(what, name, wanted))
    missing = [name for name in wanted if name not in found]
    if missing:
        raise ValueError(f"{what} {missing[0]!r} has no value here; give every {what} one (0 is allowed)")


SHARE_SCHEMA = {
    "anyOf": [
        {"type": "number", "minimum": 0, "maximum": 1},
        {"type": "string", "pattern": r"^\s*[0-9.]+([eE]-?[0-9]+)?(/[0-9]+)?\s*$"},
    ],
    "description": "A share from 0 to 1, such as 0.25 or 1/3.",
}
Share = Annotated[Fraction, PlainValidator(exact_share), PlainSerializer(str), WithJsonSchema(SHARE_SCHEMA)]
Shares = Annotated[dict[str, Share], Field(min_length=1), AfterValidator(must_sum_to_one)]
Takes = Annotated[dict[str, Share], Field(min_length=1)]
Whole = Annotated[int, Field(strict=True, ge=0)]
Positive = Annotated[int, Field(strict=True, gt=0)]
