"""People who check in, for locust: each has a session, sends pages, and thinks in between."""

from __future__ import annotations

import json
import os
import random
import re
import time
import uuid
from itertools import count
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task

FOLDER = Path(os.environ["BONEWATCH_LOAD"])
SESSIONS = json.loads((FOLDER / "sessions.json").read_text())
RETRY = bool(os.environ.get("BONEWATCH_RETRY"))
TAKEN: set[str] = set()
ALARMED: set[int] = set()
REFUSED = 422
STARTED = time.monotonic()
TOOK: list[tuple[float, float]] = []
_NUMBERS = count()
_FORM = re.compile(r'class="check-in[^"]*" method="post" action="([^"]+)"')
_CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Patient(HttpUser):
    """Someone who checks in again and again; half of the time something is new."""

    wait_time = between(1, 3)

    def on_start(self) -> None:
        """Come with a session, as by the link of a mail."""
        self.number = next(_NUMBERS) % len(SESSIONS)
        session, self.patient = SESSIONS[self.number]
        self.client.cookies.set("sessionid", session)

    @task
    def check_in(self) -> None:
        """The danger signs, then anything else."""
        page = self._get(f"/me/{self.patient}/check-in/")
        self.wait()
        if not _begins(page):
            self._send(page, {"button": "nothing_new"})
        elif random.random() < 0.2:
            page = self._send(page, {"ticked": "saddle", "button": "go_on"}, alarm=True)
        elif random.random() < 0.5:
            page = self._send(page, {"button": "nothing_new"})
        else:
            page = self._send(page, {"button": "none_of_these"})
            self.wait()
            page = self._send(page, {"button": "nothing_new"})

    def _get(self, path: str) -> str:
        while True:
            with self.client.get(
                path, name=path.replace(self.patient, "*"), catch_response=True
            ) as a:
                if a.status_code == 200:
                    return str(a.text)
                if not RETRY:
                    a.failure(f"status {a.status_code}")
                    return ""
                a.success()
            time.sleep(0.5)

    def _send(self, page: str, told: dict[str, Any], *, alarm: bool = False) -> str:
        """Send a page until it is taken, always as the same sending."""
        form, csrf = _FORM.search(page), _CSRF.search(page)
        if form is None or csrf is None:
            return page
        token = str(uuid.uuid4())
        sent = {"csrfmiddlewaretoken": csrf.group(1), "token": token, **told}
        if alarm:
            ALARMED.add(self.number)
        while True:
            with self.client.post(form.group(1), data=sent, name="send", catch_response=True) as a:
                if a.status_code == 200:
                    TAKEN.add(token)
                    return str(a.text)
                if not RETRY or a.status_code == REFUSED:
                    a.failure(f"status {a.status_code}")
                    return ""
                a.success()
            time.sleep(0.5)


def _begins(page: str) -> bool:
    """Is it the first page of a check-in, not one that was left open?"""
    form = _FORM.search(page)
    return form is not None and form.group(1).endswith("/danger/")


@events.request.add_listener
def _took(response_time: float, **_: Any) -> None:
    TOOK.append((time.monotonic() - STARTED, response_time))


def _by_ten_seconds() -> list[int]:
    """The 95th percentile of each ten seconds, in milliseconds."""
    found: dict[int, list[float]] = {}
    for moment, took in TOOK:
        found.setdefault(int(moment // 10), []).append(took)
    return [round(sorted(took)[int(len(took) * 0.95)]) for _, took in sorted(found.items())]


@events.quitting.add_listener
def _tell(environment: Any, **_: Any) -> None:
    total = environment.stats.total
    shown = {
        "requests": total.num_requests, "failures": total.num_failures,
        "why": sorted(str(one.error) for one in environment.stats.errors.values()),
        "median ms": total.get_response_time_percentile(0.5),
        "p95 ms": total.get_response_time_percentile(0.95),
        "p99 ms": total.get_response_time_percentile(0.99),
        "p95 ms of each ten seconds": _by_ten_seconds(), "a second": round(total.total_rps, 1),
    }  # fmt: skip
    told = {"pages": len(TAKEN), "alarmed": len(ALARMED), "shown": shown}
    (FOLDER / "told.json").write_text(json.dumps(told))
