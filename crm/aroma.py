"""What a wine probably tastes of, told from its type, grapes, body and acidity.

A rule of thumb after what tasting notes usually say of a grape; nobody has tasted these bottles for it. Each axis, from
0 to 100, begins at the value of the wine's type, moves by the mean of its grapes, and by what is known of body and
acidity:

| axis | the type's | plus |
|---|---|---|
| fruit | `TYPES` | mean of the grapes |
| floral | `TYPES` | mean of the grapes |
| spice | `TYPES` | mean of the grapes, (body - 50) / 5 |
| mineral | `TYPES` | mean of the grapes, (acidity - 50) / 2 |
| acidity | | the acidity as told: low 25, medium 50, high 75; 10 more where it sparkles |
| body | | the body as told, from 10 for very light to 90 for very full |
| tannin | `TYPES` | mean of the grapes, (body - 50) / 4 |

A grape that `GRAPES` does not name counts as 0 on every axis. Whole numbers throughout (a fraction is rounded down),
cut off at 0 and 100.
"""

from __future__ import annotations

from collections.abc import Sequence

from .values import HIGHEST, LOWEST, AromaAxes

#: fruit, floral, spice, mineral, tannin by type.
TYPES: dict[str, tuple[int, int, int, int, int]] = {
    "Red": (55, 20, 40, 20, 55),
    "White": (50, 35, 15, 45, 5),
    "Rosé": (60, 35, 15, 30, 10),
    "Sparkling": (50, 35, 15, 45, 5),
    "Dessert": (70, 40, 25, 15, 10),
    "Dessert/Port": (75, 20, 50, 10, 45),
}

#: By how much a grape moves fruit, floral, spice, mineral and tannin.
GRAPES: dict[str, tuple[int, int, int, int, int]] = {
    "Albariño": (10, 10, 0, 20, 0),
    "Alicante Bouschet": (5, -5, 10, 0, 15),
    "Alvarinho": (10, 10, 0, 20, 0),
    "Aragonez": (5, 0, 10, 0, 5),
    "Assyrtiko": (0, 0, 0, 30, 0),
    "Barbera": (15, 0, 0, 5, -20),
    "Brachetto": (25, 30, -15, 0, -30),
    "Cabernet Franc": (0, 10, 15, 10, 5),
    "Cabernet Sauvignon": (5, -5, 15, 5, 20),
    "Carmenère": (0, 0, 25, 0, 5),
    "Chardonnay": (5, 0, 5, 10, 0),
    "Cinsault": (10, 15, 0, 5, -15),
    "Corvina": (15, 5, 5, 0, -5),
    "Gamay Noir": (20, 15, -10, 10, -25),
    "Garnacha": (15, 0, 15, 0, -10),
    "Grenache": (15, 0, 15, 0, -10),
    "Loureiro": (5, 30, 0, 10, 0),
    "Malbec": (15, 10, 5, 0, 5),
    "Merlot": (15, 0, 0, 0, 0),
    "Mourvedre": (0, -5, 25, 5, 20),
    "Muscat of Hamburg": (25, 35, 0, 0, -5),
    "Muscat/Moscato": (25, 40, 0, -10, 0),
    "Nebbiolo": (-5, 25, 15, 15, 35),
    "Negroamaro": (10, -5, 15, 0, 10),
    "Pedro Ximenez": (15, -20, 25, -5, 0),
    "Petit Verdot": (5, 15, 15, 0, 25),
    "Petite Sirah": (10, -5, 15, 0, 25),
    "Pinot Grigio": (5, 5, 0, 5, 0),
    "Pinot Gris": (10, 5, 10, 0, 0),
    "Pinot Noir": (15, 15, 0, 10, -20),
    "Primitivo": (25, -5, 15, -5, 0),
    "Riesling": (10, 25, 0, 30, 0),
    "Sangiovese": (10, 5, 10, 5, 10),
    "Saperavi": (10, 0, 10, 5, 15),
    "Sauvignon Blanc": (10, 10, 5, 20, 0),
    "Syrah/Shiraz": (5, 5, 30, 0, 10),
    "Sémillon": (10, 5, 0, 0, 0),
    "Tempranillo": (5, 0, 10, 0, 5),
    "Tinta Roriz": (5, 0, 10, 0, 5),
    "Touriga Franca": (10, 20, 5, 0, 5),
    "Touriga Nacional": (10, 25, 10, 0, 15),
    "Zinfandel": (25, -5, 20, -5, 0),
}
UNNAMED = (0, 0, 0, 0, 0)

BODIES: dict[str, int] = {
    "Very light-bodied": 10,
    "Light-bodied": 30,
    "Medium-bodied": 50,
    "Full-bodied": 70,
    "Very full-bodied": 90,
}
ACIDITIES: dict[str, int] = {"Low": 25, "Medium": 50, "High": 75}
SPARKLE = 10


def aroma_of(*, wine_type: str, grapes: Sequence[str], body: str, acidity: str) -> AromaAxes:
    """The seven axes of a wine, in X-Wines' words; see the module. KeyError for a word that is none of them."""
    known = [GRAPES.get(grape, UNNAMED) for grape in grapes] or [UNNAMED]
    means = [sum(moved) // len(known) for moved in zip(*known, strict=True)]
    fruit, floral, spice, mineral, tannin = (
        base + mean for base, mean in zip(TYPES[wine_type], means, strict=True)
    )
    weight, sourness = BODIES[body], ACIDITIES[acidity]
    return AromaAxes(
        fruit=_cut(fruit),
        floral=_cut(floral),
        spice=_cut(spice + (weight - 50) // 5),
        mineral=_cut(mineral + (sourness - 50) // 2),
        acidity=_cut(sourness + (SPARKLE if wine_type == "Sparkling" else 0)),
        body=weight,
        tannin=_cut(tannin + (weight - 50) // 4),
    )


def _cut(value: int) -> int:
    return max(LOWEST, min(HIGHEST, value))
