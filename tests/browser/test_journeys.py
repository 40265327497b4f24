"""Journeys in a real browser: the patient with and without JavaScript, the carer, the nurse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from .conftest import IMAGES, PASSWORD, Someone

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("browser"),
]
Start = Callable[..., Someone]


def _patient(someone: Start, name: str, **more: Any) -> Someone:
    one = someone(**more)
    one.sign_in(name)
    one.page.click("text=Tell us how you are")
    one.page.wait_for_selector("h1")
    one.say_all_is_as_before()
    return one


def test_the_call_now_text_shows_at_once_and_needs_no_script(someone: Start) -> None:
    for script in (True, False):
        one = _patient(someone, "priya", script=script)
        card = one.page.locator(".call-now")
        assert not card.is_visible()
        one.page.check("#ticked-saddle")
        assert card.is_visible()
        assert card.locator("a[href='tel:999']").is_visible()
        one.page.uncheck("#ticked-saddle")
        one.page.check("#ticked-fever")
        assert not card.is_visible()


def test_a_patient_checks_in_on_a_phone(someone: Start) -> None:
    one = _patient(someone, "fatma")
    page = one.page
    page.check("#ticked-saddle")
    page.screenshot(path=IMAGES / "web-danger.png")
    page.uncheck("#ticked-saddle")
    one.press("None of these")
    page.check("#ticked-pain")
    one.press("Continue")
    page.click("[data-place='lumbar_spine']")
    assert "Lower back" in page.inner_text(".chosen")
    page.screenshot(path=IMAGES / "web-body.png", full_page=True)
    one.press("Continue")
    page.click(".scale label:has-text('7') >> nth=0")
    page.check("#started_on-4")
    page.check("#trend-worse")
    one.press("Continue")
    if "/result/" not in page.url:
        one.press("I do not know")
    assert "Same day" in page.inner_text("h1")
    assert page.locator("main a[href^='tel:']").first.is_visible()
    page.screenshot(path=IMAGES / "web-result.png", full_page=True)


def test_a_patient_checks_in_without_javascript(someone: Start) -> None:
    one = _patient(someone, "grace", script=False)
    page = one.page
    page.click("button:has-text('None of these')")
    page.check("#ticked-pain")
    page.click("button:has-text('Continue')")
    page.check("input[value='hip:left']")
    page.click("button:has-text('Continue')")
    page.check("input[name=severity][value='5']")
    page.click("button:has-text('Continue')")
    for _ in range(4):
        if "/result/" in page.url:
            break
        page.click("button:has-text('I do not know')")
    assert "/result/" in page.url
    assert page.inner_text("h1")


def test_a_lost_connection_loses_nothing_and_a_double_press_counts_once(someone: Start) -> None:
    one = _patient(someone, "helen")
    page = one.page
    page.check("#ticked-walking")
    one.context.set_offline(True)
    page.dblclick("button:has-text('Continue')")
    page.wait_for_selector(".not-sent:not([hidden])")
    assert "call 999" in page.inner_text(".not-sent")
    assert page.is_checked("#ticked-walking")
    one.context.set_offline(False)
    page.wait_for_url("**/result/", timeout=15000)
    assert "Emergency" in page.inner_text("h1")
    one.wrong[:] = [line for line in one.wrong if "ERR_INTERNET_DISCONNECTED" not in line]


def test_the_body_map_works_by_keyboard_and_the_list_does_the_same(someone: Start) -> None:
    one = _patient(someone, "yuki")
    page = one.page
    one.press("None of these")
    page.check("#ticked-pain")
    one.press("Continue")
    page.locator(".body svg").nth(1).locator(".place[tabindex='0']").focus()
    for _ in range(3):
        page.keyboard.press("ArrowDown")
    focused = page.evaluate("document.activeElement.dataset.place")
    page.keyboard.press("Space")
    assert page.is_checked(f"#p-{focused}".replace(":", "\\:"))
    assert page.evaluate("document.activeElement.getAttribute('aria-checked')") == "true"
    page.click("summary:has-text('The same as a list')")
    page.check("#p-ankle\\:left")
    checked = page.locator("[data-place='ankle:left']").first.get_attribute("aria-checked")
    assert checked == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelectorAll('input[name=sites]:checked').length") == 2


def test_every_place_can_be_clicked_in_its_middle(someone: Start) -> None:
    one = _patient(someone, "leila")
    page = one.page
    one.press("None of these")
    page.check("#ticked-pain")
    one.press("Continue")
    places = page.locator(".place")
    for number in range(places.count()):
        place = places.nth(number)
        box = place.bounding_box()
        assert box is not None
        hit = page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.dataset?.place",
            arg=_in_view(page, place),
        )
        assert hit == place.get_attribute("data-place")


def _in_view(page: Any, place: Any) -> list[float]:
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


def test_a_carer_checks_in_for_someone(someone: Start) -> None:
    one = someone()
    page = one.sign_in("ben")
    assert "Ana Kaya" in page.inner_text("body")
    page.click("text=Tell us how you are")
    page.wait_for_selector("form.check-in")
    assert "Answers for Ana Kaya" in page.inner_text("main")
    one.say_all_is_as_before()
    one.press("Nothing is new")
    assert "/result/" in page.url


def test_a_nurse_goes_from_alarm_to_closed(someone: Start) -> None:
    one = someone(phone=False)
    page = one.sign_in("diaz", second=True)
    page.screenshot(path=IMAGES / "web-worklist.png")
    assert "Emergency" in page.inner_text("table tbody tr >> nth=0")
    page.click("table tbody a >> nth=0")
    page.wait_for_load_state()
    page.screenshot(path=IMAGES / "web-alarm.png")
    page.click("button:has-text('I have this')")
    page.fill("#note-act", "Called; MRI of the whole spine tonight.")
    page.click("button:has-text('Say what was done')")
    page.select_option("#outcome", "admitted")
    page.check("#resolved")
    page.click("button:has-text('Close with an outcome')")
    assert "It is closed." in page.inner_text("main")
    page.click("h1 a")
    page.wait_for_load_state()
    page.screenshot(path=IMAGES / "web-patient.png")
    assert "closed" in page.inner_text("main")


def test_staff_sign_in_only_with_a_second_factor(someone: Start) -> None:
    one = someone(phone=False)
    page = one.sign_in("chen")
    assert "2fa" in page.url
    page.goto(f"{one.site.address}/clinic/")
    assert not page.url.endswith("/clinic/")
    page = someone(phone=False).sign_in("chen", second=True)
    assert page.url.endswith("/clinic/")


def test_staff_can_use_a_passkey(someone: Start) -> None:
    """With a virtual authenticator: added, then used in place of the code."""
    one = someone(phone=False)
    one.site.cookies.pop("sam", None)
    page = one.sign_in("sam", second=True)
    control = one.context.new_cdp_session(page)
    control.send("WebAuthn.enable")
    control.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
        "hasUserVerification": True, "isUserVerified": True}})  # fmt: skip
    one.go("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.fill("input[type=password]", PASSWORD)
        page.click("main form button >> nth=0")
        page.wait_for_url("**/webauthn/add/")
    page.check("#id_passwordless")
    page.click("#mfa_webauthn_add")
    page.wait_for_url(lambda url: "/add/" not in url)
    one.site.cookies.pop("sam")
    page.click("button:has-text('Sign out')")
    page.wait_for_load_state()
    if re.search("logout", page.url):
        page.click("main form button >> nth=0")
    one.go("/accounts/login/")
    page.click("#passkey_login")
    page.wait_for_url("**/clinic/people/")


def test_a_link_in_the_mail_starts_a_check_in(someone: Start) -> None:
    one = someone()
    code = (
        "import django; django.setup()\n"
        "from sesame.utils import get_query_string\n"
        "from bonewatch.web.accounts.models import User\n"
        "print(get_query_string(User.objects.get(email='rosa@example.org')))"
    )
    page = one.go(f"/in/{one.site.run('-c', code)}")
    one.press("Start my check-in")
    assert page.inner_text("h1").startswith("Do you have any of these")
