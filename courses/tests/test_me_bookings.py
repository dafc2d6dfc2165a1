"""Seats at the doors below /api/v1/me/: who may do what with which."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.models import User
from accounts.tests.factories import (
    GuardianshipFactory,
    StudentProfileFactory,
    TeacherProfileFactory,
    UserFactory,
)
from config.base.clock import now_ms
from config.base.testing import api_client, etag
from courses.models import Booking

from . import factories as make
from .test_rights import ME, errors_of, listed

pytestmark = pytest.mark.django_db
BOOKINGS = f"{ME}/bookings/"


def act(user, booking, action, body=None):
    booking.refresh_from_db()
    return api_client(user).post(
        f"{BOOKINGS}{booking.pk}/{action}/", body or {}, format="json", headers={"If-Match": etag(booking)}
    )


def code_of(answer):
    assert answer.status_code == 409, answer.content
    return answer.json()["code"]


def test_a_student_finds_a_slot_and_asks_for_it():
    student = StudentProfileFactory()
    slot = make.TutoringSessionFactory(capacity=1)
    api = api_client(student.user)
    (found,) = api.get(f"{ME}/free-slots/", {"teacher": slot.teacher_id}).json()["results"]
    assert (found["id"], found["seats_left"]) == (slot.pk, 1)
    answer = api.post(BOOKINGS, {"session": slot.pk}, format="json")
    assert answer.status_code == 201, answer.content
    assert answer["Location"].endswith(f"/bookings/{answer.json()['id']}/")
    assert answer["ETag"] == '"1"'
    booking = Booking.objects.get()
    assert (booking.student, booking.status, booking.created_by) == (student, "REQUESTED", student.user)
    assert code_of(api.post(BOOKINGS, {"session": slot.pk}, format="json")) == "already_booked"
    assert listed(api.get(f"{ME}/free-slots/")) == []
    late = api_client(StudentProfileFactory().user).post(BOOKINGS, {"session": slot.pk}, format="json")
    assert code_of(late) == "session_full"


def test_what_cannot_be_asked_for_is_an_error_of_its_field():
    student = StudentProfileFactory()
    slot = make.TutoringSessionFactory()
    api = api_client(student.user)
    assert errors_of(api.post(BOOKINGS, {}, format="json")) == {"session"}
    assert errors_of(api.post(BOOKINGS, {"session": 10**9}, format="json")) == {"session"}
    body = {"session": slot.pk, "status": "CONFIRMED"}
    assert errors_of(api.post(BOOKINGS, body, format="json")) == {"status"}
    other = {"session": slot.pk, "student": StudentProfileFactory().user_id}
    assert errors_of(api.post(BOOKINGS, other, format="json")) == {"student"}
    nobody = api_client(UserFactory())
    assert errors_of(nobody.post(BOOKINGS, {"session": slot.pk}, format="json")) == {"student"}
    assert api_client(None).post(BOOKINGS, {"session": slot.pk}, format="json").status_code == 401
    assert not Booking.objects.exists()


def test_parents_book_move_and_cancel_for_the_children_they_may_book_for():
    held = GuardianshipFactory(can_book=True)
    child, parent = held.student.user, held.parent.user
    watching = GuardianshipFactory(student=held.student, can_book=False).parent.user
    slot, other = make.TutoringSessionFactory(), make.TutoringSessionFactory()
    body = {"session": slot.pk, "student": child.pk}
    assert errors_of(api_client(watching).post(BOOKINGS, body, format="json")) == {"student"}
    answer = api_client(parent).post(BOOKINGS, body, format="json")
    assert answer.status_code == 201, answer.content
    booking = Booking.objects.get()
    for action, more in (("cancel", {}), ("move", {"session": other.pk})):
        assert act(watching, booking, action, more).status_code == 403
        assert act(UserFactory(), booking, action, more).status_code == 404
    assert act(parent, booking, "move", {"session": other.pk}).json()["session"] == other.pk
    answer = act(parent, booking, "cancel", {"reason": "Ill"})
    assert answer.json()["status"] == "CANCELLED"
    assert booking.history.first().history_change_reason == "Ill"


def test_learners_neither_confirm_nor_say_who_came():
    booking = make.BookingFactory()
    for action in ("confirm", "complete", "no-show"):
        assert act(booking.student.user, booking, action).status_code == 403
        assert act(TeacherProfileFactory().user, booking, action).status_code == 404


def test_teachers_answer_for_their_own_sessions():
    session = make.TutoringSessionFactory()
    booking, second = make.BookingFactory.create_batch(2, session=session)
    teacher = session.teacher.user
    assert act(teacher, booking, "confirm").json()["status"] == "CONFIRMED"
    assert act(teacher, booking, "confirm").status_code == 200
    assert code_of(act(teacher, booking, "complete")) == "session_not_begun"
    assert act(teacher, second, "cancel").json()["status"] == "CANCELLED"
    assert code_of(act(teacher, second, "confirm")) == "wrong_state"
    assert act(teacher, booking, "move", {"session": session.pk}).status_code == 403
    session.refresh_from_db()
    session.starts_at, session.ends_at = now_ms() - timedelta(minutes=10), now_ms()
    session.save()
    assert act(teacher, booking, "complete").json()["status"] == "DONE"
    assert act(teacher, booking, "no-show").json()["status"] == "NO_SHOW"
    asked = make.BookingFactory(session=session)
    assert code_of(act(asked.student.user, asked, "cancel")) == "session_past"
    later = make.TutoringSessionFactory()
    assert code_of(act(asked.student.user, asked, "move", {"session": later.pk})) == "session_past"


def test_a_change_needs_the_booking_as_it_is_now():
    booking = make.BookingFactory()
    api = api_client(booking.student.user)
    url = f"{BOOKINGS}{booking.pk}/cancel/"
    assert api.post(url, {}, format="json").status_code == 428
    assert api.post(url, {}, format="json", headers={"If-Match": '"9"'}).status_code == 412
    for method in (api.put, api.patch, api.delete):
        answer = method(f"{BOOKINGS}{booking.pk}/", {}, format="json", headers={"If-Match": etag(booking)})
        assert answer.status_code == 405


def test_formulas_say_how_many_sessions_are_left():
    held = GuardianshipFactory(can_view_progress=True)
    bought = make.FormulaPurchaseFactory(student=held.student, sessions_bought=3, formula__is_active=False)
    make.BookingFactory(student=held.student, session__formula=bought.formula)
    offered = make.FormulaFactory()
    make.FormulaFactory(is_active=False)

    def left(user, **parameters):
        rows = api_client(user).get(f"{ME}/formulas/", parameters).json()["results"]
        return {row["id"]: row["sessions_left"] for row in rows}

    of_child = {bought.formula_id: 2, offered.pk: None, Booking.objects.get().session.formula_id: 2}
    assert left(held.student.user) == of_child
    parent = held.parent.user
    assert left(parent) == {offered.pk: None}
    assert left(parent, student=held.student.user_id) == of_child
    assert left(UserFactory(), student=held.student.user_id) == {offered.pk: None}


@pytest.mark.parametrize("path", ["free-slots", "formulas", "bookings", "tutoring-sessions"])
def test_a_list_takes_the_same_queries_for_few_rows_and_many(path, django_assert_max_num_queries):
    student = StudentProfileFactory()
    for _each in range(6):
        booking = make.BookingFactory(student=student)
        make.FormulaPurchaseFactory(student=student, formula=booking.session.formula)
    api = api_client(student.user)
    api.get(f"{ME}/{path}/")
    with django_assert_max_num_queries(6):
        answer = api.get(f"{ME}/{path}/")
    assert len(answer.json()["results"]) == 6


def test_staff_see_and_enter_purchases_and_teachers_do_not():
    from accounts.tests.factories import StaffFactory, TeacherFactory

    student, formula = StudentProfileFactory(), make.FormulaFactory()
    url = "/api/v1/courses/formula-purchases/"
    rights = ["courses.view_formulapurchase", "courses.add_formulapurchase"]
    body = {"student": student.pk, "formula": formula.pk, "sessions_bought": 4, "price_amount": "96.00"}
    answer = api_client(StaffFactory(permissions=rights)).post(url, body, format="json")
    assert answer.status_code == 201, answer.content
    teacher = TeacherFactory()
    TeacherProfileFactory(user=teacher)
    assert api_client(teacher).get(url).status_code == 403
    body["sessions_bought"] = 0
    answer = api_client(StaffFactory(permissions=rights)).post(url, body, format="json")
    assert errors_of(answer) == {"sessions_bought"}


def test_nobody_gets_a_seat_with_a_teacher_who_can_no_longer_sign_in():
    slot, booking = make.TutoringSessionFactory(), make.BookingFactory()
    User.objects.filter(pk=slot.teacher.user_id).update(is_active=False)
    api = api_client(StudentProfileFactory().user)
    assert errors_of(api.post(BOOKINGS, {"session": slot.pk}, format="json")) == {"session"}
    assert act(booking.student.user, booking, "move", {"session": slot.pk}).status_code == 400
