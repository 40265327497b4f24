"""Real workers, killed again and again: all jobs get done, all mail comes, some of it twice: why.

The workers are processes of the product's own command; they share a database of their own with
this process and send to a real mail server. Each has its own sender: a mail tells who sent it.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections, transaction
from django.utils import timezone

from bonewatch.web.accounts.models import Clinic, Patient, Role, User
from bonewatch.web.care.alarms import raise_from
from bonewatch.web.care.models import AlarmEvent, OnCall
from bonewatch.web.chart.models import Answer
from bonewatch.web.jobs.mail import mail
from bonewatch.web.jobs.models import Job

from .mail_server import mail_server

WORKERS, LETTERS, PEOPLE = 2, 40, 8
LEASE_SECONDS, SENDING, WITHIN = 5, 0.05, 28
FATAL = [f"<letter.{number}@localhost>" for number in (5, 25)]
"""Whoever sends one of these is killed when it has arrived, and before the server says so."""
RANDOM_KILLS = 5
COMMAND = "import signal; signal.alarm(60); from bonewatch.cli import app; app(['web', 'work'])"
"""The command itself; it ends by itself in a minute, should this process not be there to end it."""


@dataclass
class Office:
    """The workers, which of them were killed, and what the mail server received from each."""

    database: str
    port: int = 0
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    killed: set[str] = field(default_factory=set)
    sent_by: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    arrived: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))

    def receive(self, envelope: Any) -> None:
        """Keep a mail by its Message-ID, with who sent it; kill the sender of a fatal one."""
        message = message_from_bytes(envelope.content)
        sender, key = envelope.mail_from, message["Message-ID"]
        del message["From"]
        first = key not in self.arrived
        self.arrived[key].append((sender, message.as_string()))
        self.sent_by[sender].append(key)
        if first and key in FATAL:
            self.kill(sender)

    def received(self) -> int:
        """How many mails came until now."""
        return sum(map(len, self.sent_by.values()))

    def at_work(self) -> list[str]:
        """Who has not been killed."""
        return [name for name in self.workers if name not in self.killed]

    def kill(self, name: str) -> None:
        """As the kernel does when memory runs out."""
        self.killed.add(name)
        self.workers[name].kill()

    def staff(self) -> None:
        """Start as many workers as are missing; no one has ended but by being killed."""
        assert [name for name in self.at_work() if self.workers[name].poll() is not None] == []
        for _ in range(WORKERS - len(self.at_work())):
            name = f"worker-{len(self.workers)}@example.org"
            self.workers[name] = self._start(name)

    def _start(self, name: str) -> subprocess.Popen[bytes]:
        chosen = {
            "BONEWATCH_DATABASE": self.database, "BONEWATCH_LEASE_SECONDS": str(LEASE_SECONDS),
            "BONEWATCH_SMTP_HOST": "127.0.0.1", "BONEWATCH_SMTP_PORT": str(self.port),
            "BONEWATCH_MAIL_FROM": name, "BONEWATCH_SITE": "http://localhost:8000",
        }  # fmt: skip
        return subprocess.Popen([sys.executable, "-c", COMMAND], env={**os.environ, **chosen})

    def close(self) -> None:
        """Nobody works any more."""
        for worker in self.workers.values():
            worker.kill()
            worker.wait()


@pytest.fixture
def office(tmp_path: Path, django_db_blocker: Any) -> Iterator[Office]:
    """Nobody at work yet, and a clinic with much to send."""
    with _empty_database(tmp_path) as database, django_db_blocker.unblock():
        made = Office(database)
        with _used_here(database), mail_server(made.receive, SENDING) as made.port:
            try:
                yield made
            finally:
                made.close()


@contextmanager
def _empty_database(folder: Path) -> Iterator[str]:
    """The address of a new one, on the server that the tests use."""
    server = os.environ.get("BONEWATCH_DATABASE", "")
    if not server.startswith("postgresql"):
        yield f"sqlite:///{folder / 'apart.sqlite3'}"
        return
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("create database apart")
        try:
            yield f"{server.rpartition('/')[0]}/apart"
        finally:
            connection.execute("drop database apart with (force)")


@contextmanager
def _used_here(database: str) -> Iterator[None]:
    """This process sees what the workers see: their database takes the place of the tests' own."""
    usual = connections["default"]
    chosen = {**usual.settings_dict, **dj_database_url.parse(database), "OPTIONS": _options()}
    connections["default"] = type(usual)(chosen, "default")
    try:
        call_command("migrate", verbosity=0)
        yield
    finally:
        connections["default"].close()
        connections["default"] = usual


def _options() -> dict[str, Any]:
    options: dict[str, Any] = settings.DATABASES["default"].get("OPTIONS", {})
    return options


@transaction.atomic
def _fill(clinic: Clinic) -> None:
    """Letters to send, people to remind and alarms to tell of, all due now."""
    now = timezone.now()
    for number in range(LETTERS):
        mail(f"letter:{number}", now, "ana@example.org", f"Letter {number}", "Hello. " * number)
    nurse = User.objects.create_user("diaz@example.org", role=Role.NURSE, clinic=clinic)
    OnCall.objects.create(clinic=clinic, place=0, user=nurse)
    for number in range(PEOPLE):
        email = f"person-{number}@example.org"
        user = User.objects.create_user(email, role=Role.PATIENT, clinic=clinic)
        patient = Patient.objects.create(clinic=clinic, user=user, name=f"Person {number}")
        answer = Answer.objects.create(
            patient=patient, at=now, as_of=now.date(), urgency="soon", urgency_high="soon", rules=[]
        )
        raise_from(answer)


def _undone() -> int:
    return Job.objects.filter(done_at=None, due_at__lte=timezone.now()).count()


def _until(done: Callable[[], bool], office: Office, ends: float) -> None:
    """Wait, with someone always at work."""
    while not done():
        assert time.monotonic() < ends, f"{_undone()} jobs are not done"
        office.staff()
        time.sleep(0.02)


def _kill_now_and_then(office: Office, ends: float) -> None:
    """One at a time, after some more mails have come; whoever has sent any goes first."""
    chance = random.Random()
    for _ in range(RANDOM_KILLS):
        wanted = office.received() + chance.randint(1, LETTERS // (2 * RANDOM_KILLS))
        _until(lambda wanted=wanted: office.received() >= wanted, office, ends)
        time.sleep(chance.uniform(0, 2 * SENDING))
        alive = office.at_work()
        office.kill(chance.choice([name for name in alive if name in office.sent_by] or alive))
    _until(lambda: not _undone(), office, ends)


def test_killed_workers_lose_nothing_and_send_again_only_what_they_had_in_hand(
    office: Office,
) -> None:
    ends = time.monotonic() + WITHIN
    _fill(Clinic.objects.create(name="Riverside", emergency_phone="999"))
    _kill_now_and_then(office, ends)
    _every_job_is_done_once(office)
    _every_mail_came(office)
    _only_what_a_killed_worker_had_in_hand_came_twice(office)


def _every_job_is_done_once(office: Office) -> None:
    done = Job.objects.exclude(done_at=None)
    assert not done.exclude(problem="").exists()
    kinds = [done.filter(kind=kind).count() for kind in ("escalate", "remind", "mail")]
    assert kinds == [PEOPLE, PEOPLE, LETTERS + 2 * PEOPLE]
    tries = sum(done.values_list("attempts", flat=True))
    assert tries - done.count() <= len(office.killed)
    assert AlarmEvent.objects.filter(step="told").count() == PEOPLE


def _every_mail_came(office: Office) -> None:
    keys = Job.objects.filter(kind="mail").values_list("given__key", flat=True)
    assert set(office.arrived) == {f"<{key.replace(':', '.')}@localhost>" for key in keys}
    letters = {key: {letter for _, letter in came} for key, came in office.arrived.items()}
    assert {key: len(differing) for key, differing in letters.items() if len(differing) > 1} == {}


def _only_what_a_killed_worker_had_in_hand_came_twice(office: Office) -> None:
    again = {key: came[:-1] for key, came in office.arrived.items() if len(came) > 1}
    assert set(FATAL) <= set(again)
    for key, earlier in again.items():
        assert all(who in office.killed and office.sent_by[who][-1] == key for who, _ in earlier)
