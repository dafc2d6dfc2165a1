"""What a password must be: long enough and hard to guess. No kind of character is asked for (OWASP ASVS 5, 6.2.5)."""

from __future__ import annotations

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop, ngettext
from zxcvbn import zxcvbn

#: What the scoring library says, for the translators: it hands out English.
FEEDBACK = (
    gettext_noop("Use a few words, avoid common phrases."),
    gettext_noop("No need for symbols, digits, or uppercase letters."),
    gettext_noop("Add another word or two. Uncommon words are better."),
    gettext_noop("Straight rows of keys are easy to guess."),
    gettext_noop("Short keyboard patterns are easy to guess."),
    gettext_noop("Use a longer keyboard pattern with more turns."),
    gettext_noop('Repeats like "aaa" are easy to guess.'),
    gettext_noop('Repeats like "abcabcabc" are only slightly harder to guess than "abc".'),
    gettext_noop("Avoid repeated words and characters."),
    gettext_noop('Sequences like "abc" or "6543" are easy to guess.'),
    gettext_noop("Avoid sequences."),
    gettext_noop("Recent years are easy to guess."),
    gettext_noop("Avoid recent years."),
    gettext_noop("Avoid years that are associated with you."),
    gettext_noop("Dates are often easy to guess."),
    gettext_noop("Avoid dates and years that are associated with you."),
    gettext_noop("This is a top-10 common password."),
    gettext_noop("This is a top-100 common password."),
    gettext_noop("This is a very common password."),
    gettext_noop("This is similar to a commonly used password."),
    gettext_noop("A word by itself is easy to guess."),
    gettext_noop("Names and surnames by themselves are easy to guess."),
    gettext_noop("Common names and surnames are easy to guess."),
    gettext_noop("Capitalization doesn't help very much."),
    gettext_noop("All-uppercase is almost as easy to guess as all-lowercase."),
    gettext_noop("Reversed words aren't much harder to guess."),
    gettext_noop("Predictable substitutions like '@' instead of 'a' don't help very much."),
)


class LengthValidator:
    """From `min_length` to `max_length` characters; the upper bound keeps hashing and scoring cheap."""

    def __init__(self, min_length: int = 12, max_length: int = 128) -> None:
        self.min_length = min_length
        self.max_length = max_length

    def validate(self, password: str, user: Any = None) -> None:
        if len(password) < self.min_length:
            raise ValidationError(self.get_help_text(), code="password_too_short")
        if len(password) > self.max_length:
            message = ngettext(
                "Choose a password of at most %(count)d character.",
                "Choose a password of at most %(count)d characters.",
                self.max_length,
            )
            raise ValidationError(message % {"count": self.max_length}, code="password_too_long")

    def get_help_text(self) -> str:
        message = ngettext(
            "Choose a password of at least %(count)d character.",
            "Choose a password of at least %(count)d characters.",
            self.min_length,
        )
        return message % {"count": self.min_length}


class StrengthValidator:
    """zxcvbn's score, from 0 to 4, is at least `score`: 3 stands for ten to the eighth guesses and more.

    What is known of the person counts as easy to guess. The library takes 72 characters; whatever is strong there is
    not weaker for going on.
    """

    scored_characters = 72

    def __init__(self, score: int = 3) -> None:
        self.score = score

    def validate(self, password: str, user: Any = None) -> None:
        if not password:
            return  # the library cannot score nothing; the length is wrong already
        result = zxcvbn(password[: self.scored_characters], user_inputs=known_about(user))
        if result["score"] >= self.score:
            return
        feedback = result["feedback"]
        said = [feedback["warning"], *feedback["suggestions"]]
        sentences = [gettext("Choose a password that is harder to guess."), *map(gettext, filter(None, said))]
        raise ValidationError(" ".join(sentences), code="password_too_weak")

    def get_help_text(self) -> str:
        return gettext(
            "A few words that do not belong together are easy to remember and hard to guess; "
            "no digits or symbols are needed."
        )


def known_about(user: Any) -> list[str]:
    """What others know of this person: names and address, whole and in words."""
    texts = [str(getattr(user, name, "") or "") for name in ("full_name", "username", "email")]
    words = [word for text in texts for word in re.split(r"[\W_]+", text) if len(word) > 2]
    return [*filter(None, texts), *words]
