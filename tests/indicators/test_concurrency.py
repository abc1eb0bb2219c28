"""Many officers type at once through a real server; nothing is lost nor mixed.

Thirty authors on the default SQLite base, and on PostgreSQL where ``DATABASE_URL``
says so. A minute is for the bench (``CONCURRENCY_SECONDS=60``); the suite takes less.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import psycopg
import pytest

ROOT = Path(__file__).parents[2]
SECONDS = float(os.environ.get("CONCURRENCY_SECONDS", "8"))
AUTHORS = 30
# Rows fewer than authors, so that several write on the same one.
ROWS = 12
STARTING_SECONDS = 60
CSRF = "c" * 32

PREPARE = f"""
import json, sys
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import Group, User
from django.contrib.sessions.backends.db import SessionStore
from actions.models import Action, Membership, Organisation, Plan
from indicators.models import Indicator, Target
body = Organisation.objects.create(name="Concurrence")
plan = Plan.objects.create(slug="concurrence", title="Plan", kind="pcaet", authority=body)
action = Action.objects.create(plan=plan, code="1", title="Action")
rows = []
for number in range({ROWS}):
    row = Indicator.objects.create(action=action, name=f"Ligne {{number}}")
    Target.objects.create(indicator=row, year=2017, text="100 visites").read_quantities()
    rows.append(row.pk)
sessions = []
for number in range({AUTHORS}):
    user = User.objects.create_user(f"agent-{{number}}")
    user.groups.add(Group.objects.get(name="Chargés de mission"))
    Membership.objects.create(user=user, organisation=body)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    sessions.append(store.session_key)
print(json.dumps([rows, sessions]))
"""
COUNT = """
import json
from indicators.models import Result
print(json.dumps([
    [r.indicator_id, r.version, r.text, r.comment, [str(v) for v in r.values],
     [[h.version, h.text, h.comment] for h in r.history.order_by("history_id")]]
    for r in Result.objects.filter(indicator__action__plan__slug="concurrence")
]))
"""


@dataclass
class Author:
    """What one person sent, and what the server answered."""

    session: str
    saved: dict[str, tuple[int, int]] = field(default_factory=dict)
    conflicts: int = 0
    failures: list[str] = field(default_factory=list)


@dataclass
class Site:
    port: int
    environment: dict[str, str]

    def run(self, code: str) -> list[Any]:
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", code],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        found: list[Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    environment = os.environ | {
        "PCAET_VAR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "pcaet.settings",
    }
    (tmp_path / "static").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    migrate = [sys.executable, "manage.py", "migrate", "-v", "0"]
    with own_database(environment):
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        yield from served(environment, port)


@contextmanager
def own_database(environment: dict[str, str]) -> Iterator[None]:
    """A base for this test alone, where the site runs on PostgreSQL."""
    url = environment.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield
        return
    name = f"concurrence_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        environment["DATABASE_URL"] = urlsplit(url)._replace(path=f"/{name}").geturl()
        try:
            yield
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def served(environment: dict[str, str], port: int) -> Iterator[Site]:
    server = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "pcaet.wsgi",
            "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4",
            "--log-level", "error",
        ],
        cwd=ROOT,
        env=environment,
    )  # fmt: skip
    try:
        wait_for(port)
        yield Site(port, environment)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


def type_all_day(port: int, author: Author, rows: list[int], until: float) -> None:
    """Save rows one after the other, as the page's script does."""
    chance = random.Random(author.session)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    versions = dict.fromkeys(rows, 0)
    turn = 0
    while time.monotonic() < until:
        turn += 1
        row = chance.choice(rows)
        words = f"{author.session}-{turn}"
        status, answer = save(connection, author, row, words, versions[row])
        if status == 409:
            # The other version was shown; the author replaces it with their own.
            author.conflicts += 1
            status, answer = save(connection, author, row, words, answer["current"])
        if status == 200:
            versions[row] = answer["version"]
            author.saved[words] = (row, answer["version"])
        elif status == 409:
            author.conflicts += 1
            versions[row] = answer["current"]
        else:
            author.failures.append(f"{status} {answer}")
    connection.close()


def save(
    connection: http.client.HTTPConnection,
    author: Author,
    row: int,
    words: str,
    version: int,
) -> tuple[int, dict[str, int]]:
    fields = {
        "text": words,
        "comment": words,
        "state": "",
        "value_0": str(len(words)),
        "version": str(version),
        "base": "",
    }
    body = urlencode({f"r{row}-{name}": value for name, value in fields.items()})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"sessionid={author.session}; csrftoken={CSRF}",
        "X-CSRFToken": CSRF,
    }
    connection.request("POST", f"/resultats/{row}/2017/", body, headers)
    response = connection.getresponse()
    content = response.read()
    is_json = "json" in (response.getheader("Content-Type") or "")
    return response.status, json.loads(content) if is_json else {}


def test_thirty_authors_lose_and_mix_nothing(site: Site) -> None:
    rows, sessions = site.run(PREPARE)
    authors = [Author(session) for session in sessions]
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(AUTHORS) as pool:
        for author in authors:
            pool.submit(type_all_day, site.port, author, rows, until)
    assert [failure for author in authors for failure in author.failures] == []
    saved = {words: seen for author in authors for words, seen in author.saved.items()}
    assert len(saved) >= ROWS
    assert sum(author.conflicts for author in authors) > 0
    kept: dict[str, tuple[int, int]] = {}
    for row, version, text, comment, values, history in site.run(COUNT):
        assert text == comment
        assert values == [str(len(text))]
        assert [past[0] for past in history] == list(range(1, version + 1))
        for past_version, past_text, past_comment in history:
            assert past_text == past_comment
            kept[past_text] = (row, past_version)
    # What was said to be saved was, once, in its order; nothing else was.
    assert kept == saved
