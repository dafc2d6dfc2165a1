# Read by `manage.py shell`: prints a token of a new superuser whose id no generated request will hit,
# so that deactivating somebody at random seldom takes the tester's own rights away.
from secrets import randbelow, token_hex

from django.contrib.auth import get_user_model
from knox.models import AuthToken

name = f"tester-{token_hex(4)}"
tester = get_user_model().objects.create_superuser(
    id=2**52 + randbelow(2**20), username=name, email=f"{name}@example.org", password=None
)
print(AuthToken.objects.create(tester)[1])
