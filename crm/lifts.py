"""What a run brought, as a value: two groups of customers side by side, and how sure the difference is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .intervals import newcombe, welch

#: With fewer customers than this in a group nothing is said about a difference.
ENOUGH = 30


class Verdict(StrEnum):
    """What the interval of the difference says."""

    TOO_FEW = "TOO_FEW"
    NONE_SHOWN = "NONE_SHOWN"
    MORE = "MORE"
    FEWER = "FEWER"


@dataclass(frozen=True)
class Group:
    """So many customers, those of them who bought, and what they spent, in cents; `variance` is of the customers'."""

    customers: int = 0
    buyers: int = 0
    cents: int = 0
    variance: float = 0.0

    @property
    def share(self) -> float | None:
        """Of the customers those who bought, 0…1; None for none."""
        return self.buyers / self.customers if self.customers else None

    @property
    def mean(self) -> float | None:
        """What a customer spent on average, in the currency's unit."""
        return self.cents / 100 / self.customers if self.customers else None


@dataclass(frozen=True)
class Comparison:
    """Those who may be contacted against the holdout. Differences are None where a group is too small."""

    treated: Group = field(default_factory=Group)
    holdout: Group = field(default_factory=Group)

    @property
    def is_enough(self) -> bool:
        return min(self.treated.customers, self.holdout.customers) >= ENOUGH

    @property
    def difference(self) -> float | None:
        """By how much the share of buyers is higher, −1…1."""
        return self._share(self.treated) - self._share(self.holdout) if self.is_enough else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the true difference is, 95 % sure."""
        if not self.is_enough:
            return None
        return newcombe(
            *(self.treated.buyers, self.treated.customers, self.holdout.buyers, self.holdout.customers)
        )

    @property
    def low(self) -> float | None:
        return self.interval[0] if self.interval else None

    @property
    def high(self) -> float | None:
        return self.interval[1] if self.interval else None

    @property
    def relative(self) -> float | None:
        """The difference as a part of the holdout's share; None where nobody of the holdout bought."""
        if self.difference is None or not self.holdout.buyers:
            return None
        return self.difference / self._share(self.holdout)

    @property
    def verdict(self) -> Verdict:
        if self.interval is None:
            return Verdict.TOO_FEW
        low, high = self.interval
        return Verdict.MORE if low > 0 else Verdict.FEWER if high < 0 else Verdict.NONE_SHOWN

    @property
    def amount_difference(self) -> float | None:
        """By how much a customer spent more on average, in the currency's unit."""
        if not self.is_enough:
            return None
        return (self.treated.mean or 0.0) - (self.holdout.mean or 0.0)

    @property
    def amount_interval(self) -> tuple[float, float] | None:
        """Where the true difference of the amounts is, 95 % sure."""
        if not self.is_enough:
            return None
        found = welch(
            *(self.treated.mean or 0.0, self.treated.variance / 1e4, self.treated.customers),
            *(self.holdout.mean or 0.0, self.holdout.variance / 1e4, self.holdout.customers),
        )
        return found

    @staticmethod
    def _share(group: Group) -> float:
        return group.share or 0.0


@dataclass(frozen=True)
class ScenarioLift:
    """A comparison among the customers with an item of one scenario; who has several scenarios is in several."""

    scenario: str
    any_purchase: Comparison
    recommended: Comparison


@dataclass(frozen=True)
class Credit:
    """Lines credited with one outcome, and their amount in the lift's currency."""

    outcome: str
    lines: int
    cents: int


@dataclass(frozen=True)
class Lift:
    """What came of a run: by intention to treat, so who was to be contacted counts as treated, contacted or not.

    The groups differ by a hash alone, so a difference in `any_purchase` is the run's doing or chance. `recommended`
    counts only purchases of the very products that the run had for the customer, in the holdout too. Customers whom a
    merge put into both groups are in none (`mixed`). Amounts are in `currency`, the one that most lines have.
    """

    run: Any
    start: datetime
    end: datetime
    any_purchase: Comparison
    recommended: Comparison
    scenarios: tuple[ScenarioLift, ...]
    credits: tuple[Credit, ...]
    contacted: int
    mixed: int
    currency: str
    has_other_currencies: bool
    is_open: bool

    @property
    def treated(self) -> Group:
        return self.any_purchase.treated

    @property
    def holdout(self) -> Group:
        return self.any_purchase.holdout

    @property
    def difference(self) -> float | None:
        return self.any_purchase.difference

    @property
    def low(self) -> float | None:
        return self.any_purchase.low

    @property
    def high(self) -> float | None:
        return self.any_purchase.high
