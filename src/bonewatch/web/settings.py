"""Django's settings, made of the environment; the same file in a demonstration and in a clinic."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.urls import reverse_lazy

from bonewatch.web.environment import read_environment

HERE = Path(__file__).parent
CHOSEN = read_environment()
_SITE = urlsplit(CHOSEN.site)
_MINUTES, _DAYS = 60, 24 * 60 * 60

SECRET_KEY = CHOSEN.secret_key or "only-for-a-demonstration-on-this-machine"
DEBUG = False
ALLOWED_HOSTS = [_SITE.hostname or "localhost", "localhost", "127.0.0.1"]
SITE_ADDRESS = CHOSEN.site.rstrip("/")
CSRF_TRUSTED_ORIGINS = [SITE_ADDRESS]
ROOT_URLCONF = "bonewatch.web.urls"
WSGI_APPLICATION = "bonewatch.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "bonewatch.web.accounts",
    "bonewatch.web.chart",
    "bonewatch.web.care",
    "bonewatch.web.portal",
    "bonewatch.web.clinic",
    "bonewatch.web.jobs",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bonewatch.web.accounts.middleware.Guarded",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [HERE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "bonewatch.web.accounts.context.around_every_page",
            ],
            "builtins": ["bonewatch.web.accounts.templatetags.pages"],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ---- what is kept --------------------------------------------------------------------------------

_EMBEDDED = f"sqlite:///{CHOSEN.data.resolve() / 'bonewatch.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(CHOSEN.database or _EMBEDDED)}
DATABASES["default"] |= {"ATOMIC_REQUESTS": True, "CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"] |= {"CONN_HEALTH_CHECKS": False}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "pragma journal_mode=wal; pragma synchronous=normal;",
    }
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "bonewatch_cache",
    }
}

# ---- who is who ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "bonewatch.web.accounts.links.CheckInBackend",
]
_PASSWORDS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("home")
ACCOUNT_ADAPTER = "bonewatch.web.accounts.adapter.ByInvitation"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation is accepted from the mailbox it was sent to
ACCOUNT_LOGOUT_REDIRECT_URL = reverse_lazy("account_login")
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = "strict"
ACCOUNT_RATE_LIMITS = {"login_failed": "10/m/ip,5/10m/key"}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "bonewatch"
MFA_TOTP_TOLERANCE = 1  # the code before counts, for who types slowly; none counts twice
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not CHOSEN.production
SESAME_MAX_AGE = 3 * _DAYS
SESAME_ONE_TIME = True
SESSION_COOKIE_AGE = 60 * _MINUTES
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
STAFF_IDLE_SECONDS = 20 * _MINUTES
SEEN_EVERY_SECONDS = 1 * _MINUTES

# ---- what the browser is told --------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = CHOSEN.production
SECURE_HSTS_SECONDS = 365 * _DAYS if CHOSEN.production else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = CHOSEN.production
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CHOSEN.production else None

# ---- words, times, files, mail -------------------------------------------------------------------

USE_TZ, TIME_ZONE = True, CHOSEN.time_zone
LANGUAGE_CODE, USE_I18N = "en-gb", True
LANGUAGES = [("en", "English"), ("tr", "Türkçe")]
LOCALE_PATHS = [HERE / "locale"]
STATIC_URL = "/static/"
STATIC_ROOT = CHOSEN.data.resolve() / "static"
STATICFILES_DIRS = [HERE / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
_GOES_TO = "smtp" if CHOSEN.smtp_host else "filebased" if CHOSEN.mail else "console"
EMAIL_BACKEND = f"django.core.mail.backends.{_GOES_TO}.EmailBackend"
EMAIL_FILE_PATH = CHOSEN.mail or None
EMAIL_HOST, EMAIL_PORT = CHOSEN.smtp_host, CHOSEN.smtp_port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = CHOSEN.smtp_user, CHOSEN.smtp_password
EMAIL_USE_TLS, EMAIL_TIMEOUT = CHOSEN.smtp_tls, 20
DEFAULT_FROM_EMAIL = CHOSEN.mail_from
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

# ---- how long ------------------------------------------------------------------------------------

LEASE_SECONDS = CHOSEN.lease_seconds
INVITED_DAYS = 7
WEEKS_SHOWN = 12
