"""Small words for templates."""

from __future__ import annotations

from datetime import timedelta

from django import template
from django.forms import BoundField
from django.utils.translation import ngettext

register = template.Library()
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STYLES = {"select": "nhsuk-select", "number": "nhsuk-input nhsuk-input--width-5"}


@register.filter
def lasting(span: timedelta) -> str:
    """A span of time in its largest whole unit: `3 hours`; never negative."""
    seconds = abs(int(span.total_seconds()))
    if seconds >= 2 * _DAY:
        days = seconds // _DAY
        return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
    if seconds >= _HOUR:
        hours = seconds // _HOUR
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    minutes = seconds // _MINUTE
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


@register.filter
def styled(field: BoundField) -> str:
    """The input of a field in the pages' style, where its form gives it none of its own."""
    css = _STYLES.get(field.widget_type, "nhsuk-input")
    return field.as_widget(attrs={"class": field.field.widget.attrs.get("class", css)})


@register.filter
def at(found: dict[str, object], name: str) -> object:
    """What stands under a name; nothing where there is nothing."""
    return found.get(name, "") if found else ""


@register.filter
def minus(one: float, other: float) -> float:
    """The difference, to a tenth."""
    return round(float(one) - float(other), 1)


@register.filter
def plain(name: str) -> str:
    """A name of ours as words: `same_day` is "same day"."""
    return str(name).replace("_", " ")
