"""What a web server runs. The rules are made ready before the first request, in both languages."""

from __future__ import annotations

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bonewatch.web.settings")
application = get_wsgi_application()


def _make_ready() -> None:
    """What every worker needs, loaded once before they part.

    It stays for ever, so the collector need not look through it again: that took 170 ms.
    """
    from django.conf import settings
    from django.template.loader import get_template
    from django.urls import reverse

    from bonewatch.web.portal.check_in import interview

    reverse("home")  # reads every address, once
    for name in ("check_in", "result", "my_page"):
        get_template(f"portal/{name}.html")
    for language, _ in settings.LANGUAGES:
        interview(language, "")
    gc.collect()
    gc.freeze()


_make_ready()
