"""Development: DEBUG on, a key that protects nothing, every host that means this machine."""

from config.settings.base import *

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-this-key-protects-nothing-at-all-0123456789")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# On this machine a password is enough, unless it is said otherwise.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", default=False)
