"""Fill the empty, migrated database of the environment with a merchant's data and open every list.

volume.py [CUSTOMERS ORDER_LINES]    12,000 and 120,000 unless said otherwise

Fails when an admin list takes more than 8 queries, when an API list or its browsable page, filter form included,
takes more than 10 or weighs 200 KB, or when any of them is no 200. Prints the times, which fail nothing: a machine is
noisy.
"""

import os
import statistics
import sys
import time
from base64 import b64encode
from urllib.parse import urlencode

sys.path.insert(0, os.getcwd())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

import django

django.setup()

from django.contrib import admin
from django.db import connection, reset_queries
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import last_seen, session_age
from accounts.tests.factories import SuperuserFactory
from config.base.api.pagination import NewestFirstPagination
from config.base.introspection import kernel_models
from config.base.tests.admin_helpers import url_of
from config.base.tests.api_helpers import endpoints
from crm.tests.volume import fill

ADMIN_QUERIES, API_QUERIES, BYTES, SLOW = 8, 10, 200_000, 0.5
HTML = {"Accept": "text/html"}

failures: list[str] = []
times: list[tuple[float, str]] = []


def look(browser, url, *, queries, size=None, headers=None):
    """Open a page within its bars; what it answered and in how many seconds."""
    reset_queries()  # Django keeps the last 9,000 and counts no more than that
    started = time.perf_counter()
    with CaptureQueriesContext(connection) as seen:
        answer = browser.get(url, headers=headers)
    taken = time.perf_counter() - started
    content = answer.content
    times.append((taken, url))
    if answer.status_code != 200:
        failures.append(f"{url} answered {answer.status_code}")
    if len(seen) > queries:
        failures.append(f"{url} took {len(seen)} queries, at most {queries} are allowed")
    if size and len(content) >= size:
        failures.append(f"{url} weighs {len(content):,} bytes, {size:,} are too many")
    return answer, taken


def admin_lists(browser):
    """Each list of the admin, in each order that it offers, searched, and its last page."""
    number = 0
    for model, own in admin.site._registry.items():
        if model not in kernel_models():
            continue
        url = url_of(model, "changelist")
        look(browser, url, queries=100)  # content types and the like are looked up once and kept
        last = max(0, model.objects.count() - 1) // own.list_per_page + 1
        asked = ["", f"?p={last}", "?q=elodie", "?trash=only"]
        asked += [
            f"?o={sign}{column}" for column in range(1, len(own.list_display) + 1) for sign in ("", "-")
        ]
        for query in asked:
            look(browser, url + query, queries=ADMIN_QUERIES)
            number += 1
    return number


def api_lists(browser):
    """Each list of the API as JSON and as a page with its filter form, in each order, searched."""
    number = 0
    for endpoint in endpoints():
        view = endpoint.viewset
        look(browser, endpoint.url, queries=100)
        asked = [{}, *({"ordering": f"{sign}{name}"} for name in view.ordering_fields for sign in ("", "-"))]
        asked += [{"search": "elodie"}] if view.search_fields else []
        for parameters in asked:
            url = f"{endpoint.url}?{urlencode(parameters)}" if parameters else endpoint.url
            for headers in (None, HTML):
                look(browser, url, queries=API_QUERIES, size=BYTES, headers=headers)
                number += 1
    return number


def deep_pages(browser):
    """Of each list with a cursor: how long the page in the middle and the one near the end take beside the first."""
    for endpoint in endpoints():
        if not issubclass(endpoint.viewset.pagination_class, NewestFirstPagination):
            continue
        keys = endpoint.model.objects.order_by("-id").values_list("id", flat=True)
        total = keys.count()
        if total < 1000:
            print(f"  {endpoint.url}: only {total} rows")
            continue
        ratios = {}
        for name, position in (("the middle", total // 2), ("the end", total - 100)):
            cursor = b64encode(urlencode({"p": keys[position]}).encode()).decode()
            pairs = []
            for _ in range(7):
                _, first = look(browser, endpoint.url, queries=API_QUERIES, size=BYTES)
                page, deep = look(
                    browser,
                    f"{endpoint.url}?{urlencode({'cursor': cursor})}",
                    queries=API_QUERIES,
                    size=BYTES,
                )
                pairs.append(deep / first)
            if page.json()["results"][0]["id"] >= keys[position]:
                failures.append(f"{endpoint.url} did not go on after the cursor")
            ratios[name] = statistics.median(pairs)
        print(
            f"  {endpoint.url}, {total:,} rows: "
            + ", ".join(f"{k} {v:.2f}× the first" for k, v in ratios.items())
        )


def main():
    customers, lines = (int(each) for each in sys.argv[1:3] or ("12000", "120000"))
    started = time.perf_counter()
    fill(customers=customers, lines=lines)
    print(f"filled in {time.perf_counter() - started:.0f} s:")
    for model in kernel_models():
        if model.objects.count() >= 1000:
            print(f"  {model._meta.label}: {model.objects.count():,} rows")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    # Once a minute, whichever page is open then writes that somebody is there: two queries that are not the page's.
    session_age.PRECISION = last_seen.PRECISION = 24 * 3600
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(SuperuserFactory(locale="en"))
    print(f"{admin_lists(browser)} pages of lists in the admin, {api_lists(browser)} of the API")
    print("deep pages by cursor:")
    deep_pages(browser)
    print("slowest:")
    for taken, url in sorted(times, reverse=True)[:10]:
        print(f"  {taken:.2f} s  {url}{'  (slow)' if taken > SLOW else ''}")
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


main()
