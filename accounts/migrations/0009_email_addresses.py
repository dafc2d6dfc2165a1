from django.db import migrations
from django.db.models import Exists, OuterRef


def list_addresses(apps, schema_editor):
    """Whoever is here was let in by staff: their address counts as confirmed. EmailAddress has no history."""
    using = schema_editor.connection.alias
    User = apps.get_model("accounts", "User")
    EmailAddress = apps.get_model("account", "EmailAddress")
    listed = EmailAddress.objects.using(using).filter(user=OuterRef("pk"))
    people = User._base_manager.using(using).filter(~Exists(listed), is_deleted=False).exclude(email="")
    EmailAddress.objects.using(using).bulk_create(
        (
            EmailAddress(user_id=key, email=email.lower(), verified=True, primary=True)
            for key, email in people.values_list("pk", "email").iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_activities_and_invitations"),
        ("account", "0009_emailaddress_unique_primary_email"),
    ]

    operations = [migrations.RunPython(list_addresses, migrations.RunPython.noop)]
