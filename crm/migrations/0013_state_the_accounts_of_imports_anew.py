"""Widening the status left the check with a cast of its own on PostgreSQL; stated anew, it reads as the model's."""

from django.db import migrations, models
from django.db.models import F, Q

ACCOUNTED = models.CheckConstraint(
    condition=~Q(status__in=["DONE", "UNDONE"])
    | Q(rows_read=F("rows_created") + F("rows_updated") + F("rows_unchanged") + F("rows_rejected")),
    name="crm_importbatch_accounted",
    violation_error_message="Created, updated, unchanged and rejected make up what was read.",
)


class Migration(migrations.Migration):
    dependencies = [("crm", "0012_find_contacts_of_runs_and_products_by_maker")]

    operations = [
        migrations.RemoveConstraint(model_name="importbatch", name="crm_importbatch_accounted"),
        migrations.AddConstraint(model_name="importbatch", constraint=ACCOUNTED),
    ]
