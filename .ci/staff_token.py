# Read by `manage.py shell`: prints a token of a superuser whose id no generated request will hit,
# so that deactivating a user at random never takes the tester's own rights away.
from django.contrib.auth import get_user_model
from knox.models import AuthToken

User = get_user_model()
tester = User.objects.create_superuser(
    id=2**52, username="schemathesis", email="schemathesis@example.org", password=None
)
print(AuthToken.objects.create(tester)[1])
