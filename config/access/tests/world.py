"""Two families, two teachers and everything that is theirs: a row of each model on either side.

A learner, a parent of theirs and a teacher of theirs have the "own" side; the "other" side is the same again about
people whom they have nothing to do with. Staff have no side of their own: for them both are somebody's.
"""

from __future__ import annotations

import time
from typing import Any

import factory
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken

from accounts.models import Role, TeacherProfile, User, UserActivity
from accounts.roles import LEARNER, PARENT, TEACHER
from accounts.tests.factories import UserFactory
from config.access.table import ANONYMOUS, ROLES, SUPERUSER
from config.base.introspection import kernel_models
from config.base.testing import api_client
from config.base.tests.helpers import factory_for, make

#: What the factories leave open and decides whose a row is: model → its columns, from the side.
LINKS: dict[str, Any] = {
    "accounts.ParentProfile": lambda side: {"user": side.parent},
    "accounts.TeacherProfile": lambda side: {"user": side.teacher},
    "accounts.Guardianship": lambda side: {"can_view_progress": True, "can_book": True},
    "accounts.AdminProfile": lambda side: {"user": UserFactory(is_staff=True)},
    # Archived: to be found by those who are enrolled, and by nobody else.
    "courses.Course": lambda side: {
        "instructor": side.teacher,
        "status": "ARCHIVED",
        "published_at": timezone.now(),
    },
    "courses.Lesson": lambda side: {"is_published": True},
    "courses.TutoringSession": lambda side: {"course": side.row("courses.Course")},
    "content.DocumentRequest": lambda side: {"student": side.row("accounts.StudentProfile")},
    "content.GeneratedDocument": lambda side: {"pdf": f"documents/{side.word}/student.pdf"},
    "crm.Customer": lambda side: {"user": side.learner, "full_name": side.learner.full_name},
    "crm.CustomerMerge": lambda side: {"merged": make("crm.Customer")},
    "crm.DistinctPair": lambda side: {"second": make("crm.Customer")},
    "learning.Conversation": lambda side: {"course": side.row("courses.Course")},
}

#: Nobody is asked for their password again, however long the tests take.
DAY = 24 * 60 * 60

#: The name of the people of each side; each a word of its own, to search for.
WORDS = {"own": "Ownside", "other": "Otherside"}


class Side:
    """The rows of one family and their teacher."""

    def __init__(self, name: str) -> None:
        self.word = WORDS[name]
        self.attempt: Any = None
        self.learner, self.parent, self.teacher = (
            _person(role, full_name=f"{self.word} {role}") for role in (LEARNER, PARENT, TEACHER)
        )
        self.people = {LEARNER: self.learner, PARENT: self.parent, TEACHER: self.teacher}
        self._rows: dict[Any, Any] = {User: self.learner}
        # A stranger's: whoever has one is asked for it at every turn.
        self.security_key = Authenticator.objects.create(
            user=UserFactory(), type=Authenticator.Type.WEBAUTHN, data={"name": "A key", "credential": {}}
        )
        self.task = DBTaskResult.objects.create(
            args_kwargs={"args": [], "kwargs": {}},
            task_path="crm.tasks.import_file",
            backend_name="default",
            run_after=timezone.now(),
        )
        for model in kernel_models():
            if _has_factory(model):
                self.row(model)
        self.row("courses.Subject").teachers.add(self.row(TeacherProfile))
        make(
            "learning.ConversationParticipant",
            conversation=self.row("learning.Conversation"),
            user=self.teacher,
        )

    def row(self, model: Any) -> Any:
        """The side's row of this model: its links lead to other rows of the side wherever the factory has any."""
        model = factory_for(model)._meta.model if isinstance(model, str) else model
        if model not in self._rows:
            declared = factory_for(model)._meta.declarations
            links = {
                name: self.row(model._meta.get_field(name).related_model)
                for name, each in declared.items()
                if isinstance(each, factory.SubFactory)
            }
            self._rows[model] = make(
                model, **{**links, **LINKS.get(model._meta.label, lambda side: {})(self)}
            )
        return self._rows[model]

    def take(self, rows: dict[Any, Any]) -> None:
        """These are the side's from now on."""
        self._rows |= rows

    def row_for(self, model: Any, role: str) -> Any:
        """The row that somebody of this role would call theirs: a learner, parent or teacher is a person too."""
        person = self.people.get(role, self.learner)
        if model is User:
            return person
        if model is Group:
            return self.row(Role).group
        if model in (AuthToken, UserActivity, UserSession):
            return row_of(person, model)
        if model is AccessAttempt:
            return self.attempt
        if model is Authenticator:
            return self.security_key
        if model is DBTaskResult:
            return self.task
        return self.row(model)


class World:
    """Both sides, somebody of every role signed in, and the trash. All is made at once: it outlives many tests, and
    whatever one of them makes is undone with it."""

    def __init__(self) -> None:
        make("crm.RecoRun")  # of nobody, for the others to be compared with
        self.sides = {name: Side(name) for name in WORDS}
        self.people = {
            role: None if role == ANONYMOUS else self.sides["own"].people.get(role) or _person(role)
            for role in ROLES
        }
        self.api = {role: api_client(person) for role, person in self.people.items()}
        self.browser = {role: _browser(person) for role, person in self.people.items()}
        for person in filter(None, [*self.people.values(), *self.sides["other"].people.values()]):
            for model in (AuthToken, UserActivity, UserSession):
                row_of(person, model)
        for (
            side
        ) in self.sides.values():  # after every sign-in, for one that goes right takes the failures away
            side.attempt = AccessAttempt.objects.create(username=side.word, failures_since_start=1)
        self._dead = {model: _deleted(model) for model in kernel_models() if _has_factory(model)}

    def put_files(self) -> None:
        """The files behind the rows: each test has a folder of its own for them."""
        for side in self.sides.values():
            file = side.row("content.GeneratedDocument").pdf
            file.storage.save(file.name, ContentFile(b"%PDF-1.7"))

    def row(self, model: Any, role: str, side: str) -> Any:
        return self.sides[side].row_for(model, role)

    def dead(self, model: Any) -> Any:
        """A row of nobody in particular, in the trash by a deletion of its own."""
        return self._dead[model]


def _deleted(model: Any) -> Any:
    row = make(model)
    row.delete()
    row.refresh_from_db()
    return row


def _has_factory(model: Any) -> bool:
    try:
        return factory_for(model) is not None
    except AttributeError:
        return False


def _person(role: str, **values: Any) -> User:
    """Somebody in the group of this role, or a superuser."""
    staff = role not in (LEARNER, PARENT)
    user: User = UserFactory(is_staff=staff, is_superuser=role == SUPERUSER, **values)
    if role != SUPERUSER:
        user.groups.add(Role.objects.get(code=role).group)
    return user


def _browser(person: User | None) -> Client:
    """A browser in which this person has just signed in with their password."""
    client = Client()
    if person is not None:
        client.force_login(person)
        session = client.session
        session["account_authentication_methods_user"] = str(person.pk)
        session["account_authentication_methods"] = [
            {"method": "password", "at": time.time() + DAY, "reauthenticated": True}
        ]
        session.save()
    return client


def row_of(person: User, model: Any) -> Any:
    """A token, an activity or another device of this person's."""
    found = model.objects.filter(user=person).order_by("pk").first()
    if found is not None:
        return found
    if model is AuthToken:
        return AuthToken.objects.create(person)[0]
    if model is UserActivity:
        return make(UserActivity, user=person)
    key = _browser(person).session.session_key
    return UserSession.objects.create(
        user=person, session_key=key, ip="127.0.0.1", user_agent="Another device"
    )
