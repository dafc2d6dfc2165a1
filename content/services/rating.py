"""Rating bricks."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from config.base.exceptions import DomainError

from ..models import ContentBrick, ContentBrickRating


@transaction.atomic
def rate_brick(*, user: User, brick: ContentBrick, score: int, comment: str = "") -> ContentBrickRating:
    """Give a brick 1 to 5, the best. Rating it again changes the first rating.

    Raises DomainError `not_received` unless a document that the user asked for, or that was made for them, holds a
    version of the brick; `invalid_rating` for a score out of range.
    """
    # Locked, so that of two ratings by one person at once the second changes the first.
    ContentBrick.all_objects.select_for_update(no_key=True).filter(pk=brick.pk).values_list("pk").first()
    rating = ContentBrickRating.objects.filter(user=user, brick=brick).first()
    if rating is None:
        rating = ContentBrickRating(user=user, brick=brick)
    elif (rating.score, rating.comment) == (score, comment):
        return rating
    rating.score, rating.comment = score, comment
    try:
        rating.full_clean()
    except ValidationError as error:
        codes = {each.code for errors in error.error_dict.values() for each in errors}
        code = "not_received" if "not_received" in codes else "invalid_rating"
        raise DomainError(" ".join(error.messages), code=code) from error
    rating.save()
    return rating
