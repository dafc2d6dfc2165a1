"""What this app holds of people; see `config.base.personal`.

The customers that a person is: those linked to the user; those that no user is linked to and whose e-mail address, as
imports compare it, is or was the person's and nobody else's by now; and those that were merged into one of these.
An address that a customer of somebody else shares is theirs too, and that customer is left as it is.

They lose the code by which files know them, so that the next import meets a stranger, and all that says who they are
and where they live; the country stays, for statistics. Orders, contacts, recommendations and the profile that is
derived from them stay: every sum and every proof of consent is made of them. Imported files in which they are named,
and the rows that were rejected from these, are thrown away.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.privacy import addresses_of
from config.base.mentions import MASK, Kind
from config.base.personal import Own, Person, also_erase, by_object, by_user, declare, leave

from .models import Customer
from .validators import email_match_key

REFERENCE = "A number that the shop gave."
HASH = "A hash."
CURRENCY = "A currency."
CODES = "Codes and numbers."


def _is_the_person(person: Person) -> Q:
    """See the module."""
    keys = {email_match_key(address) for address in addresses_of(person)}
    found = by_user("user")(person) | Q(user__isnull=True, email_key__in=keys)
    known: set[int] = set()
    rows = set(Customer.all_objects.filter(found).values_list("pk", flat=True))
    while rows - known:
        known |= rows
        absorbed = Customer.all_objects.filter(merged_into__any_of=sorted(known), user__isnull=True)
        rows = set(absorbed.values_list("pk", flat=True))
    return Q(pk__any_of=sorted(known))


def _of_customer(*paths: str) -> Own:
    """Rows from which one of these paths leads to a customer that the person is."""

    def own(person: Person) -> Q:
        found = Q()
        for path in paths:
            found |= Q(**{f"{path}__any_of": sorted(person.rows("crm.Customer"))})
        return found

    return own


def _notes_about(person: Person) -> Q:
    return Q(object_type="crm.customer", object_id__in=person.rows("crm.Customer"))


#: What the codes of erased customers begin with; no file may name such a code.
ERASED_CODE = "ERASED-"


def _code(_stored: Any, key: Any) -> str:
    return f"{ERASED_CODE}{key}"


def is_erased(customer: Customer) -> bool:
    """Was this customer's person erased?"""
    return customer.customer_code == _code(None, customer.pk)


declare(
    "crm.Customer",
    own=_is_the_person,
    identifies={
        "full_name": Kind.NAME,
        "email": Kind.EMAIL,
        "phone": Kind.PHONE,
        "address_line": Kind.ADDRESS,
        "customer_code": Kind.CODE,
    },
    export=(
        *("customer_code", "full_name", "email", "phone"),
        *("address_line", "postal_code", "city", "country"),
        *("is_bounced", "is_opted_out", "is_contactable"),
    ),
    blank={
        "customer_code": _code,
        "full_name": None,
        "email": None,
        "phone": None,
        "address_line": "",
        "postal_code": "",
        "city": "",
    },
    proven=("full_name",),
    impersonal={"email_key": "Follows the e-mail address.", "country": "Millions live there."},
)
declare(
    "crm.OrderLine",
    own=_of_customer("customer"),
    export=(
        *("source", "order_reference", "line_key", "product__label", "ordered_at", "quantity"),
        *("unit_price", "amount", "currency", "raw_label"),
    ),
    mention=("raw_label",),
    impersonal={
        "source": "Names a shop.",
        "order_reference": REFERENCE,
        "line_key": REFERENCE,
        "currency": CURRENCY,
    },
)
declare(
    "crm.ContactEvent",
    own=_of_customer("customer"),
    export=("channel", "kind", "occurred_at", "campaign"),
    mention=("campaign",),
    impersonal={"event_key": HASH},
)
declare(
    "crm.ClientMasterProfile",
    own=_of_customer("customer"),
    export=(
        *("recency_days", "frequency", "monetary_amount", "monetary_currency", "segment"),
        *("top_families", "top_grapes", "top_sugars", "top_budgets", "aroma_profile", "as_of"),
    ),
    impersonal={
        "monetary_currency": CURRENCY,
        "top_families": CODES,
        "top_grapes": "Grapes.",
        "top_sugars": CODES,
        "top_budgets": CODES,
        "aroma_profile": CODES,
    },
)
declare(
    "crm.RecoItem",
    own=_of_customer("customer"),
    export=("product__label", "rank", "scenario", "explanation_fr", "explanation_en"),
    mention=("reasons", "explanation_fr", "explanation_en"),
)
declare(
    "crm.OutcomeEvent",
    own=_of_customer("reco_item__customer"),
    export=("outcome", "amount", "currency", "occurred_at"),
    impersonal={"currency": CURRENCY},
)
declare(
    "crm.CustomerMerge",
    own=_of_customer("survivor", "merged"),
    export=("merged_at", "undone_at"),
    impersonal={"moved": "Names models, columns and numbers of rows."},
)
declare("crm.DistinctPair", own=_of_customer("first", "second"), export=("created_at",))
declare(
    "crm.AuditItem",
    own=_notes_about,
    export=("severity", "code", "message", "details", "resolved_at"),
    blank={"message": MASK, "details": lambda _stored, _key: {}},
    about=by_object(),
    mention=("message", "details"),
    impersonal={"code": CODES, "object_type": CODES},
)
declare(
    "crm.ImportBatch",
    own=by_user("imported_by"),
    export=("kind", "file_name", "status", "started_at", "finished_at"),
    mention=("file_name", "mapping", "failure"),
    impersonal={"sha256": HASH},
)
leave(
    "django_tasks_database.DBTaskResult",
    "Which work is to be done, by numbers of rows; of an error only its kind.",
)
leave("crm.Product", "What is sold, not to whom.")
leave("crm.ProductAlias", "What is sold, not to whom.")
leave("crm.RecoRun", "How recommendations are made, for everybody alike.")


@also_erase
def erase_files(person: Person) -> None:
    """Throw away, after commit, the files of imports that tell of the person."""
    from .importing.forgetting import files_about, throw_away  # importing itself asks who is erased

    transaction.on_commit(partial(throw_away, files_about(person)))
