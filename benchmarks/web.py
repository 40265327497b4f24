"""Fifty people check in at once for two minutes, against gunicorn and PostgreSQL on this machine.

Then the same with a worker killed every five seconds. Nothing may be lost or doubled: what the
people were told was taken is counted against what the database has. Prints the figures.

    python benchmarks/web.py [--people 50] [--seconds 120]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/web"))
from postgresql import postgresql  # noqa: E402

PROGRAMS = Path(__file__).with_name("web_programs")


def main() -> None:
    """Both runs, and what they show."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--people", type=int, default=50)
    asked.add_argument("--seconds", type=int, default=120)
    asked.add_argument("--kill", type=int, nargs="*", default=[0, 5], help="seconds; 0 is never")
    chosen = asked.parse_args()
    failed = False
    for kill in chosen.kill:
        with postgresql() as database, tempfile.TemporaryDirectory() as data:
            shown = Run(database, Path(data), chosen.people, chosen.seconds, kill).run()
        print(json.dumps(shown, indent=2))
        failed |= bool(shown["lost or doubled"])
    sys.exit(failed)


class Run:
    """One run of the load."""

    def __init__(self, database: str, data: Path, people: int, seconds: int, kill: int) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self.people, self.seconds, self.kill, self.data = people, seconds, kill, data
        self.environment = {
            **os.environ, "BONEWATCH_DATABASE": database, "BONEWATCH_DATA": str(data),
            "BONEWATCH_SITE": f"http://localhost:{self.port}",
            "DJANGO_SETTINGS_MODULE": "bonewatch.web.settings",
        }  # fmt: skip

    def _python(self, *words: str) -> str:
        ran = subprocess.run(
            [sys.executable, *words], env=self.environment, check=True,
            stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        said = ran.stdout.strip()
        return said.splitlines()[-1] if said else ""

    def run(self) -> dict[str, object]:
        """Set up, load, count."""
        self._python("-m", "bonewatch", "web", "setup")
        sessions = self._python(str(PROGRAMS / "make_people.py"), str(self.people))
        (self.data / "sessions.json").write_text(sessions)
        words = [sys.executable, "-m", "bonewatch", "web", "serve", "--port", str(self.port)]
        server = subprocess.Popen(words, env=self.environment)
        try:
            self._wait()
            shown = self._load(server)
        finally:
            server.terminate()
            server.wait(timeout=60)
        return shown

    def _wait(self) -> None:
        for _ in range(300):
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)

    def _load(self, server: subprocess.Popen[bytes]) -> dict[str, object]:
        told = self.data / "told.json"
        more = {"BONEWATCH_LOAD": str(self.data), "BONEWATCH_RETRY": "yes" if self.kill else ""}
        locust = subprocess.Popen(
            [sys.executable, "-m", "locust", "-f", str(ROOT / "benchmarks/web_people.py"),
             "--headless", "-u", str(self.people), "-r", str(self.people), "-t", f"{self.seconds}s",
             "--host", f"http://localhost:{self.port}", "--stop-timeout", "30", "--only-summary"],
            env={**self.environment, **more}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        killed = self._kill_while(locust, server)
        sent = json.loads(told.read_text())
        kept = json.loads(self._python(str(PROGRAMS / "count_kept.py")))
        return {
            "people": self.people, "seconds": self.seconds, "workers killed": killed,
            **sent["shown"], "told taken": sent["pages"], "kept": kept,
            "lost or doubled": _wrong(sent, kept),
        }  # fmt: skip

    def _kill_while(self, locust: subprocess.Popen[bytes], server: subprocess.Popen[bytes]) -> int:
        killed, last = 0, time.monotonic()
        while locust.poll() is None:
            time.sleep(0.2)
            if self.kill and time.monotonic() - last >= self.kill:
                children = subprocess.run(
                    ["pgrep", "-P", str(server.pid)], capture_output=True, text=True, check=False
                ).stdout.split()
                if children:
                    os.kill(int(random.choice(children)), signal.SIGKILL)
                    killed += 1
                last = time.monotonic()
        return killed


def _wrong(sent: dict[str, Any], kept: dict[str, Any]) -> list[str]:
    """Where what the people know and what is kept part."""
    found = []
    if kept["pages"] != kept["tokens"]:
        found.append("a sending was kept twice")
    if kept["pages"] < sent["pages"]:
        found.append("a page that was taken is not kept")
    if kept["answers"] != kept["pages"] or kept["audited pages"] < kept["pages"]:
        found.append("a page without its answer or audit entry")
    if kept["alarms"] != kept["people with alarms"]:
        found.append("an alarm was raised twice")
    if sent["alarmed"] != kept["people with alarms"]:
        found.append("someone who told of danger has no alarm, or the reverse")
    return [*found, *kept["broken"]]


if __name__ == "__main__":
    main()
