"""The settings of a run: complete, refused by name, and one hash for one meaning."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from config.base.exceptions import DomainError
from config.base.shapes import check_shape
from crm import shapes
from crm.importing import mappings
from crm.models import RecoRun
from crm.recommending.config import ENGINE, complete_config, config_hash, default_config
from crm.services import build_profiles, recommend
from crm.validators import validate_storable

CHANGES = {
    "silence_days": 15,
    "attribution_days": 31,
    "holdout_percent": 11,
    "holdout_salt": "another",
    "lapsed_days": 181,
    "nurture_orders": 3,
    "items_per_customer": 2,
    "time_zone": "UTC",
    "weights": {"upsell_grape": 0.75},
}


def test_the_defaults_are_those_that_were_agreed():
    config = complete_config(None)
    assert config == complete_config({}) == default_config()
    assert {name: config[name] for name in ("silence_days", "attribution_days", "holdout_percent")} == {
        "silence_days": 14,
        "attribution_days": 30,
        "holdout_percent": 10,
    }
    assert (config["lapsed_days"], config["items_per_customer"]) == (180, 3)
    check_shape(config, shapes.CONFIG)


@pytest.mark.parametrize("name", CHANGES)
def test_each_setting_changes_the_hash(name):
    assert set(CHANGES) == set(default_config())
    assert config_hash(complete_config({name: CHANGES[name]})) != config_hash(complete_config(None))


def test_another_engine_is_another_hash(monkeypatch):
    before = config_hash(complete_config(None))
    monkeypatch.setattr("crm.recommending.config.ENGINE", ENGINE + 1)
    assert config_hash(complete_config(None)) != before


@given(st.permutations(list(CHANGES.items())))
def test_the_order_of_the_keys_and_how_a_number_is_written_change_nothing(items):
    expected = config_hash(complete_config(CHANGES))
    written = {name: float(value) if isinstance(value, int) else value for name, value in dict(items).items()}
    assert config_hash(complete_config(dict(items))) == config_hash(complete_config(written)) == expected


@pytest.mark.parametrize(
    ("given_config", "named"),
    [
        ({"silence_days": -1}, "silence_days"),
        ({"silence_days": "14"}, "silence_days"),
        ({"holdout_percent": 51}, "holdout_percent"),
        ({"items_per_customer": 4}, "items_per_customer"),
        ({"items_per_customer": True}, "items_per_customer"),
        ({"silence": 3}, "silence"),
        ({"weights": {"upsell_colour": 1}}, "upsell_colour"),
        ({"weights": {"upsell_grape": None}}, "weights.upsell_grape"),
        ({"weights": 3}, "weights"),
        ({"time_zone": "Europe/Beaune"}, "Europe/Beaune"),
        ({"time_zone": "../etc"}, "time_zone"),
        ({"time_zone": "localtime"}, "time_zone"),
        ({"weights": {"upsell_grape": float("nan")}}, "no database"),
        ({"holdout_salt": "\0"}, "no database"),
        ([], "object"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(given_config, named):
    with pytest.raises(ValidationError) as refused:
        complete_config(given_config)
    assert named in str(refused.value)
    assert list(refused.value.message_dict) == ["config"]


@pytest.mark.django_db
@pytest.mark.parametrize("as_of", [date.min, date(1899, 12, 31), date(2101, 1, 1), date.max])
def test_a_day_without_room_for_windows_around_it_is_refused(as_of):
    for service in (recommend, build_profiles):
        with pytest.raises(ValidationError, match="1900"):
            service(as_of=as_of)
    assert not RecoRun.objects.exists()


@pytest.mark.parametrize(
    "change",
    [
        {"date_format": "%Y-%m-%d %H"},
        {"constants": {"source": "\0"}},
        {"constants": {"source": "\ud800"}},
    ],
)
def test_a_mapping_that_no_file_can_be_read_by_is_refused(change):
    columns = {"order_reference": "order"}
    with pytest.raises(DomainError) as refused:
        mappings.load({"columns": columns, **change}, kind="ORDERS")
    assert refused.value.code == "mapping"


@pytest.mark.parametrize("value", ["\\u0000", "é 😀", {"a": [1, None, 0.5]}])
def test_other_values_are_storable(value):
    validate_storable(value)
