"""All settings; those that differ between installations come from the environment."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured

from minicc.values import (
    days_to_keep,
    is_on,
    language,
    mail_server,
    secret,
    sender,
    time_zone,
    web_address,
    whole_number,
)

# Without it ModelAdmin[Call] and the like are type errors at run time in Django 5.2.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")


SECRET_KEY = env.str("SECRET_KEY")
# Former keys: they still read what they made.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
DEBUG = is_on("DEBUG", env.str("DEBUG", default=""))
# Twilio signs the URL that it calls; behind a proxy we see another one.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="").rstrip("/")
_public = web_address("PUBLIC_BASE_URL", PUBLIC_BASE_URL)
# A path in it is the prefix under which a proxy publishes us; it is part of every link.
FORCE_SCRIPT_NAME = _public.path or None
# Requests for any other host are refused, so the one that Twilio calls is always in.
ALLOWED_HOSTS = [
    *env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"]),
    *filter(None, [_public.hostname]),
]

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_AUTH_TOKEN_SECONDARY = env.str("TWILIO_AUTH_TOKEN_SECONDARY", default="")
# With which Twilio is asked in place of the account's token, and where.
TWILIO_API_KEY_SID = env.str("TWILIO_API_KEY_SID", default="")
TWILIO_TWIML_APP_SID = env.str("TWILIO_TWIML_APP_SID", default="")
TWILIO_API_KEY_SECRET = env.str("TWILIO_API_KEY_SECRET", default="")
TWILIO_API_BASE_URL = env.str("TWILIO_API_BASE_URL", default="").rstrip("/")
# "user:password" that webhooks have to carry besides the signature, or empty.
WEBHOOK_BASIC_AUTH = env.str("WEBHOOK_BASIC_AUTH", default="")

# Through which server reports are sent, and from which address.
MAIL_SERVER = mail_server(env.str("EMAIL_URL", default=""))
DEFAULT_FROM_EMAIL = sender(
    env.str("DEFAULT_FROM_EMAIL", default="")
    or f"MiniCC <minicc@{_public.hostname or 'localhost'}>"
)

# The folder with the last setup that could be read, for a start without a database.
SPOOL_DIR = Path(env.str("SPOOL_DIR", default="") or BASE_DIR / "spool")
# Numbers that Twilio may dial for us begin so; each costs us money.
DIAL_PREFIXES = env.list("DIAL_PREFIXES", default=["+81"])
# What the worker does regularly: lists of callcenter.jobs.Job.
WORKER_JOBS = [
    "callcenter.upkeep.jobs.JOBS",
    "callcenter.twilio_api.jobs.JOBS",
    "callcenter.desk.jobs.JOBS",
    "callcenter.audio.jobs.JOBS",
    "reports.jobs.JOBS",
]
# How long the requests of calls are kept; None: for ever.
KEEP_EVENTS_DAYS = days_to_keep(
    "KEEP_EVENTS_DAYS", env.str("KEEP_EVENTS_DAYS", default="")
)
# How long the audio of conversations and of messages is kept at Twilio; None: for ever.
KEEP_RECORDINGS_DAYS = days_to_keep(
    "KEEP_RECORDINGS_DAYS", env.str("KEEP_RECORDINGS_DAYS", default="")
)
KEEP_VOICEMAIL_DAYS = days_to_keep(
    "KEEP_VOICEMAIL_DAYS", env.str("KEEP_VOICEMAIL_DAYS", default="")
)
# What /metrics asks for; without it there is no such page.
METRICS_TOKEN = secret("METRICS_TOKEN", env.str("METRICS_TOKEN", default=""))
DEMO = is_on("DEMO", env.str("DEMO", default=""))
DEMO_DAYS = whole_number(
    "DEMO_DAYS", env.str("DEMO_DAYS", default=""), 30, least=0, most=400
)
# The port of the telephones in the browser, on loopback; 0: chosen by the installation.
STANDIN_PORT = whole_number(
    "STANDIN_PORT", env.str("STANDIN_PORT", default=""), 0, least=0, most=65535
)

INSTALLED_APPS = [
    "minicc.apps.MiniccAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "callcenter",
    "reports",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "callcenter.webhooks.middleware.webhooks_first",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # From 6.0 on Django has its own.
    "csp.middleware.CSPMiddleware"
    if django.VERSION < (6,)
    else "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reports.login.strangers.refuse_large_forms",
    "reports.login.sessions.prolong_in_use",
    "reports.present.masking.know_the_reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reports.login.second_step.demand_second_step",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "minicc.urls"
WSGI_APPLICATION = "minicc.wsgi.application"
# A POST to a path without its slash would lose its body in a redirect.
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """The connection settings for a database URL, with the options history needs.

    Raises ImproperlyConfigured for an address of another kind, or of no database.
    """
    # django-environ knows MariaDB as mysql only.
    url = url.replace("mariadb://", "mysql://", 1)
    kind = url.partition(":")[0]
    config: dict[str, Any] = {}
    # A port or a host in brackets that is none is a ValueError.
    with suppress(ValueError):
        if kind in ("sqlite", "mysql", "mysql2"):
            config = environ.Env.db_url_config(url)
    if not config.get("NAME"):
        raise ImproperlyConfigured(
            "DATABASE_URL is no address of a database, such as sqlite:///minicc.sqlite3"
            " or mysql://user:password@localhost/minicc."
        )
    options: dict[str, Any] = config.get("OPTIONS", {})
    if str(config["ENGINE"]).endswith("sqlite3"):
        # IMMEDIATE: a transaction that begins by reading and writes later would fail
        # with "database is locked" at once, without waiting.
        name = str(config["NAME"])
        if name != ":memory:":
            config["NAME"] = str(BASE_DIR / name)
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        # READ COMMITTED: the events read after a lock must include those committed
        # while it was waited for. A lock is waited for one second, because deriving may
        # delay an answer by two.
        options = {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "connect_timeout": 2,
            "init_command": "SET SESSION innodb_lock_wait_timeout=1,"
            " sql_mode='STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'",
        } | options
    config |= {
        "OPTIONS": options,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
    }
    return config


DATABASES = {
    "default": database(env.str("DATABASE_URL", default="sqlite:///minicc.sqlite3"))
}

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

# How many proxies of ours are in front: so many addresses at the end of
# X-Forwarded-For are believed.
PROXY_COUNT = whole_number(
    "PROXY_COUNT", env.str("PROXY_COUNT", default=""), 0, least=0, most=99
)
# Five failures of one account from one address lock that account for that address. By
# account alone anybody could lock a user out, by address alone a whole office.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Further failures do not prolong the lock.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "callcenter.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "reports.login.views.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
# Only what locking needs is kept.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# allauth is used for two-factor authentication only: no signing up, no mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "reports.login.adapter.AccountAdapter"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# axes counts failures, in the database that all processes share.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MFA_ADAPTER = "reports.login.adapter.SecondStepAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "MiniCC"
MFA_FORMS = {
    "authenticate": "reports.login.codes.LoginCode",
    "reauthenticate": "reports.login.codes.ConfirmationCode",
}

# Django's usual hash, one at a time in each process.
PASSWORD_HASHERS = ["reports.login.hashing.OneAtATimeHasher"]
# A session that nobody uses for so long ends: a working day.
SESSION_COOKIE_AGE = 3600 * whole_number(
    "SESSION_HOURS", env.str("SESSION_HOURS", default=""), 10, least=1, most=8760
)
# Whether staff must have a second step to get any further than adding it.
REQUIRE_SECOND_STEP = is_on(
    "REQUIRE_SECOND_STEP", env.str("REQUIRE_SECOND_STEP", default="")
)
# How long the record of access is kept.
ACCESS_LOG_DAYS = whole_number(
    "ACCESS_LOG_DAYS", env.str("ACCESS_LOG_DAYS", default=""), 365, least=1, most=99999
)

# After so many days callers' numbers are forgotten; None: never.
KEEP_NUMBERS_DAYS = days_to_keep(
    "KEEP_NUMBERS_DAYS", env.str("KEEP_NUMBERS_DAYS", default="")
)

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGES = [("ja", "日本語"), ("en", "English")]
LANGUAGE_CODE = language(env.str("LANGUAGE_CODE", default="") or "ja", LANGUAGES)
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["minicc.formats"]
TIME_ZONE = time_zone(env.str("TIME_ZONE", default="") or "Asia/Tokyo")
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "minicc.front_end.FrontEndFinder",
]
# Static files are served from the apps' folders; nothing has to be collected first.
WHITENOISE_USE_FINDERS = True
# Without this type hold music is not served as audio, and Twilio does not play it.
WHITENOISE_MIMETYPES = {".wav": "audio/wav"}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
# With a prefix, other applications on the host may use cookies of the same names.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = f"{_public.path}/"
# Behind a proxy the browser's origin is the public one. Browsers write it in lower case
# and without the default port of its scheme.
_own_port = {"https": ":443", "http": ":80"}.get(_public.scheme, "")
CSRF_TRUSTED_ORIGINS = (
    [f"{_public.scheme}://{_public.netloc.lower().removesuffix(_own_port)}"]
    if _public.netloc
    else []
)
# security.W004, W008: HSTS and the redirect to https are the proxy's task. Done here,
# a header missing from the proxy would redirect Twilio for ever and lose calls.
# models.W036: MariaDB has no constraints with a condition. allauth declares two: for
# mail addresses, which are not used, and second authenticators, which its view refuses.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "models.W036"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# On every page: nothing from other sites, and no inline scripts or styles.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "media-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# The same in the form that django-csp reads.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": SECURE_CSP}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "filters": {"one line": {"()": "minicc.log.OneLineForRefusals"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["one line"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    # At INFO axes writes four lines for each successful log-in.
    # Of each task that begins and ends huey writes two.
    "loggers": {"axes": {"level": "WARNING"}, "huey": {"level": "WARNING"}},
}
