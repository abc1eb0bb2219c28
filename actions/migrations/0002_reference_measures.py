from django.db import migrations

from actions.references import load_catalogues


def load(apps, schema_editor):
    load_catalogues(apps.get_model("actions", "ReferenceMeasure"))


class Migration(migrations.Migration):
    dependencies = [("actions", "0001_initial")]

    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
