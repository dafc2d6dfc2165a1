"""Saying what one thinks of a course."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from config.base.events import emit
from config.base.exceptions import DomainError
from courses.models import Course

from ..events import ReviewPosted
from ..models import Enrollment, Review


@transaction.atomic
def review_course(*, user: User, course: Course, rating: int, comment: str = "") -> Review:
    """Post the learner's review, or change the one that they have posted; the same again changes nothing.

    A hidden review stays hidden. Raises DomainError `not_enrolled` for somebody who is not, or no longer, enrolled,
    ValidationError by field for a rating outside 1…5 or a comment that is too long.
    """
    # Locked: of two first reviews at once the second changes the first.
    mine = Enrollment.objects.current().filter(user=user, course=course)
    if not mine.select_for_update(no_key=True).exists():
        raise DomainError(_("Only somebody enrolled in this course reviews it."), code="not_enrolled")
    review = Review.objects.filter(user=user, course=course).first() or Review(user=user, course=course)
    if review.pk is not None and (review.rating, review.comment) == (rating, comment):
        return review
    review.rating, review.comment = rating, comment
    return post_review(review=review)


@transaction.atomic
def post_review(*, review: Review) -> Review:
    """Save and announce a review already composed by a form. Raises ValidationError by field, StaleObjectError."""
    review.full_clean()
    review.save()
    emit(ReviewPosted(review_id=review.pk, course_id=review.course_id, user_id=review.user_id))
    return review
