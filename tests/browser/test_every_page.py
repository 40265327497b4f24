"""Every page: axe-core finds nothing serious, nothing is cut off at 320 px or at 400% zoom."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from .conftest import Someone

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("browser"),
]
Start = Callable[..., Someone]
NARROW = {"width": 320, "height": 640}
OF_PATIENT = (
    "", "check-in/", "result/", "calendar/", "diary/", "learn/", "learn/spine/", "messages/",
    "visit/", "carers/",
)  # fmt: skip
OF_CLINIC = ("/clinic/", "/clinic/patients/", "/clinic/patients/new/", "/clinic/dashboard/")
OF_CHART = (
    "",
    "record/",
    "record/?history",
    "record/new/symptom/",
    "record/new/lesion/",
    "scores/sins/",
    "scores/mirels_score/",
    "upload/",
)
OF_ADMINISTRATOR = ("/clinic/people/", "/clinic/settings/", "/clinic/audit/")


def _look(one: Someone, path: str) -> list[str]:
    """What is wrong with a page, in both widths."""
    page = one.go(path)
    wrong = one.axe()
    size = page.viewport_size
    page.set_viewport_size(NARROW)
    wide = page.evaluate("document.documentElement.scrollWidth")
    if wide > NARROW["width"]:
        wrong.append(f"{wide} px wide at {NARROW['width']}")
    if size:
        page.set_viewport_size(size)
    if not page.inner_text("h1").strip():
        wrong.append("has no heading")
    return [f"{path}: {line}" for line in wrong]


def test_the_patient_s_pages(someone: Start) -> None:
    one = someone()
    here = one.sign_in("joan").url.removeprefix(one.site.address)
    wrong = [line for path in OF_PATIENT for line in _look(one, here + path)]
    wrong += _look(one, "/settings/")
    assert not wrong, "\n".join(wrong)


def test_the_check_in_s_pages(someone: Start) -> None:
    one = someone()
    one.sign_in("ingrid")
    one.page.click("text=Tell us how you are")
    wrong = one.axe()
    one.say_all_is_as_before()
    one.page.check("#ticked-harm")
    wrong += one.axe()
    one.page.uncheck("#ticked-harm")
    one.press("None of these")
    wrong += one.axe()
    one.page.check("#ticked-pain")
    one.press("Continue")
    wrong += one.axe()
    one.page.click("button:has-text('Continue')")
    one.page.wait_for_selector(".nhsuk-error-summary")
    wrong += one.axe()
    one.wrong[:] = [line for line in one.wrong if "422" not in line]
    one.page.check("#p-femur\\:left", force=True)
    one.press("Continue")
    wrong += one.axe()
    assert not wrong, "\n".join(wrong)


def test_the_clinic_s_pages(someone: Start) -> None:
    one = someone(phone=False)
    page = one.sign_in("diaz", second=True)
    wrong = [line for path in OF_CLINIC for line in _look(one, path)]
    one.go("/clinic/")
    alarm = page.get_attribute("table tbody a >> nth=0", "href") or ""
    wrong += _look(one, alarm)
    chart = alarm.partition("alarms/")[0]
    wrong += [line for path in OF_CHART for line in _look(one, chart + path)]
    assert not wrong, "\n".join(wrong)


def test_a_score_that_is_refused_worked_out_and_saved(someone: Start) -> None:
    one = someone(phone=False)
    page = one.sign_in("diaz", second=True)
    one.go("/clinic/patients/?name=Olga")
    there = page.get_attribute("main a:has-text('Olga')", "href") or ""
    page = one.go(f"{there}scores/mirels_score/")
    page.check("#item_site-femur", force=True)
    page.check("#item_size-0\\.83", force=True)
    page.fill("#id_measured_size", "0.4")
    page.click("button:has-text('Work out')")
    page.wait_for_selector(".nhsuk-error-summary")
    wrong = one.axe()
    page.check("#item_size-0\\.5", force=True)
    page.click("button:has-text('Work out')")
    page.wait_for_selector("text=Not saved.")
    assert "6 to 10 points" in page.inner_text("#total")
    wrong += one.axe()
    page.click("button:has-text('Save')")
    page.wait_for_selector("text=Saved.")
    wrong += _look(one, page.url.removeprefix(one.site.address)) + _look(one, there)
    assert not wrong, "\n".join(wrong)


def test_the_administrator_s_pages(someone: Start) -> None:
    one = someone(phone=False)
    one.sign_in("sam", second=True)
    assert [line for path in OF_ADMINISTRATOR for line in _look(one, path)] == []


def test_the_pages_before_signing_in(someone: Start) -> None:
    one = someone()
    paths = ("/accounts/login/", "/accounts/password/reset/", "/in/", "/join/none/", "/nothing/")
    wrong = [line for path in paths for line in _look(one, path)]
    one.wrong[:] = [line for line in one.wrong if "404" not in line]
    assert not wrong, "\n".join(wrong)
