"""Choices that several models, shapes and rules share."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Family(models.TextChoices):
    """What kind of wine it is."""

    RED = "RED", pgettext_lazy("wine", "red")
    WHITE = "WHITE", pgettext_lazy("wine", "white")
    ROSE = "ROSE", pgettext_lazy("wine", "rosé")
    SPARKLING = "SPARKLING", pgettext_lazy("wine", "sparkling")
    DESSERT = "DESSERT", _("dessert wine")
    FORTIFIED = "FORTIFIED", pgettext_lazy("wine", "fortified")


class Sugar(models.TextChoices):
    DRY = "DRY", pgettext_lazy("wine", "dry")
    OFF_DRY = "OFF_DRY", pgettext_lazy("wine", "off-dry")
    SWEET = "SWEET", pgettext_lazy("wine", "sweet")


class Budget(models.TextChoices):
    """A price band; which prices it spans is the merchant's business, so it is given and not computed."""

    ENTRY = "ENTRY", _("entry level")
    EVERYDAY = "EVERYDAY", _("everyday")
    FINE = "FINE", _("fine wine")
    LUXURY = "LUXURY", _("luxury")


class Season(models.TextChoices):
    """When a product is at its place; `Product.season_tags` lists any of them."""

    SPRING = "SPRING", _("spring")
    SUMMER = "SUMMER", _("summer")
    AUTUMN = "AUTUMN", _("autumn")
    WINTER = "WINTER", _("winter")
    FESTIVE = "FESTIVE", _("end-of-year festivities")


class Channel(models.TextChoices):
    """The way by which somebody was reached, or reached us."""

    EMAIL = "EMAIL", _("e-mail")
    PHONE = "PHONE", _("phone")
    SMS = "SMS", _("text message")
    POST = "POST", _("letter")
    IN_PERSON = "IN_PERSON", _("in person")


class ContactKind(models.TextChoices):
    SENT = "SENT", _("sent")
    BOUNCED = "BOUNCED", _("bounced")
    OPENED = "OPENED", _("opened")
    CLICKED = "CLICKED", _("clicked")
    REPLIED = "REPLIED", _("replied")
    OPT_OUT = "OPT_OUT", _("opted out")
    OPT_IN = "OPT_IN", _("opted in")


class Segment(models.TextChoices):
    """The eleven usual segments of recency against frequency, best first; see `crm.profiling.scoring`."""

    CHAMPIONS = "CHAMPIONS", pgettext_lazy("segment", "champions")
    LOYAL = "LOYAL", pgettext_lazy("segment", "loyal")
    POTENTIAL_LOYALIST = "POTENTIAL_LOYALIST", _("potentially loyal")
    NEW = "NEW", pgettext_lazy("segment", "new")
    PROMISING = "PROMISING", pgettext_lazy("segment", "promising")
    NEEDS_ATTENTION = "NEEDS_ATTENTION", _("need attention")
    ABOUT_TO_SLEEP = "ABOUT_TO_SLEEP", _("about to sleep")
    AT_RISK = "AT_RISK", _("at risk")
    CANNOT_LOSE = "CANNOT_LOSE", _("not to be lost")
    HIBERNATING = "HIBERNATING", pgettext_lazy("segment", "hibernating")
    LOST = "LOST", pgettext_lazy("segment", "lost")


class Scenario(models.TextChoices):
    """Why a product is recommended.

    REBUY was bought before, CROSS_SELL never, UPSELL is of a strictly higher tier, WINBACK is for the lapsed, NURTURE
    for those of whom too little is known.
    """

    REBUY = "REBUY", _("buy again")
    CROSS_SELL = "CROSS_SELL", _("something new")
    UPSELL = "UPSELL", _("something finer")
    WINBACK = "WINBACK", _("win back")
    NURTURE = "NURTURE", _("get to know")


class Side(models.TextChoices):
    """Whose of two customers who are merged."""

    SURVIVOR = "survivor", _("survivor")
    MERGED = "merged", _("merged")


class Exclusion(models.TextChoices):
    """Why a customer gets no recommendation; the keys of `RecoRun.counts["excluded"]`."""

    BOUNCED = "BOUNCED", _("messages bounce")
    OPTED_OUT = "OPTED_OUT", _("opted out")
    UNCONTACTABLE = "UNCONTACTABLE", _("not to be contacted")
    SILENCE = "SILENCE", _("contacted lately")
    NO_CANDIDATE = "NO_CANDIDATE", _("nothing to recommend")
