"""Value objects shared by the apps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

CURRENCY_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, order=False)
class Money:
    """An amount and its ISO 4217 currency. A price is never negative: ValueError."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            object.__setattr__(self, "amount", Decimal(str(self.amount)))
        if not self.amount.is_finite() or self.amount < 0:
            raise ValueError(f"A price cannot be negative: {self.amount}")
        if not CURRENCY_CODE.fullmatch(self.currency):
            raise ValueError(f"Not an ISO 4217 currency code: {self.currency!r}")

    def __str__(self) -> str:
        return f"{self.amount:.2f} {self.currency}"
