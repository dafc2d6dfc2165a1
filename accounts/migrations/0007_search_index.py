from django.db import migrations

from config.base.constraints_vendor import SearchIndex
from config.base.operations import AddIndexConcurrently


class Migration(migrations.Migration):
    """People are searched by every list that names them."""

    atomic = False

    dependencies = [
        ("accounts", "0006_blocked_domains_and_activity"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=SearchIndex(fields=["full_name", "username", "email"], name="idx_user_search"),
        ),
    ]
