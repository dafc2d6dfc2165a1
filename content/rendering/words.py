"""What a sheet says by itself, in the language of the document, and values as people read them.

Not gettext: the renderer knows no Django, and a document keeps its words whoever is looking."""

from __future__ import annotations

from datetime import date

from .typography import typeset

FRENCH = {
    "exercise": "Exercice",
    "THEORY": "Cours",
    "METHOD": "Méthode",
    "EXAMPLE": "Exemple",
    "SUMMARY": "À retenir",
    "TIP": "Astuce",
    "FIGURE": "Figure",
    "answer": "Corrigé",
    "teacher_copy": "Exemplaire du professeur, avec corrigés",
    "name": "Nom",
    "class": "Classe",
    "student": "Élève",
    "teacher": "Professeur",
    "date": "Date",
    "duration": "Durée",
    "seed": "Tirage",
    "page": "Page",
    "sources": "Sources",
    "mark": "Note",
    "remarks": "Appréciation",
}
ENGLISH = {
    "exercise": "Exercise",
    "THEORY": "Lesson",
    "METHOD": "Method",
    "EXAMPLE": "Example",
    "SUMMARY": "Key points",
    "TIP": "Tip",
    "FIGURE": "Figure",
    "answer": "Answer",
    "teacher_copy": "Teacher’s copy, with answers",
    "name": "Name",
    "class": "Class",
    "student": "Student",
    "teacher": "Teacher",
    "date": "Date",
    "duration": "Time",
    "seed": "Draw",
    "page": "Page",
    "sources": "Sources",
    "mark": "Mark",
    "remarks": "Comments",
}
MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}


def known(language: str) -> str:
    """The language whose words are used: French unless it is English."""
    return "en" if language.partition("-")[0] == "en" else "fr"


def word(key: str, language: str) -> str:
    """A word of the sheet. Raises KeyError for one that it does not have."""
    return (ENGLISH if known(language) == "en" else FRENCH)[key]


def labelled(key: str, value: str, language: str) -> str:
    """« Durée : 35 min », with the spaces of the language."""
    return typeset(f"{word(key, language)}: ", language=known(language)) + value


def readable(key: str, value: str, language: str) -> str:
    """A value as it is printed: an ISO date in full, a number of minutes with its unit; anything else as it stands."""
    if key == "duration" and value.isascii() and value.isdecimal() and len(value) < 6:
        hours, minutes = divmod(int(value), 60)
        if not hours:
            return f"{minutes}\u00a0min"
        return f"{hours}\u00a0h" + (f"\u00a0{minutes:02}" if minutes else "")
    if key == "date":
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        month = MONTHS[known(language)][day.month - 1]
        first = "1er" if day.day == 1 and known(language) == "fr" else str(day.day)
        return f"{first}\u00a0{month}\u00a0{day.year}"
    return typeset(value, language=language)
