"""Every setting; what differs from place to place comes from the environment."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django
import django_stubs_ext
import environ

# ModelAdmin[Call] and its kind are type errors at run time in Django 5.2 without it.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
# Twilio signs the URL it was given, which behind a proxy is not the one we see.
PUBLIC_BASE_URL = env.str("PUBLIC_BASE_URL", default="").rstrip("/")
_public = urlsplit(PUBLIC_BASE_URL)
# A path in it is the prefix under which a proxy shows us; links and redirects carry it.
FORCE_SCRIPT_NAME = _public.path or None
# A host left out here would turn Twilio away, so the one it calls is always in.
ALLOWED_HOSTS = [
    *env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"]),
    *filter(None, [_public.hostname]),
]

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID", default="")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN", default="")
TWILIO_AUTH_TOKEN_SECONDARY = env.str("TWILIO_AUTH_TOKEN_SECONDARY", default="")
# "user:password", or empty: an additional lock for installations that had one.
WEBHOOK_BASIC_AUTH = env.str("WEBHOOK_BASIC_AUTH", default="")

# Where the last plan known good is kept for a start without a database.
SPOOL_DIR = Path(env.str("SPOOL_DIR", default=str(BASE_DIR / "spool")))
DEMO = env.bool("DEMO", default=False)
DEMO_DAYS = env.int("DEMO_DAYS", default=30)
# Of the telephones in the browser, on loopback; 0: one of the installation's own.
STANDIN_PORT = env.int("STANDIN_PORT", default=0)

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
    # Django has one of its own from 6.0 on.
    "csp.middleware.CSPMiddleware"
    if django.VERSION < (6,)
    else "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "reports.present.masking.know_the_reader",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
    """The connection settings for a database URL, with the options history needs."""
    # django-environ knows both servers by one name only.
    url = url.replace("mariadb://", "mysql://", 1)
    config: dict[str, Any] = environ.Env.db_url_config(url)
    options: dict[str, Any] = config.get("OPTIONS", {})
    if str(config["ENGINE"]).endswith("sqlite3"):
        # One writer at a time, decided at BEGIN: deferred transactions that turn into
        # writers fail with "database is locked" without waiting.
        name = str(config["NAME"])
        if name != ":memory:":
            config["NAME"] = str(BASE_DIR / name)
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        # READ COMMITTED: the events read after the lock must be those committed by
        # then, not those of a picture taken before it. A lock is waited for one second,
        # since an answer may be held up for two.
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

# Proxies of ours before us: so many addresses at the end of X-Forwarded-For are true.
PROXY_COUNT = env.int("PROXY_COUNT", default=0)
# Five failures of an account from one address, then a quarter of an hour. By account
# alone anybody could lock anybody out, by address alone one person a whole office.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
# Trying on during it does not make it longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "reports.login.addresses.client_address"
AXES_LOCKOUT_CALLABLE = "reports.login.views.locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "code"]
# What is kept is what locking needs.
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Of allauth there is the second step alone: no signing up, no mail.
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "reports.login.adapter.Account"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
# Failures are counted by axes, in the database that all processes share.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
MFA_ADAPTER = "reports.login.adapter.SecondStep"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "MiniCC"
MFA_FORMS = {
    "authenticate": "reports.login.codes.LoginCode",
    "reauthenticate": "reports.login.codes.ConfirmationCode",
}

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="ja")
LANGUAGES = [("ja", "日本語"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["minicc.formats"]
TIME_ZONE = env.str("TIME_ZONE", default="Asia/Tokyo")
USE_TZ = True

STATIC_URL = "static/"
# Served straight from the apps' folders: nothing to collect before the first start.
WHITENOISE_USE_FINDERS = True
# It knows no WAV; hold music that is no audio Twilio refuses to play.
WHITENOISE_MIMETYPES = {".wav": "audio/wav"}

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
# Beside a prefix live other applications, which have cookies of the same names.
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = f"{_public.path}/"
# Behind a proxy the browser's origin is the public one, not the one we see. Browsers
# write it in small letters and without the port that its scheme has anyway.
_own_port = {"https": ":443", "http": ":80"}.get(_public.scheme, "")
CSRF_TRUSTED_ORIGINS = (
    [f"{_public.scheme}://{_public.netloc.lower().removesuffix(_own_port)}"]
    if _public.netloc
    else []
)
# HSTS and the redirect to https are the proxy's: done here, a header that the proxy
# forgot would send Twilio's requests in circles and lose calls.
# models.W036: MariaDB has no constraints with a condition. allauth wants two: of mail
# addresses, which are not used, and of second apps, which its own view refuses.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "models.W036"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Nothing from elsewhere and nothing inline, on every page of ours.
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
# The same, as django-csp wants it.
CONTENT_SECURITY_POLICY = {"DIRECTIVES": SECURE_CSP}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # Four lines for each log-in that went well.
    "loggers": {"axes": {"level": "WARNING"}},
}
