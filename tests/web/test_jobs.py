"""Jobs are done once, whatever dies meanwhile; mail goes out over real SMTP, once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail as outbox
from django.urls import reverse
from django.utils import timezone

from bonewatch.web.jobs import queue
from bonewatch.web.jobs.mail import mail
from bonewatch.web.jobs.models import Job
from bonewatch.web.jobs.queue import LEASE, inside, outside, put, work_off

from .conftest import Cast, signed_in
from .mail_server import mail_server

pytestmark = pytest.mark.django_db
DONE: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def _nothing_done() -> None:
    DONE.clear()


@inside("count")
def count(given: dict[str, Any]) -> None:
    """Count, inside the transaction."""
    DONE.append(given)
    if given.get("breaks") and len(DONE) <= given["breaks"]:
        raise RuntimeError("broken on purpose")


@outside("send")
def send(given: dict[str, Any]) -> None:
    """Count, as something that leaves the database."""
    DONE.append(given)


def test_the_same_job_is_put_once_and_done_once() -> None:
    now = timezone.now()
    assert put("count", "a", now, n=1)
    assert not put("count", "a", now, n=2)
    work_off()
    work_off()
    assert [given["n"] for given in DONE] == [1]


def test_nothing_is_done_before_it_is_due() -> None:
    put("count", "a", timezone.now() + timedelta(hours=1))
    assert work_off() == 0
    assert work_off(lambda: timezone.now() + timedelta(hours=2)) == 1


def test_a_job_that_breaks_is_tried_again_later_and_leaves_nothing_half_done() -> None:
    put("count", "a", timezone.now(), breaks=1)
    assert work_off() == 1
    job = Job.objects.get()
    assert (job.done_at, job.problem) == (None, "RuntimeError")
    assert work_off() == 0
    assert work_off(lambda: timezone.now() + 10 * LEASE) == 1
    assert Job.objects.get().done_at is not None


def test_no_job_is_given_up_however_often_it_breaks() -> None:
    put("count", "a", timezone.now(), breaks=40)
    for tries in range(40):
        assert work_off(lambda later=tries: timezone.now() + 9 * later * LEASE) == 1
    assert work_off(lambda: timezone.now() + 9 * 40 * LEASE) == 1
    assert Job.objects.get().done_at is not None


def test_staff_are_told_of_what_does_not_go_out(cast: Cast) -> None:
    nurse, patient = signed_in(cast.diaz), signed_in(cast.ana)
    said = "are not going out:</strong> 1 waiting since"
    put("send", "a", timezone.now() - 4 * LEASE)
    assert said not in nurse.get(reverse("worklist")).content.decode()
    Job.objects.update(due_at=timezone.now() - 6 * LEASE)
    assert said in nurse.get(reverse("worklist")).content.decode()
    assert said not in patient.get(reverse("home"), follow=True).content.decode()
    work_off()
    assert said not in nurse.get(reverse("worklist")).content.decode()


def test_what_a_killed_worker_had_is_taken_up_when_its_lease_is_over() -> None:
    put("send", "a", timezone.now())
    taken = queue._take(timezone.now())
    assert taken is not None
    assert work_off() == 0
    assert work_off(lambda: timezone.now() + 2 * LEASE) == 1
    assert len(DONE) == 1


def test_a_worker_that_lost_its_lease_does_nothing() -> None:
    put("count", "a", timezone.now())
    slow = queue._take(timezone.now())
    assert slow is not None
    work_off(lambda: timezone.now() + 2 * LEASE)
    queue._do(slow, timezone.now)
    assert len(DONE) == 1


def test_a_worker_that_fails_after_its_lease_leaves_the_job_to_who_has_it() -> None:
    put("send", "a", timezone.now())
    slow, late = queue._take(timezone.now()), timezone.now() + 2 * LEASE
    other = queue._take(late)
    assert slow is not None
    assert other is not None
    slow.kind = "no such kind"
    queue._do(slow, timezone.now)
    assert work_off(lambda: late) == 0
    assert Job.objects.get().lease == other.lease


def test_what_was_sent_is_not_sent_again_though_it_took_longer_than_the_lease() -> None:
    put("send", "a", timezone.now())
    slow, late = queue._take(timezone.now()), timezone.now() + 2 * LEASE
    assert slow is not None
    assert queue._take(late) is not None
    queue._do(slow, timezone.now)
    assert work_off(lambda: late + 2 * LEASE) == 0
    assert len(DONE) == 1


@pytest.fixture
def smtp(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """A real SMTP server, and what it received."""
    received: list[Any] = []
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server(received.append) as port:
        chosen = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port}
        for name, value in chosen.items():
            monkeypatch.setattr(settings, name, value)
        yield received


def test_mail_goes_out_over_smtp_once(smtp: list[Any]) -> None:
    for _ in range(2):
        mail("hello:1", timezone.now(), "ana@example.org", "bonewatch: how are you?", "Sign in.")
    work_off()
    work_off()
    [envelope] = smtp
    content = envelope.content.decode()
    assert envelope.rcpt_tos == ["ana@example.org"]
    assert "Message-ID: <hello.1@localhost>" in content
    assert not outbox.outbox


def test_mail_waits_while_the_server_is_away(
    smtp: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = settings.EMAIL_PORT
    monkeypatch.setattr(settings, "EMAIL_PORT", 1)
    mail("hello:2", timezone.now(), "ana@example.org", "s", "b")
    work_off()
    assert Job.objects.get().done_at is None
    monkeypatch.setattr(settings, "EMAIL_PORT", port)
    work_off(lambda: timezone.now() + 10 * LEASE)
    assert len(smtp) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_do_not_do_a_job_twice() -> None:
    from django.db import connection

    if connection.vendor == "sqlite":
        for number in range(5):
            put("send", str(number), timezone.now(), n=number)
        work_off()
        assert len(DONE) == 5
        return
    for number in range(40):
        put("send", str(number), timezone.now(), n=number)

    def work() -> None:
        work_off()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(given["n"] for given in DONE) == list(range(40))
