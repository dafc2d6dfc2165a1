"""Tests: SQLite in a file (threads are tested, and memory has one connection) or DATABASE_URL.

TEST_DB_SUFFIX keeps the databases of two runs apart; pytest-django adds the worker's name to it.
"""

from config.settings.base import *

SECRET_KEY = "tests-only-this-key-protects-nothing-at-all-0123456789abcdef"
DEBUG = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

_suffix = env.str("TEST_DB_SUFFIX", default="")
_database = DATABASES["default"]
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
    _test_name = str(DATA_DIR / f"test{_suffix and '_' + _suffix}.sqlite3")
else:
    _test_name = f"test_{_database['NAME']}{_suffix and '_' + _suffix}"
    # No test waits for the disk; nothing of it is to survive.
    _database["OPTIONS"] = {**_database.get("OPTIONS", {}), "options": "-c synchronous_commit=off"}
_database["TEST"] = {"NAME": _test_name}
_database["CONN_MAX_AGE"] = 0

# Strong hashes are slow on purpose; tests sign in thousands of times.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
# Looks a static file up when it is asked for, instead of listing all of them for each client.
WHITENOISE_AUTOREFRESH = True
MEDIA_ROOT = str(DATA_DIR / "test-media")
# Tests run without DEBUG, and `demo` refuses what looks like production.
DEMO_ALLOWED = True

# Tests of the second factor turn this on.
STAFF_SECOND_FACTOR = False

# Tests of the limits set their own.
REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {}
