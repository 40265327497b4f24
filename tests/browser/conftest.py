"""A real browser against a real server with the invented clinic in it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
IMAGES = ROOT / "docs/images"
PASSWORD = "a-demonstration-only"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1200, "height": 900}
FLAGS = ["--headless", "--no-sandbox", "--disable-background-networking", "--disable-gpu"]
_INVENT = "import django; django.setup(); from bonewatch.web.demo import invent; invent()"
_CODE = "import django; django.setup(); from bonewatch.web.demo import code; print(code())"


class Site:
    """The server, and who can sign in."""

    def __init__(self, address: str, environment: dict[str, str]) -> None:
        self.address, self.environment = address, environment
        self.used: dict[str, str] = {}
        self.cookies: dict[str, Any] = {}

    def run(self, *words: str) -> str:
        """What a program of ours prints on this clinic."""
        made = subprocess.run(
            [sys.executable, *words],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return made.stdout.strip()

    def code(self, name: str) -> str:
        """A second factor that this user has not used yet: each counts once."""
        while (code := self.run("-c", _CODE)) == self.used.get(name):
            time.sleep(1)
        self.used[name] = code
        return code


def _port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The demonstration's clinic on SQLite, served by gunicorn."""
    port, data = _port(), tempfile.mkdtemp(prefix="bonewatch-browser-")
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("BONEWATCH_")},
        "BONEWATCH_DATA": data, "BONEWATCH_SITE": f"http://localhost:{port}",
        "DJANGO_SETTINGS_MODULE": "bonewatch.web.settings",
    }  # fmt: skip
    found = Site(f"http://localhost:{port}", environment)
    found.run("-m", "bonewatch", "web", "setup")
    found.run("-c", _INVENT)
    words = [sys.executable, "-m", "bonewatch", "web", "serve", "--port", str(port)]
    server = subprocess.Popen(words, env=environment)
    try:
        _wait(found.address)
        yield found
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait(address: str) -> None:
    """The rules are read in every language before the first answer, which takes its time."""
    for _ in range(900):
        try:
            with urllib.request.urlopen(f"{address}/health") as answered:
                if answered.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not begin to answer")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; while it is open, Django keeps this process from its database."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield started
        started.close()


class Someone:
    """Someone at a browser; anything that goes wrong in it is kept in `wrong`."""

    def __init__(self, site: Site, context: BrowserContext) -> None:
        self.site, self.context, self.wrong = site, context, list[str]()
        self.page: Page = context.new_page()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _said(self, message: Any) -> None:
        if message.type == "error":
            self.wrong.append(message.text)

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(f"{self.site.address}{path}")
        return self.page

    def sign_in(self, name: str, *, second: bool = False) -> Page:
        """Sign in as one of the cast."""
        if name in self.site.cookies:
            self.context.add_cookies(self.site.cookies[name])
            return self.go("/")
        page = self.go("/")
        page.fill("#id_login", f"{name}@example.org")
        page.fill("#id_password", PASSWORD)
        page.click("form button[type=submit] >> nth=0")
        page.wait_for_load_state()
        if second:
            page.fill("#id_code", self.site.code(name))
            page.click("main form button >> nth=0")
            page.wait_for_url(lambda url: "2fa" not in url)
            self.site.cookies[name] = self.context.cookies()
        return page

    def press(self, words: str) -> None:
        """Press a button, and wait for the page that comes of it."""
        before = self.page.url, self.page.title()
        self.page.click(f"button:has-text('{words}')")
        self.page.wait_for_function(
            "([url, title]) => document.readyState === 'complete'"
            " && (location.href !== url || document.title !== title)",
            arg=list(before),
        )

    def say_all_is_as_before(self) -> None:
        """Of each complaint that is open, where any is: it is as it was."""
        as_before = self.page.locator("input[value='same']").all()
        for one in as_before:
            one.check()
        if as_before:
            self.press("Continue")

    def axe(self) -> list[str]:
        """What axe-core finds that is serious or worse."""
        self.page.evaluate(AXE.read_text(encoding="utf-8"))
        found = self.page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{one['id']}: {node['target']}"
            for one in found["violations"]
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]


@pytest.fixture
def someone(site: Site, browser: Browser) -> Iterator[Any]:
    """Opens new browsers: someone(phone=True, script=True)."""
    opened: list[Someone] = []

    def start(*, phone: bool = True, script: bool = True) -> Someone:
        context = browser.new_context(
            viewport=PHONE if phone else DESK, java_script_enabled=script, locale="en-GB"
        )
        opened.append(Someone(site, context))
        return opened[-1]

    yield start
    wrong = [line for one in opened for line in one.wrong]
    for one in opened:
        one.context.close()
    assert wrong == []
