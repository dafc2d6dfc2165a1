from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("base", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="VersionConflict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="day")),
                ("model_label", models.CharField(max_length=120, verbose_name="model")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="count")),
            ],
            options={
                "verbose_name": "version conflict",
                "verbose_name_plural": "version conflicts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "model_label"), name="base_versionconflict_day_model"
                    )
                ],
            },
        ),
    ]
