"""Work that a page asks for and that a process of its own does."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from pcaet.lib.locks import is_held

# Seconds without a sign of life after which the work of another machine is taken for
# dead; on this one its lock tells, once its process has had the time to start.
STALE_SECONDS = 120
STARTING_SECONDS = 10
# Times that a work whose process was ended begins again by itself.
MOST_ATTEMPTS = 3
# The state, in every kind of work, of what did not come to its end.
FAILED = "failed"


class Job(models.Model):
    """What every work in the background says of itself.

    A concrete class gives the values of ``state``, with «failed» among them, and
    those of ``RUNNING``: a work that was asked for and has not ended. Such a work
    waits its turn until ``started_at``.
    """

    RUNNING: ClassVar[tuple[str, ...]]
    # What is told of one that failed.
    INTERRUPTED: ClassVar[str]
    # Whether it begins again by itself after its process was ended.
    RESUMES: ClassVar[bool] = False

    state = models.CharField("état", max_length=12, default="waiting")
    created_at = models.DateTimeField("demandé le", default=timezone.now)
    percent = models.PositiveSmallIntegerField("avancement (%)", default=0)
    message = models.TextField("message", blank=True)
    seen_alive_at = models.DateTimeField("dernier signe", default=timezone.now)
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    host = models.CharField("machine", max_length=200, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)

    class Meta:
        abstract = True

    @property
    def is_running(self) -> bool:
        return self.state in self.RUNNING

    @property
    def is_waiting(self) -> bool:
        """Its turn has not come."""
        return self.is_running and self.started_at is None

    @property
    def is_stale(self) -> bool:
        """It runs no more, though nobody said so: its process was ended."""
        if not self.is_running or self.started_at is None:
            return False
        if self.host != socket.gethostname():
            return self.silence > STALE_SECONDS
        return self.silence > STARTING_SECONDS and not is_held(self.lock)

    @property
    def silence(self) -> float:
        """Seconds since its last sign of life, or since it was asked for."""
        return (timezone.now() - self.seen_alive_at).total_seconds()

    @property
    def is_forgotten(self) -> bool:
        """It is to do, and the process begun for it had the time to start."""
        return self.is_to_do and self.silence > STARTING_SECONDS

    @property
    def is_to_do(self) -> bool:
        """It waits, or was cut short and may begin again."""
        may_resume = self.RESUMES and self.attempts < MOST_ATTEMPTS
        return self.is_waiting or (may_resume and self.is_stale)

    @property
    def is_given_up(self) -> bool:
        """Its process was ended, and it does not begin again by itself."""
        return self.is_stale and not self.is_to_do

    @property
    def words(self) -> str:
        """What is being done, or what was."""
        if self.is_waiting:
            return "En attente de son tour"
        if self.is_given_up:
            return self.INTERRUPTED
        return self.message or str(self.get_state_display())  # type: ignore[attr-defined]

    @property
    def lock(self) -> Path:
        """The file that the process at work holds."""
        name = f"{self._meta.model_name}-{self.pk}"
        return Path(settings.VAR_DIR) / "jobs" / name

    def claim(self) -> bool:
        """Start it in this process; False where another one did."""
        unchanged = type(self)._base_manager.filter(
            pk=self.pk, state__in=self.RUNNING, started_at=self.started_at
        )
        now = timezone.now()
        claimed = unchanged.update(
            started_at=now,
            seen_alive_at=now,
            host=socket.gethostname(),
            attempts=models.F("attempts") + 1,
        )
        if claimed:
            self.refresh_from_db()
        return bool(claimed)

    def tell(self, percent: int, message: str = "") -> None:
        """Say how far it is: a sign of life, which nothing undoes."""
        self.percent, self.message = percent, message
        self.seen_alive_at = timezone.now()
        self.save(update_fields=["percent", "message", "seen_alive_at"])

    def fail(self, message: str) -> None:
        """Say in French why it did not come to its end."""
        type(self)._base_manager.filter(pk=self.pk).update(
            state=FAILED, message=message
        )
