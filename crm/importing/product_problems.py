"""What may be wrong with a row of products, and what is worth a note."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ..models.audit import Severity
from ..values import AROMA_COLUMNS
from .problems import Problem, Problems, note

MISSING_KEY = Problem("missing_product", "product_key", _("The product is missing."))
LONG_KEY = Problem("too_long", "product_key", _("The product key is longer than 100 characters."))
GONE = Problem("product_in_trash", "product_key", _("The product “%(value)s” is in the trash."))
MISSING_LABEL = Problem("missing_label", "label", _("The product is new, and the row does not name it."))
LONG_LABEL = Problem("too_long", "label", _("The label is longer than 255 characters."))
LONG_GRAPE = Problem("too_long", "grape", _("The grape is longer than 100 characters."))
LONG_PRODUCER = Problem("too_long", "producer", _("The producer is longer than 100 characters."))
LONG_CATEGORY = Problem("too_long", "category", _("The category is longer than 100 characters."))
BAD_FAMILY = Problem("bad_choice", "family", _("“%(value)s” is no family of wines."))
BAD_SUGAR = Problem("bad_choice", "sugar", _("“%(value)s” does not say how sweet the wine is."))
BAD_BUDGET = Problem("bad_choice", "budget", _("“%(value)s” is no price band."))
BAD_SEASONS = Problem(
    "bad_choice", "season_tags", _("“%(value)s” is no list of seasons, separated by ; or , or |.")
)
BAD_VINTAGE = Problem("bad_vintage", "vintage", _("“%(value)s” is no year from 1700 to 2200."))
BAD_PRICE = Problem("bad_price", "price", _("“%(value)s” is no price of two decimals at most."))
NEGATIVE_PRICE = Problem("negative_price", "price", _("The price “%(value)s” is negative."))
BAD_CURRENCY = Problem("bad_currency", "currency", _("“%(value)s” is no currency such as EUR."))
BAD_TIER = Problem("bad_tier", "premium_tier", _("“%(value)s” is no tier from 1 to 5."))
BAD_ACTIVITY = Problem("bad_truth", "is_active", _("“%(value)s” is neither yes nor no."))
BAD_AROMAS = {
    name: Problem("bad_aroma", name, _("“%(value)s” is no whole number from 0 to 100."))
    for name in AROMA_COLUMNS
}
SOME_AROMAS = Problem("some_aromas", AROMA_COLUMNS[0], _("Give all seven aromas, or none."))
AMBIGUOUS = Problem(
    "ambiguous_key", "product_key", _("Several rows are of this product, and they do not say the same.")
)
REPEAT = note("exact_repeat", "product_key", _("The row repeats an earlier one exactly."), Severity.WARNING)
KEY_CASE = note("key_case", "product_key", _("“%(value)s” is written in several ways in this file."))
NAME_TAKEN = note(
    "name_taken",
    "label",
    _("“%(value)s” stands for another product already: files that give this label alone mean that one."),
)

PROBLEMS = Problems(
    [
        *(MISSING_KEY, LONG_KEY, GONE, MISSING_LABEL, LONG_LABEL, LONG_GRAPE, LONG_PRODUCER, LONG_CATEGORY),
        *(BAD_FAMILY, BAD_SUGAR, BAD_BUDGET, BAD_SEASONS, BAD_VINTAGE, BAD_PRICE, NEGATIVE_PRICE),
        *(BAD_CURRENCY, BAD_TIER, BAD_ACTIVITY, *BAD_AROMAS.values(), SOME_AROMAS),
        *(AMBIGUOUS, REPEAT, KEY_CASE, NAME_TAKEN),
    ]
)
