"""What the orders say of each customer: how lately, how often, for how much, and what they like.

`compute_profiles` turns frames of integers into one row a customer; nothing here reads or writes the database. No figure
depends on the order of the rows: sums are of integers, ties have a total order, and ratios are rounded half up from
integers, shares and diversities to four places.

| figure | what | source |
|---|---|---|
| purchase | a product bought on a day of the local calendar, of which something is left after cancellations: `netting` | |
| `frequency` | days on which anything bought was kept: orders of one day are one, a split order is no habit | Fader and Hardie, « repeat transactions » by period |
| `recency_days` | days from the last such day to `as_of`; at least 1 | |
| `monetary` | what was charged less what was taken back, in the customer's main currency: the one of most of their lines, the first by alphabet of several; other currencies are not added | |
| scores, segment | see `scoring` | |
| favourites, aromas, diversity | see `tastes` | |
| `confidence` | f / (f + 3) · (5·n + k) / (10·n), of f days, n purchases and k known among five attributes of each (family, grape, sweetness, price band, aromas): half of it is for having ordered, half for what is known | shrinkage of a Bayesian average, prior weight 3 |
| popularity | of a product: customers who kept it in the 365 days before `as_of`, as a share of all who kept anything then | |
"""  # noqa: E501 - a table

from .computing import Profiles, compute_profiles
from .scoring import SEGMENTS, quintile, segment_of

__all__ = ["SEGMENTS", "Profiles", "compute_profiles", "quintile", "segment_of"]
