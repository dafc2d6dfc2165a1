"""Runs: who is recommended what, who nothing, and why."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from config.base.exceptions import DomainError
from crm.events import RunCompleted
from crm.models import AuditItem, RecoItem, RecoRun
from crm.recommending import scenarios
from crm.recommending.explanations import number_in_words, price_in_words
from crm.services import recommend, recommendations
from crm.tests.factories import ContactEventFactory, OrderLineFactory, RecoRunFactory
from crm.tests.run_helpers import AS_OF, ago, buy, chosen, customer, moment, product

pytestmark = pytest.mark.django_db


@pytest.fixture
def market():
    goods = {
        "A": product("A", premium_tier=1),
        "B": product("B", premium_tier=1),
        "C": product("C", premium_tier=2),
        "D": product("D", premium_tier=3, grape="Gamay"),
        "E": product("E", premium_tier=4, family="WHITE"),
        "OFF": product("OFF", is_active=False),
    }
    for number in range(6):
        other = customer(f"OTHER_{number}")
        for at, key in enumerate("ABCDE"[: number + 1]):
            buy(other, goods[key], 10 + at)
        for _time in range(3):
            buy(other, goods["OFF"], 40)
    return goods


def told(run, code, rank=1):
    item = RecoItem.objects.get(run=run, customer__customer_code=code, rank=rank)
    return item.explanation_fr, item.explanation_en


def test_everybody_gets_what_their_history_speaks_for(market):
    known, lapsed, nearly = customer("KNOWN"), customer("LAPSED"), customer("NEARLY")
    customer("NEW")
    for days in (3, 30, 60):
        buy(known, market["A"], days)
    buy(lapsed, market["B"], 181)
    buy(nearly, market["B"], 180)
    run = recommend(as_of=AS_OF)
    found = chosen(run)
    assert [name for name, _key in found["KNOWN"]] == ["REBUY", "CROSS_SELL", "UPSELL"]
    assert found["KNOWN"][0] == ("REBUY", "A")
    assert found["LAPSED"] == [("WINBACK", "A"), ("WINBACK", "B"), ("WINBACK", "C")]
    assert found["NEARLY"] == [("NURTURE", "A"), ("NURTURE", "C"), ("NURTURE", "D")]
    assert found["NEW"] == [("NURTURE", "A"), ("NURTURE", "B"), ("NURTURE", "C")]
    assert run.status == RecoRun.Status.DONE
    assert run.counts["customers"] == 10
    assert run.counts["items"] == sum(run.counts["scenarios"].values()) == RecoItem.objects.count()
    assert (run.counts["excluded"], run.counts["products"], run.counts["coverage"]) == ({}, 5, 1.0)
    assert set(run.timings) == {"load", "hash", "score", "write"}


def test_a_turn_that_nobody_can_take_passes_on(market):
    everything = customer("EVERYTHING")
    for at, key in enumerate("ABCDE"):
        for time in range(at + 1):
            buy(everything, market[key], 10 + time)
    assert chosen(recommend(as_of=AS_OF), "EVERYTHING") == [("REBUY", key) for key in "EDC"]


def test_what_was_cancelled_is_neither_bought_nor_new(market):
    who = customer("CHANGED_MIND")
    for days in (3, 30):
        buy(who, market["A"], days)
    buy(who, market["B"], 20)
    buy(who, market["B"], 19, quantity=-1)
    found = chosen(recommend(as_of=AS_OF), "CHANGED_MIND")
    assert found[0] == ("REBUY", "A")
    assert {key for _name, key in found[1:]} < {"C", "D", "E"}


def test_the_reasons_are_facts_that_add_up_in_two_languages(market, monkeypatch):
    model = scenarios.cross_sell
    monkeypatch.setattr(scenarios, "cross_sell", lambda *args: model(*args).clear())
    known, lapsed = customer("KNOWN"), customer("LAPSED")
    for days in (31, 40, 60):
        buy(known, market["A"], days)
    buy(lapsed, market["B"], 214)
    run = recommend(as_of=AS_OF)
    item = RecoItem.objects.get(run=run, customer=known, rank=1)
    assert item.is_explained()
    assert item.reasons["facts"] == {
        "times_bought": 3,
        "visits_since": 0,
        "repeat_buyers": 1,
        "last_bought": "2021-12-01",
        "price_cents": 1250,
        "currency": "EUR",
        "buyers": 7,
        "popularity_rank": 1,
    }
    assert told(run, "KNOWN") == (
        "Vous avez acheté « Wine A » à 3 dates différentes, la dernière fois le 1er décembre 2021. "
        "Son prix : 12,50\u00a0€.",
        "You have bought “Wine A” on 3 different days, most recently on 1 December 2021. It costs €12.50.",
    )
    assert told(run, "KNOWN", 2) == (
        "Une marche au-dessus : « Wine C » est de niveau 2 sur 5 ; jusqu’ici, vos achats vont jusqu’au niveau 1. "
        "Son cépage, Pinot Noir, est celui d’un produit que vous avez acheté. Son prix : 12,50\u00a0€.",
        "A step up: “Wine C” is of tier 2 out of 5; so far you have bought up to tier 1. Its grape, Pinot Noir, is "
        "that of a product that you have bought. It costs €12.50.",
    )
    assert told(run, "LAPSED", 2) == (
        "Cela fait un moment : votre dernier achat date du 1er juin 2021. « Wine B » est le numéro 2 des préférés de "
        "nos clients : 6 l’ont choisi. Son prix : 12,50\u00a0€.",
        "It has been a while: your last purchase was on 1 June 2021. “Wine B” is number 2 among our customers’ "
        "favourites: 6 have chosen it. It costs €12.50.",
    )


def test_who_is_not_to_be_contacted_gets_a_note_instead(market):
    people = {
        "BOUNCED": customer("P_BOUNCED"),
        "OPTED_OUT": customer("P_OPTED_OUT"),
        "UNCONTACTABLE": customer("P_OFF", is_contactable=False),
        "SILENCE": customer("P_SILENT"),
    }
    ContactEventFactory(customer=people["BOUNCED"], kind="BOUNCED")
    ContactEventFactory(customer=people["OPTED_OUT"], kind="OPT_OUT")
    ContactEventFactory(customer=people["SILENCE"], occurred_at=moment(ago(13)))
    heard = customer("HEARD")
    ContactEventFactory(customer=heard, occurred_at=moment(ago(14)))
    run = recommend(as_of=AS_OF)
    notes = AuditItem.objects.filter(run=run).order_by("number")
    assert [(note.number, note.code, note.object_type, note.object_id) for note in notes] == [
        (1, "bounced", "crm.customer", people["BOUNCED"].pk),
        (2, "uncontactable", "crm.customer", people["UNCONTACTABLE"].pk),
        (3, "opted_out", "crm.customer", people["OPTED_OUT"].pk),
        (4, "silence", "crm.customer", people["SILENCE"].pk),
    ]
    assert "14 days" in notes[3].message
    assert notes[0].history.count() == 1
    assert set(chosen(run)) == {"HEARD", *(f"OTHER_{number}" for number in range(6))}
    assert run.counts["excluded"] == dict.fromkeys(people, 1)


@pytest.mark.parametrize(
    ("language", "number", "price"),
    [("fr", "1\u202f234\u202f567", "1\u202f234,05\u00a0€"), ("en", "1,234,567", "€1,234.05")],
)
def test_large_numbers_are_written_as_large_prices_are(language, number, price):
    with translation.override(language):
        assert (number_in_words(1_234_567), price_in_words(123_405, "EUR")) == (number, price)


@pytest.mark.parametrize(
    ("language", "days", "said"),
    [
        ("fr", 1, "contacté le jour du calcul."),
        ("fr", 2, "contacté à moins de 2 jours du calcul."),
        ("en", 1, "contacted on the day of the run."),
        ("en", 2, "contacted less than 2 days from the run."),
    ],
)
def test_the_note_on_a_silent_customer_says_how_long_they_are_left_alone(market, language, days, said):
    ContactEventFactory(customer=customer("SILENT"), occurred_at=moment(AS_OF))
    with translation.override(language):
        run = recommend(as_of=AS_OF, config={"silence_days": days})
    assert AuditItem.objects.get(run=run).message.endswith(said)


def test_without_a_product_on_sale_there_is_nothing_to_recommend():
    customer("ALONE")
    run = recommend(as_of=AS_OF)
    assert run.counts["excluded"] == {"NO_CANDIDATE": 1}
    assert (run.counts["items"], run.counts["coverage"]) == (0, 0.0)
    assert AuditItem.objects.get(run=run).code == "no_candidate"


def test_the_holdout_is_the_same_in_every_run_and_as_large_as_asked(market):
    for number in range(200):
        customer(f"MANY_{number}")

    def holdout(run):
        return set(run.items.filter(is_holdout=True).values_list("customer__customer_code", flat=True))

    first, second = recommend(as_of=AS_OF), recommend(as_of=date(2022, 2, 1))
    assert holdout(first) == holdout(second)
    assert 8 <= len(holdout(first)) <= 40
    assert first.counts["holdout"] == len(holdout(first))
    larger = recommend(as_of=AS_OF, config={"holdout_percent": 40})
    assert holdout(larger) > holdout(first)
    assert not holdout(recommend(as_of=AS_OF, config={"holdout_percent": 0}))
    assert holdout(recommend(as_of=AS_OF, config={"holdout_salt": "another"})) != holdout(first)


def test_lines_on_the_day_and_later_are_not_read(market):
    before = recommend(as_of=AS_OF)
    buy(customer("OTHER_9"), market["E"], 0)
    customer_of_before = before.items.first().customer
    OrderLineFactory(customer=customer_of_before, product=market["E"], ordered_at=moment(AS_OF, 0))
    after = recommend(as_of=AS_OF)
    changed = chosen(after)
    changed.pop("OTHER_9")
    assert changed == chosen(before)


def test_a_run_keeps_its_settings_and_records_its_data(market):
    first, second = recommend(as_of=AS_OF), recommend(as_of=AS_OF, config={"silence_days": 3})
    assert second.config == {**first.config, "silence_days": 3}
    assert first.config_hash != second.config_hash
    assert first.input_hash == second.input_hash != recommendations.UNREAD
    buy(customer("ONE_MORE"), market["A"], 5)
    assert recommend(as_of=AS_OF).input_hash != first.input_hash


def test_a_setting_that_does_not_fit_begins_no_run():
    with pytest.raises(ValidationError, match="silence_days"):
        recommend(as_of=AS_OF, config={"silence_days": -1})
    assert not RecoRun.objects.exists()


@pytest.mark.parametrize("step", ["load_inputs", "make_items", "_write_exclusions"])
def test_a_run_that_fails_leaves_a_failed_run_and_nothing_else(market, monkeypatch, step):
    def fail(*args, **kwargs):
        raise RuntimeError("broken")

    monkeypatch.setattr(recommendations, step, fail)
    with pytest.raises(RuntimeError):
        recommend(as_of=AS_OF)
    run = RecoRun.objects.get()
    assert (run.status, run.counts) == ("FAILED", {})
    assert run.finished_at is not None
    assert not RecoItem.all_objects.exists()
    assert not AuditItem.all_objects.exists()


@pytest.mark.parametrize("meanwhile", ["opt out", "delete", "merge", "off sale"])
def test_what_changes_while_it_is_made_fails_the_run(market, monkeypatch, meanwhile):
    who, make = customer("UNSTEADY"), recommendations.make_items

    def make_slowly(*args):
        made = make(*args)
        if meanwhile == "opt out":
            ContactEventFactory(customer=who, kind="OPT_OUT")
        elif meanwhile == "delete":
            who.delete()
        elif meanwhile == "merge":
            type(who).objects.filter(pk=who.pk).update(merged_into=customer("SURVIVOR"))
        else:
            type(market["A"]).objects.filter(pk=market["A"].pk).update(is_active=False)
        return made

    monkeypatch.setattr(recommendations, "make_items", make_slowly)
    with pytest.raises(DomainError) as refused:
        recommend(as_of=AS_OF)
    assert refused.value.code == "changed"
    assert RecoRun.objects.get().status == "FAILED"
    assert not RecoItem.all_objects.exists()


def test_a_run_that_begins_in_the_same_millisecond_takes_the_next_one(market, monkeypatch):
    taken = RecoRunFactory(as_of=AS_OF)
    moments = iter([taken.started_at])
    field = RecoRun._meta.get_field("started_at")
    now = field.default
    monkeypatch.setattr(field, "_get_default", lambda: next(moments, now()))
    assert recommend(as_of=AS_OF).started_at != taken.started_at


def test_the_end_of_a_run_is_announced(market, django_capture_on_commit_callbacks, monkeypatch):
    heard = []
    monkeypatch.setattr(recommendations, "emit", heard.append)
    run = recommend(as_of=AS_OF)
    (event,) = heard
    assert isinstance(event, RunCompleted)
    assert event.run_id == run.pk


def test_items_are_recorded_in_the_history(market):
    run = recommend(as_of=AS_OF)
    item = run.items.first()
    assert [(each.version, each.history_type) for each in item.history.all()] == [(1, "+")]
    assert [each.status for each in run.history.all()] == ["DONE", "RUNNING"]
