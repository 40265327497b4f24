"""The picture of the body: what it names, what it draws, and what it does in a browser."""

from __future__ import annotations

import os
import re
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bonewatch.web.settings")
os.environ.setdefault("BONEWATCH_DATA", tempfile.mkdtemp(prefix="bonewatch-web-"))
import django

django.setup()

from django.conf import settings  # noqa: E402
from django.template.loader import render_to_string  # noqa: E402
from django.test import override_settings  # noqa: E402

from bonewatch.record.words import words  # noqa: E402
from bonewatch.web.portal.body_map import NOT_ASKED, body_map, grouped, regions  # noqa: E402

STATIC = Path(__file__).parents[2] / "src/bonewatch/web/static"
PLAIN = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"
NARROW, PHONE, DESK = 320, 390, 1024
LEAST, LEAST_OF_BIG = 24, 44
BIG = ("skull", "abdomen", "pelvis", "lumbar_spine", "femur:left", "buttock:left", "tibia:left")


def _rendered(*chosen: str) -> str:
    context = {"body_map": body_map({"sites": chosen}), "legend": "Where?", "hint": "All of them."}
    with override_settings(STORAGES={**settings.STORAGES, **PLAIN}, STATIC_URL="/static/"):
        return render_to_string("portal/body_map.html", context)


def _page_of(part: str) -> str:
    sheets = "".join(
        f'<link rel="stylesheet" href="/static/{sheet}">'
        for sheet in ("built/nhsuk.css", "bonewatch/site.css")
        if (STATIC / sheet).exists()
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Where</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,">{sheets}'
        '<script type="module" src="/static/bonewatch/body-map.js"></script>'
        f'<body><div class="nhsuk-width-container"><form>{part}</form></div>'
    )


class _Guarded(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CSP)
        super().end_headers()

    def log_message(self, *args: Any) -> None:
        """Nothing: the test says what went wrong."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A page with nothing but the picture and its list."""
    folder = tmp_path_factory.mktemp("body")
    (folder / "static").symlink_to(STATIC)
    (folder / "index.html").write_text(_page_of(_rendered("rib:left")), encoding="utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Guarded, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def opened(address: str, browser: Browser) -> Iterator[Any]:
    """Opens the page: opened(width, script=True); nothing may go wrong in it."""
    contexts, wrong = [], list[str]()

    def start(width: int = DESK, *, script: bool = True, **more: Any) -> Page:
        view = {"width": width, "height": 800}
        contexts.append(browser.new_context(viewport=view, java_script_enabled=script, **more))
        page: Page = contexts[-1].new_page()
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(address)
        return page

    yield start
    for context in contexts:
        context.close()
    assert wrong == []


def _box(page: Page, value: str) -> Any:
    return page.locator(f'[id="p-{value}"]')


def _tile(page: Page, value: str) -> Any:
    return page.locator(f'.place[data-place="{value}"]').first


def _middle(tile: Any) -> tuple[float, float]:
    box = tile.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# what it names


def test_every_site_a_person_could_name_is_there() -> None:
    asked = {place.value.partition(":")[0] for group in grouped() for place in group.places}
    assert asked | set(NOT_ASKED) == set(words("site"))
    assert asked & set(NOT_ASKED) == set()


def test_every_value_is_sent_once_and_has_both_sides_or_none() -> None:
    values = [place.value for group in grouped() for place in group.places]
    assert [value for value, times in Counter(values).items() if times > 1] == []
    sides = {value.partition(":")[2] for value in values}
    assert sides == {"", "left", "right"}
    lefts = {v.removesuffix(":left") for v in values if v.endswith(":left")}
    assert lefts == {v.removesuffix(":right") for v in values if v.endswith(":right")}


def test_no_two_places_are_called_the_same() -> None:
    said = [place.says for group in grouped() for place in group.places]
    assert len(set(said)) == len(said)


def test_left_is_the_persons_own() -> None:
    for region in regions():
        side = region.place.value.partition(":")[2]
        if side:
            at_the_right = region.middle[0] > 0
            assert at_the_right == ((side == "left") == (region.view == "front"))


def test_what_was_chosen_before_is_chosen_again() -> None:
    assert {r.place.value for r in regions(["rib:left"]) if r.place.chosen} == {"rib:left"}
    assert len(re.findall(r"checked", _rendered("rib:left", "sacrum"))) == 2


@pytest.mark.parametrize("view", ["front", "back"])
def test_arrows_reach_every_region(view: str) -> None:
    shown = {r.place.value: r for r in regions() if r.view == view}
    reached, ahead = set[str](), [next(iter(shown))]
    while ahead:
        at = ahead.pop()
        if at not in reached:
            reached.add(at)
            ahead += shown[at].next_to.values()
    assert reached == set(shown)


def test_the_sheet_shows_every_region_without_a_script() -> None:
    sheet = (STATIC / "bonewatch/body-map.css").read_text(encoding="utf-8")
    shown = set(re.findall(r'\.body-map:has\(\[value="([^"]+)"\]:checked\)', sheet))
    assert shown == {region.place.value for region in regions()}


def test_nothing_is_inline() -> None:
    page = _rendered()
    assert re.findall(r"<style|<script|\sstyle=|\son\w+=|javascript:", page) == []


# what it does in a browser


def test_every_tick_has_a_label(opened: Any) -> None:
    page = opened()
    named = page.eval_on_selector_all(
        "input[name=sites]", "all => all.map(one => [...one.labels].map(l => l.textContent).join())"
    )
    assert len(named) == sum(len(group.places) for group in grouped())
    assert all(named)


@pytest.mark.parametrize("width", [NARROW, PHONE, DESK])
def test_every_region_is_hit_in_its_middle_and_is_large_enough(opened: Any, width: int) -> None:
    page = opened(width)
    page.set_viewport_size({"width": width, "height": 2400})
    for tile in page.locator(".place").all():
        hit = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.dataset.place", list(_middle(tile))
        )
        value, box = tile.get_attribute("data-place"), tile.bounding_box()
        assert hit == value
        assert min(box["width"], box["height"]) >= (LEAST_OF_BIG if value in BIG else LEAST), value


@pytest.mark.parametrize("script", [True, False])
def test_a_narrow_page_does_not_scroll_sideways(opened: Any, script: bool) -> None:
    page = opened(NARROW, script=script)
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW


def test_a_click_ticks_and_says_so(opened: Any) -> None:
    page = opened()
    assert _tile(page, "rib:left").get_attribute("aria-checked") == "true"
    page.mouse.click(*_middle(_tile(page, "knee:right")))
    assert _box(page, "knee:right").is_checked()
    assert page.locator("[role=status]").inner_text() == "Chosen: Left ribs, Right knee"
    page.mouse.click(*_middle(_tile(page, "knee:right")))
    page.mouse.click(*_middle(_tile(page, "rib:left")))
    assert page.locator("input:checked").count() == 0
    assert page.locator("[role=status]").inner_text() == "Nothing is chosen yet."


def test_the_list_shows_on_both_pictures(opened: Any) -> None:
    page = opened()
    page.click("summary")
    _box(page, "elbow:left").check()
    tiles = page.locator('.place[data-place="elbow:left"]')
    assert [tile.get_attribute("aria-checked") for tile in tiles.all()] == ["true", "true"]
    ticks = page.locator('[data-mark="elbow:left"] .body-map__tick')
    assert all(tick.is_visible() for tick in ticks.all())


def test_keys_move_and_tick(opened: Any) -> None:
    page = opened()
    _tile(page, "jaw").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert _box(page, "neck").is_checked()
    assert _box(page, "sternum").is_checked()
    assert page.url.endswith("/")
    page.keyboard.press("Tab")
    at = page.evaluate("document.activeElement.closest('svg').getAttribute('aria-label')")
    assert at == "Back of the body"
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.dataset.place") == "sternum"


def test_a_region_says_what_it_is(opened: Any) -> None:
    page = opened()
    front = page.get_by_role("group", name="Front of the body")
    assert front.get_by_role("checkbox", name="Left thigh", exact=True).count() == 1
    assert front.get_by_role("checkbox", name="Left ribs", checked=True).count() == 1
    assert page.locator("svg text", has_text="Your left").count() == 2


def test_without_a_script_the_list_and_the_picture_work(opened: Any) -> None:
    page = opened(script=False)
    assert page.locator("input[name=sites] >> visible=true").count() > 0
    page.mouse.click(*_middle(_tile(page, "shoulder:left")))
    assert _box(page, "shoulder:left").is_checked()
    assert page.locator("[role=checkbox]").count() == 0
    ticks = page.locator('[data-mark="shoulder:left"] .body-map__tick')
    assert all(tick.is_visible() for tick in ticks.all())


def test_a_choice_is_not_told_by_colour_alone(opened: Any) -> None:
    page = opened(forced_colors="active", reduced_motion="reduce")
    chosen = page.locator('[data-mark="rib:left"]').first
    other = page.locator('[data-mark="rib:right"]').first
    for sign in (".body-map__tick", ".body-map__hatch"):
        assert chosen.locator(sign).is_visible()
        assert not other.locator(sign).is_visible()
    motion = "getComputedStyle(document.querySelector('.place')).transitionDuration"
    assert page.evaluate(motion) == "0s"
