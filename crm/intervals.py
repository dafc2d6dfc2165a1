"""How sure a difference between two groups is: intervals of 95 %.

Shares: Wilson's score interval (E. B. Wilson, JASA 22, 1927) for one, and for a difference the hybrid of two of them
without continuity correction, method 10 of R. G. Newcombe, "Interval estimation for the difference between independent
proportions: comparison of eleven methods", Statistics in Medicine 17, 1998, 873–890. It holds its 95 % for small groups
and rare purchases, and stays between −1 and 1, which the usual p ± 1.96 s does not.

Means: B. L. Welch's t with unequal variances (Biometrika 34, 1947).
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist

from scipy.special import stdtrit

LEVEL = 0.95
Z = NormalDist().inv_cdf((1 + LEVEL) / 2)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The interval of a share of `hits` in `n` > 0."""
    share = hits / n
    middle = share + Z * Z / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def newcombe(hits: int, n: int, other_hits: int, other_n: int) -> tuple[float, float]:
    """The interval of the difference of two shares, the first less the other; both n > 0."""
    share, other = hits / n, other_hits / other_n
    (low, high), (other_low, other_high) = wilson(hits, n), wilson(other_hits, other_n)
    difference = share - other
    return (
        difference - sqrt((share - low) ** 2 + (other_high - other) ** 2),
        difference + sqrt((high - share) ** 2 + (other - other_low) ** 2),
    )


def welch(
    mean: float, variance: float, n: int, other_mean: float, other_variance: float, other_n: int
) -> tuple[float, float] | None:
    """The interval of the difference of two means; None where nothing varies or a group has fewer than two."""
    if min(n, other_n) < 2:
        return None
    mine, others = variance / n, other_variance / other_n
    if not mine + others:
        return None
    freedom = (mine + others) ** 2 / (mine**2 / (n - 1) + others**2 / (other_n - 1))
    half = float(stdtrit(freedom, (1 + LEVEL) / 2)) * sqrt(mine + others)
    return mean - other_mean - half, mean - other_mean + half
