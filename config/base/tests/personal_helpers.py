"""A person of whom every table knows something, and a search of everything that is stored."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.db import connection, models

from config.base import personal
from config.base.introspection import is_kernel_model
from config.base.search import fold

from .helpers import is_append_only, make, model_of

EMAIL, FORMER_EMAIL, UNCONFIRMED = "z.quatrebarbes@example.org", "zephyrine@ancien.example", "zq@neuf.example"
NAME, FORMER_NAME = "Zéphyrine Quatrebarbes", "Zéphyrine Ribouldingue"
USERNAME, FORMER_USERNAME = "zq.1987", "ribouldingue.z"
PHONE, FORMER_PHONE = "+33612349876", "+33698761234"
ADDRESS, FORMER_ADDRESS = "17 impasse du Puits-Noir", "3 bis quai de l'Écluse"
CODE, CUSTOMER_EMAIL = "ZQ_1987_B", "zq.boutique@example.com"

NOW = (EMAIL, NAME, USERNAME, "06 12 34 98 76", ADDRESS, PHONE)
BEFORE = (FORMER_EMAIL, FORMER_NAME, FORMER_USERNAME, FORMER_PHONE, FORMER_ADDRESS, CUSTOMER_EMAIL)
PLANTED = (*NOW, *BEFORE, UNCONFIRMED, CODE)
#: What nobody declares a mention of, but the person wrote: it goes with its column.
OWN_WORDS = "Ce que moi seule ai écrit"
#: What proves itself: it is planted in rows of strangers too, where a bare name stays (see `config.base.personal`).
PROVEN = f"{EMAIL} · {ADDRESS} · {FORMER_EMAIL} · {CUSTOMER_EMAIL}"
OF_NOBODY = {
    *("accounts.BlockedEmailDomain", "courses.Formula"),
    *("content.ContentBrick", "content.BrickVersion", "content.ContentFigure", "content.ContentTemplate"),
}

SAYS = " · ".join(NOW)
SAID = " · ".join(BEFORE).upper()


def build() -> SimpleNamespace:
    """The person and whatever belongs to them, in every app."""
    user = make(
        "accounts.User",
        email=FORMER_EMAIL,
        full_name=FORMER_NAME,
        username=FORMER_USERNAME,
        phone=FORMER_PHONE,
    )
    user.email, user.full_name, user.username, user.phone = EMAIL, NAME, USERNAME, PHONE
    user.save()
    world = SimpleNamespace(user=user, other=make("accounts.User", full_name="Paul Durand"))
    _accounts(world)
    _courses(world)
    _learning(world)
    _content(world)
    _crm(world)
    _libraries(world)
    _strangers(world)
    _say_it_everywhere(personal.identify(user.pk))
    return world


def _accounts(world: SimpleNamespace) -> None:
    user = world.user
    world.student = make("accounts.StudentProfile", user=user, school=OWN_WORDS, birth_date="2001-02-03")
    world.teacher = make("accounts.TeacherProfile", user=user, biography=SAYS)
    world.parent = make("accounts.ParentProfile", user=user)
    make("accounts.AdminProfile", user=user, department=OWN_WORDS, job_title=OWN_WORDS)
    make("accounts.Guardianship", parent=world.parent)
    make("accounts.Guardianship", student=world.student)
    for email in (EMAIL.upper(), FORMER_EMAIL):
        make("accounts.Invitation", email=email, full_name=NAME, role=make("accounts.Role"))
    make("accounts.UserActivity", user=user, detail=f"Seen {EMAIL}")
    make("accounts.BlockedEmailDomain", reason=f"Complaint of {EMAIL}")


def _courses(world: SimpleNamespace) -> None:
    course = world.course = make("courses.Course", instructor=world.user, description=f"By {NAME}.")
    lesson = make("courses.Lesson", course=course, body=f"I am {FORMER_NAME}, {EMAIL}.")
    make("courses.Video", lesson=lesson, title=NAME)
    world.exercise = make("courses.Exercise", lesson=lesson, prompt=f"Who is {NAME}?", kind="FREE_FORM")
    make("courses.Quiz", lesson=lesson, title=NAME)
    session = make("courses.TutoringSession", teacher=world.teacher, location=ADDRESS)
    make("courses.TutoringSession", location=f"Ask {EMAIL}, {ADDRESS}")
    make("courses.Booking", session=session, student=world.student)
    make("courses.FormulaPurchase", student=world.student, note=f"Paid by {NAME}")
    make("courses.CalendarFeed", user=world.user)


def _learning(world: SimpleNamespace) -> None:
    user, course = world.user, world.course
    make("learning.Enrollment", user=user, course=course)
    make("learning.Enrollment", course=course)
    make("learning.Review", user=user, course=course, rating=5, comment=f"{OWN_WORDS}. {SAYS}")
    make("learning.Review", course=course, rating=2, comment=f"Thanks, {NAME}!")
    for name in ("LessonProgress", "VideoProgress", "ProgressSnapshot", "QuizAttempt"):
        make(f"learning.{name}", user=user)
    for kind, answer in (("FREE_FORM", {"text": OWN_WORDS}), ("CODE_COMPLETION", {"blanks": [OWN_WORDS]})):
        exercise = make("courses.Exercise", kind=kind)
        attempt = make("learning.ExerciseAttempt", user=user, exercise=exercise, answer=answer)
        marked = {"score": "1.5", "source": "MANUAL", "grader": world.other, "feedback": SAYS}
        world.grade = make("learning.Grade", attempt=attempt, **marked)
    make("learning.ExerciseAttempt", exercise=world.exercise, answer={"text": f"It is {EMAIL}."})
    make("learning.Grade", feedback=f"Copied from {FORMER_EMAIL}", graded_at=datetime(2026, 5, 5, tzinfo=UTC))
    from config.base.audit import audit_context

    with audit_context(actor=user, reason=f"{NAME} asked for it"):
        talk = make("learning.Conversation", title=OWN_WORDS)
    for each in (user, world.other):
        make("learning.ConversationParticipant", conversation=talk, user=each)
    context = {"excerpt": OWN_WORDS}
    make("learning.ChatMessage", conversation=talk, author=user, body=OWN_WORDS, context=context)
    make(
        "learning.ChatMessage",
        conversation=talk,
        author=world.other,
        body=f"Hello {NAME}, {PHONE}?",
        role="STAFF",
    )
    make("learning.Conversation", title=f"About {EMAIL}").delete()


def _content(world: SimpleNamespace) -> None:
    factories = import_module("content.tests.factories")
    request = make("content.DocumentRequest", requester=world.other, student=world.student)
    named = {**factories.MANIFEST, "values": {"title": NAME, "student_name": "Zézé"}}
    world.document = make(
        "content.GeneratedDocument",
        request=request,
        title=f"For {NAME}",
        html=f"<h1>{NAME}</h1>",
        manifest=named,
        pdf=ContentFile(f"%PDF {NAME}".encode(), name="any.pdf"),
    )
    make("content.DocumentBrick", document=world.document)
    make("content.DocumentInteraction", document=world.document, user=world.user)
    own = make("content.DocumentRequest", requester=world.user, idempotency_key=OWN_WORDS)
    make("content.GeneratedDocument", request=own, html=OWN_WORDS)
    # For somebody else, but its teacher's name is printed in it; and one in which nobody is.
    worksheet = make("content.DocumentRequest", requester=world.user, student=make("accounts.StudentProfile"))
    text = {"html": f"<p>{NAME}</p>", "pdf": ContentFile(f"%PDF {NAME}".encode(), name="any.pdf")}
    make("content.GeneratedDocument", request=worksheet, **text)
    anonymous = make("content.DocumentRequest", requester=world.other)
    world.anonymous = make(
        "content.GeneratedDocument",
        request=anonymous,
        html="<p>7 × 8</p>",
        pdf=ContentFile(b"%PDF 56", name="a.pdf"),
        pdf_sha256=hashlib.sha256(b"%PDF 56").hexdigest(),
    )
    make("content.DocumentRequest", status="FAILED", error=f"No room for {EMAIL}")
    world.rating = make("content.ContentBrickRating", user=world.user, score=2, comment=OWN_WORDS)


def _crm(world: SimpleNamespace) -> None:
    batch = make("crm.ImportBatch", imported_by=world.user, file_name=f"{NAME}.csv")
    customer = world.customer = make(
        "crm.Customer",
        user=world.user,
        customer_code=CODE,
        full_name=FORMER_NAME,
        email=CUSTOMER_EMAIL,
        phone=FORMER_PHONE,
        address_line=FORMER_ADDRESS,
        first_batch=batch,
    )
    customer.full_name, customer.phone, customer.address_line = NAME, PHONE, ADDRESS
    customer.save()
    world.matched = make("crm.Customer", email=FORMER_EMAIL.upper(), full_name=NAME, address_line=ADDRESS)
    absorbed = make("crm.Customer", full_name="Z. Quatre", email=None, merged_into=customer)
    make("crm.CustomerMerge", survivor=customer, merged=absorbed)
    make("crm.DistinctPair", first=customer)
    line = make("crm.OrderLine", customer=customer, raw_label=f"Engraved: {NAME}")
    make("crm.OrderLine", customer=world.matched)
    make("crm.OrderLine", raw_label=f"A gift, {ADDRESS}")
    make("crm.ContactEvent", customer=customer, campaign=f"Birthday of {NAME}")
    make("crm.ClientMasterProfile", customer=customer)
    facts = {"components": [{"name": "frequency", "value": 0.75}], "facts": {"name": NAME}}
    item = make("crm.RecoItem", customer=customer, explanation_fr=SAYS, explanation_en=SAYS, reasons=facts)
    make("crm.OutcomeEvent", reco_item=item, order_line=line)
    about = {"object_type": "crm.customer", "object_id": customer.pk}
    make("crm.AuditItem", batch=batch, message=OWN_WORDS, details={"value": OWN_WORDS}, **about)
    make("crm.AuditItem", message=f"{CODE} is not {CUSTOMER_EMAIL}", details={"value": EMAIL, "row": 3})


def _libraries(world: SimpleNamespace) -> None:
    user, boss = world.user, make("accounts.User", is_staff=True)
    model_of("account.EmailAddress").objects.create(user=user, email=UNCONFIRMED)
    address = model_of("account.EmailAddress").objects.get(user=user, primary=True)
    model_of("account.EmailConfirmation").objects.create(email_address=address, key="k")
    model_of("mfa.Authenticator").objects.create(user=user, type="totp", data={"secret": NAME})
    model_of("knox.AuthToken").objects.create(user)
    log = model_of("admin.LogEntry").objects
    content_type = model_of("contenttypes.ContentType").objects.get_for_model(type(user))
    message = json.dumps([{"added": {"name": "student profile", "object": NAME}}])
    for who, each in ((boss, NAME), (user, FORMER_NAME)):
        common = {"content_type": content_type, "object_id": user.pk, "action_flag": 2}
        log.create(user=who, object_repr=each, change_message=message, **common)
    for name in ("AccessAttempt", "AccessFailureLog", "AccessLog"):
        for who in (f"user:{user.pk}", "nobody:abc"):
            more = (
                {"get_data": "", "post_data": f"login={EMAIL}", "failures_since_start": 1}
                if name == "AccessAttempt"
                else {}
            )
            model_of(f"axes.{name}").objects.create(
                username=who, ip_address="192.0.2.1", user_agent="x", path_info=f"/?q={EMAIL}", **more
            )
    world.sessions = {
        who: _session(data)
        for who, data in {
            "listed": {"_auth_user_id": str(user.pk), "email": EMAIL},
            "unlisted": {"_auth_user_id": str(user.pk)},
            "acted as": {"_auth_user_id": str(world.other.pk), "hijack_history": [str(user.pk)]},
            "staff's": {"_auth_user_id": str(boss.pk), "_messages": f'[["{EMAIL} was changed."]]', "kept": 7},
        }.items()
    }
    model_of("usersessions.UserSession").objects.create(
        user=user, session_key=world.sessions["listed"], ip="192.0.2.1", user_agent=NAME
    )


def _strangers(world: SimpleNamespace) -> None:
    """Texts of people whom nothing links to the person."""
    make("accounts.StudentProfile", school=PROVEN)
    make("accounts.AdminProfile", department=EMAIL, job_title=FORMER_EMAIL)
    make("accounts.TeacherProfile", biography=PROVEN)
    course = make("courses.Course", title=EMAIL, summary=PROVEN, description=PROVEN)
    lesson = make("courses.Lesson", course=course, body=PROVEN)
    make("courses.Exercise", lesson=lesson, prompt=PROVEN, explanation=PROVEN, kind="FREE_FORM")
    make("courses.Formula", name=f"Ask {EMAIL}")
    make("content.ContentTemplate", name=f"By {EMAIL}")
    brick = make("content.ContentBrick", title="Grammar", body=PROVEN, source=EMAIL)
    world.version = import_module("content.services").publish_brick(brick=brick)
    request = make("content.DocumentRequest", requester=world.other)
    html = f"<p>{ADDRESS}</p>"
    world.pinning = make("content.GeneratedDocument", request=request, title="Grammar", html=html)
    world.pin = make("content.DocumentBrick", document=world.pinning, brick_version=world.version)


def _session(data: dict[str, Any]) -> str:
    store = SessionStore()
    store.update(data)
    store.create()
    return str(store.session_key)


def _say_it_everywhere(person: personal.Person) -> None:
    """Into every text that may name the person, in a row of theirs: first what was, then what is."""
    for each in personal.declared():
        keys = sorted(person.keys[each.model])
        plain = [
            name
            for name in each.mention
            if isinstance(each.model._meta.get_field(name), models.TextField) and name != "change_message"
        ]
        if not keys or not plain or not is_kernel_model(each.model) or is_append_only(each.model):
            continue
        for text in (SAID, SAYS):
            filled = each.model.all_objects.filter(pk__any_of=keys)
            filled.exclude(**{plain[0]: None}).update(**dict.fromkeys(plain, text))


def everything() -> dict[str, str]:
    """{table.column, or file: all that is stored there}, from the live schema, comparable by `fold`."""
    found: dict[str, list[str]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            columns = [column[0] for column in cursor.description or ()]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        found.setdefault(f"{table}.{column}", []).append(_readable(str(value)))
    for session in Session.objects.all():
        found.setdefault("sessions", []).append(str(session.get_decoded()))
    for path in sorted(Path(settings.MEDIA_ROOT).rglob("*")):
        found[str(path)] = [path.read_bytes().decode("utf-8", "replace") if path.is_file() else path.name]
    return {place: fold("\n".join(texts)) or "" for place, texts in found.items()}


def _readable(text: str) -> str:
    """JSON as text may hold letters as escapes."""
    return re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)


def where(stored: dict[str, str], planted: str) -> list[str]:
    wanted = fold(planted) or ""
    return [place for place, text in stored.items() if wanted in text]
