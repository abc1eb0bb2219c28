"""The project's settings, made quick and kept away from what people typed."""

import atexit
import os
import shutil
from tempfile import mkdtemp

os.environ["PCAET_VAR"] = mkdtemp(prefix="pcaet-tests-")
atexit.register(shutil.rmtree, os.environ["PCAET_VAR"], ignore_errors=True)

from pcaet.settings import *  # noqa: E402, F403 — after the folder is chosen
from pcaet.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

SECRET_KEY = "tests-only"
DATABASES["default"]["TEST"] = {
    # SQLite stays in memory.
    "NAME": "test_pcaet" if "DATABASE_URL" in os.environ else None
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# WhiteNoise warns where nothing was collected.
STATIC_ROOT.mkdir(exist_ok=True)
# Client.force_login knows no address to lock out.
AXES_ENABLED = False
