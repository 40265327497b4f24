"""The demonstration, really started: its page answers, its sign-ins stay on the screen."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from email import message_from_bytes
from pathlib import Path

import pytest

from bonewatch.web.environment import SetupError, read_environment

from .mail_server import free_port

STARTS_WITHIN, MAILS = 60, 3
CLINICS_OWN = {
    "BONEWATCH_SMTP_HOST": "127.0.0.1",
    "BONEWATCH_DATABASE": "postgresql://127.0.0.1:1/x",
}
SECRET = "aB3" * 16 + "xy"


@pytest.fixture
def demonstration(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A demonstration that is running, its output in a file; all of it is gone afterwards."""
    folder, port = tmp_path, free_port()
    words = [sys.executable, "-m", "bonewatch", "web", "demo"]
    with (folder / "printed").open("wb") as printed:
        started = subprocess.Popen(
            [*words, "--port", str(port), "--data", str(folder / "kept")],
            env={**os.environ, **CLINICS_OWN}, stdout=printed, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    try:
        yield folder, port
        started.terminate()
        assert started.wait(timeout=20) == 0
        assert not _group_lives(started.pid)
    finally:
        if _group_lives(started.pid):
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _wait_for(there: Callable[[], bool]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while not there():
        assert time.monotonic() < until, "it did not come"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://localhost:{port}/", timeout=5) as page:
            return "Sign in" in page.read().decode()
    except OSError:
        return False


def test_its_page_answers_and_the_sign_ins_are_the_last_on_the_screen(
    demonstration: tuple[Path, int],
) -> None:
    folder, port = demonstration
    mail = folder / "kept" / "mail"
    _wait_for(lambda: _answers(port))
    _wait_for(lambda: mail.is_dir() and len(list(mail.iterdir())) >= MAILS)
    lines = (folder / "printed").read_text().splitlines()
    assert lines[0] == f"bonewatch is at http://localhost:{port}"
    assert [line for line in lines if "Mail" in line] == [f"Mail is not sent but written to {mail}"]
    assert any(line.split()[:1] == ["ana@example.org"] for line in lines)
    assert lines[-1] == "All people are invented. Stop with Ctrl-C."
    written = [message_from_bytes(path.read_bytes()) for path in mail.iterdir()]
    assert all("@example.org" in message["To"] for message in written)


@pytest.mark.parametrize(
    ("chosen", "backend"),
    [
        ({}, "console"),
        ({"BONEWATCH_MAIL": "letters"}, "filebased"),
        ({"BONEWATCH_MAIL": "letters", "BONEWATCH_SMTP_HOST": "mail.example.org"}, "smtp"),
    ],
)
def test_where_mail_goes(chosen: dict[str, str], backend: str) -> None:
    said = "from bonewatch.web import settings; print(settings.EMAIL_BACKEND)"
    ran = subprocess.run(
        [sys.executable, "-c", said], env={**os.environ, **chosen}, capture_output=True, check=True
    )
    assert ran.stdout.decode().split(".")[-2] == backend


def test_a_clinic_does_not_start_with_mail_going_nowhere() -> None:
    production = {"BONEWATCH_PRODUCTION": "true", "BONEWATCH_SECRET_KEY": SECRET}
    with pytest.raises(SetupError, match="BONEWATCH_SMTP_HOST: in production"):
        read_environment(production)
    assert read_environment({**production, "BONEWATCH_SMTP_HOST": "mail.example.org"}).production
    assert read_environment({**production, "BONEWATCH_MAIL": "letters"}).production


@pytest.mark.parametrize("secret", ["", SECRET[1:]])
def test_a_clinic_does_not_start_with_a_secret_that_can_be_guessed(secret: str) -> None:
    production = {"BONEWATCH_PRODUCTION": "true", "BONEWATCH_SMTP_HOST": "mail.example.org"}
    with pytest.raises(SetupError, match="BONEWATCH_SECRET_KEY: in production 50 random letters"):
        read_environment({**production, "BONEWATCH_SECRET_KEY": secret})
