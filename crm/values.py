"""Frozen value objects of this app."""

from __future__ import annotations

from dataclasses import asdict, astuple, dataclass, fields

LOWEST, HIGHEST = 0, 100


@dataclass(frozen=True)
class AromaAxes:
    """What a wine tastes of, on seven axes from 0 (nothing of it) to 100 (nothing stronger). ValueError otherwise."""

    fruit: int
    floral: int
    spice: int
    mineral: int
    acidity: int
    body: int
    tannin: int

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if isinstance(value, bool) or not isinstance(value, int) or not LOWEST <= value <= HIGHEST:
                raise ValueError(f"{name} is a whole number from {LOWEST} to {HIGHEST}, not {value!r}")

    def as_dict(self) -> dict[str, int]:
        """{axis: value} in the order of the axes."""
        return asdict(self)

    def as_columns(self) -> dict[str, int]:
        """The same under the names of a product's columns."""
        return dict(zip(AROMA_COLUMNS, astuple(self), strict=True))


#: The axes in their order, and a product's columns that hold them.
AXES: tuple[str, ...] = tuple(each.name for each in fields(AromaAxes))
AROMA_COLUMNS: tuple[str, ...] = tuple(f"aroma_{axis}" for axis in AXES)
