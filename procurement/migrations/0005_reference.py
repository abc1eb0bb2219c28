from django.db import migrations

from procurement.reference import load_criteria, load_parameters


def load(apps, schema_editor):
    load_parameters(apps.get_model("procurement", "LegalParameter"))
    load_criteria(apps.get_model("procurement", "RatingCriterion"))


class Migration(migrations.Migration):
    dependencies = [("procurement", "0004_goal_index")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
