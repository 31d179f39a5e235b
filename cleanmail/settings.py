"""Every knob of the installation, read from the environment (docs/configuration.md)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.contrib.messages import ERROR, SUCCESS, WARNING
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
if env.bool("READ_DOTENV", default=True):
    env.read_env(str(BASE_DIR / ".env"), overwrite=False)

DEBUG: bool = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))

# These work for whoever has the shell, without an installation behind them.
COMMANDS_WITHOUT_SECRET = {"probe", "explain", "judge", "build_agent", "run_demo"}
_command = sys.argv[1] if len(sys.argv) > 1 else ""


def _secret(name: str, what: str) -> str:
    """Return a secret; stop the start with a sentence when it is missing."""
    value: str = env.str(name, default="")
    if value or DEBUG or _command in COMMANDS_WITHOUT_SECRET:
        return value or f"insecure-{name}"
    message = (
        f"{name} is not set: {what} Put it into the environment or into .env "
        "(docs/configuration.md says how to make one)."
    )
    raise ImproperlyConfigured(message)


SECRET_KEY = _secret("SECRET_KEY", "it signs sessions and tokens.")
# "id:base64 of 32 bytes", several separated by commas; the first one seals.
KEY_RING = _secret("KEY_RING", "it encrypts held mail and second factors.")
if KEY_RING == "insecure-KEY_RING":
    KEY_RING = "demo:" + "A" * 43 + "="

# --- Django -----------------------------------------------------------------
ALLOWED_HOSTS: list[str] = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost"] if DEBUG else []
)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])
PORTAL_URL: str = env.str("PORTAL_URL", default="http://127.0.0.1:8000")
# Where the portal is found when a customer's name servers are dead.
PORTAL_ADDRESSES: list[str] = env.list("PORTAL_ADDRESSES", default=[])
PORTAL_NAME: str = env.str("PORTAL_NAME", default="Cleanmail")

INSTALLED_APPS = [
    "cleanmail.apps.RoofConfig",
    "cleanmail.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_otp",
    # two_factor imports their models; nobody ever gets a row in them.
    "django_otp.plugins.otp_static",
    "django_otp.plugins.otp_totp",
    "two_factor",
    "accounts.apps.AccountsConfig",
    "quarantine.apps.QuarantineConfig",
    "diagnostics.apps.DiagnosticsConfig",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "accounts.middleware.LogInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.ActorMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.SecondFactorMiddleware",
]
ROOT_URLCONF = "cleanmail.urls"
WSGI_APPLICATION = "cleanmail.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cleanmail.context.shell",
            ],
        },
    },
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Data -------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/cleanmail.sqlite3")
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # As durable as PostgreSQL's commit: the 250 of the intake rests on it.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    options = DATABASES["default"].setdefault("OPTIONS", {})
    options.setdefault("connect_timeout", 5)
    # A database that hangs must not hang the intake: its answer is 451, not silence.
    # A migration may take as long as it takes.
    if _command != "migrate":
        seconds = env.int("DATABASE_STATEMENT_SECONDS", default=60)
        options.setdefault("options", f"-c statement_timeout={seconds}s")

STORE_DIR = Path(env.str("STORE_DIR", default=str(VAR_DIR / "store")))

# --- People -----------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.ThrottledBackend"]
# One only: a hash of another kind would take another time, and tell that it is there.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "accounts.leaked_passwords.LeakedPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation."
        "UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "full_name")},
    },
]
LOGIN_URL = "two_factor:login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "two_factor:login"
PASSWORD_RESET_TIMEOUT = env.int("PASSWORD_RESET_SECONDS", default=3600)
OTP_TOTP_ISSUER = PORTAL_NAME
TWO_FACTOR_REMEMBER_COOKIE_AGE = None
TWO_FACTOR_PATCH_ADMIN = False
TWO_FACTOR_LOGIN_TIMEOUT = env.int("CODE_STEP_SECONDS", default=600)
PHONENUMBER_DEFAULT_REGION = env.str("PHONE_REGION", default="CH")
SMS_COUNTRIES: list[str] = env.list("SMS_COUNTRIES", default=["CH", "LI", "DE", "AT"])
SMS_GATEWAYS: list[str] = env.list("SMS_GATEWAYS", default=["file"] if DEBUG else [])
# What is not one of the demo's two is the name of an HTTP interface.
SMS_HTTP_GATEWAYS: dict[str, dict[str, str]] = {
    name: {
        "url": env.str(f"SMS_{name.upper()}_URL", default=""),
        "authorization": env.str(f"SMS_{name.upper()}_AUTHORIZATION", default=""),
        "body": env.str(
            f"SMS_{name.upper()}_BODY", default='{"to": "{number}", "text": "{text}"}'
        ),
        "answer": env.str(f"SMS_{name.upper()}_ANSWER", default=""),
    }
    for name in SMS_GATEWAYS
    if name not in {"file", "console"}
}
SMS_DAILY_BUDGET: int = env.int("SMS_DAILY_BUDGET", default=500)
# How long a person may have a browser trusted; 0 forbids it.
REMEMBER_BROWSER_DAYS: int = env.int("REMEMBER_BROWSER_DAYS", default=30)
STEP_UP_SECONDS: int = env.int("STEP_UP_SECONDS", default=300)
# How long an invitation's link works, and how many a customer may send.
INVITATION_DAYS: int = env.int("INVITATION_DAYS", default=7)
CLAIMS_PER_DAY: int = env.int("CLAIMS_PER_DAY", default=200)
INVITATIONS_PER_DAY: int = env.int("INVITATIONS_PER_DAY", default=1000)
# How many proxies of the operator's stand in front: 0 trusts the socket alone.
TRUSTED_PROXIES: int = env.int("TRUSTED_PROXIES", default=0)

# --- Sessions and headers ----------------------------------------------------
HTTPS: bool = env.bool("HTTPS", default=not DEBUG)
# A log-in ends after the first without a request, after the second in any case.
SESSION_IDLE_SECONDS: int = env.int("SESSION_IDLE_SECONDS", default=3600)
SESSION_SECONDS: int = env.int("SESSION_SECONDS", default=8 * 3600)
SESSION_COOKIE_AGE = SESSION_SECONDS
# With HTTPS no other host of the domain can set or see it.
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if HTTPS else "csrftoken"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=31536000 if HTTPS else 0)
# Whether HSTS also binds other hosts of the domain is not for us to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
MESSAGE_TAGS = {SUCCESS: "good", ERROR: "bad", WARNING: "warn"}

# --- Languages and times -----------------------------------------------------
LANGUAGE_CODE = env.str("DEFAULT_LANGUAGE", default="de")
LANGUAGES = [
    ("de", "Deutsch"),
    ("en", "English"),
    ("fr", "Français"),
    ("it", "Italiano"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["cleanmail.formats"]
USE_I18N = USE_TZ = True
USE_THOUSAND_SEPARATOR = True
TIME_ZONE = env.str("TIME_ZONE", default="Europe/Zurich")

# --- Static files ------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG

# --- Work in the background ---------------------------------------------------
REDIS_URL: str = env.str("REDIS_URL", default="")
BROKER_DIR = Path(env.str("BROKER_DIR", default=str(VAR_DIR / "broker")))
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost//"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
if not REDIS_URL:
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(BROKER_DIR / "queue"),
        "data_folder_out": str(BROKER_DIR / "queue"),
        "processed_folder": str(BROKER_DIR / "processed"),
        "control_folder": str(BROKER_DIR / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "visibility_timeout": 600,
    }

# --- Mail the portal sends -----------------------------------------------------
vars().update(env.email("EMAIL_URL", default="smtp://127.0.0.1:25"))
EMAIL_OUTBOX_DIR: str = env.str("EMAIL_OUTBOX_DIR", default="")
if EMAIL_OUTBOX_DIR:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = EMAIL_OUTBOX_DIR
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="cleanmail@localhost")

# --- Held mail -------------------------------------------------------------------
INTAKE_LISTEN: str = env.str("INTAKE_LISTEN", default="127.0.0.1:2424")
INTAKE_NETWORKS: list[str] = env.list(
    "INTAKE_NETWORKS", default=["127.0.0.0/8", "::1/128"]
)
INTAKE_MAX_BYTES: int = env.int("INTAKE_MAX_BYTES", default=50 * 1024 * 1024)
INTAKE_MAX_SESSIONS: int = env.int("INTAKE_MAX_SESSIONS", default=200)
INTAKE_FILTER: str = env.str("INTAKE_FILTER", default="rspamd")
INTAKE_QUARANTINE_ADDRESS: str = env.str(
    "INTAKE_QUARANTINE_ADDRESS", default="quarantine@cleanmail.localdomain"
)
INTAKE_AUTHSERV_ID: str = env.str("INTAKE_AUTHSERV_ID", default="")
# Of the customer whose domain says nothing of its own.
NEXT_HOP_PORT: int = env.int("NEXT_HOP_PORT", default=25)
REINJECT_VIA: str = env.str("REINJECT_VIA", default="")
# How long a worker keeps a session with a next hop for more; 0: not at all.
RELEASE_IDLE_SECONDS: int = env.int("RELEASE_IDLE_SECONDS", default=30)
RELEASE_SESSION_MESSAGES: int = env.int("RELEASE_SESSION_MESSAGES", default=100)
# Who vouches for the certificates of next hops; empty: whom the system believes.
RELEASE_CA_FILE: str = env.str("RELEASE_CA_FILE", default="")
RELEASE_HELO: str = env.str("RELEASE_HELO", default="cleanmail.localdomain")
RELEASE_RETRY_SECONDS: list[int] = env.list(
    "RELEASE_RETRY_SECONDS", cast=int, default=[60, 300, 900, 3600, 4 * 3600]
)
RELEASE_STALE_SECONDS: int = env.int("RELEASE_STALE_SECONDS", default=900)
# Rspamd's controller, which learns what people report; empty: nothing is offered.
RSPAMD_CONTROLLER: str = env.str("RSPAMD_CONTROLLER", default="")
RSPAMD_CONTROLLER_PASSWORD: str = env.str("RSPAMD_CONTROLLER_PASSWORD", default="")
REPORTS_PER_DAY: int = env.int("REPORTS_PER_DAY", default=100)
# How many lines a digest has, and how long its links work.
DIGEST_ROWS: int = env.int("DIGEST_ROWS", default=20)
DIGEST_LINK_DAYS: int = env.int("DIGEST_LINK_DAYS", default=3)

# --- Domains of customers ----------------------------------------------------------
CONTROL_GRACE_DAYS: int = env.int("CONTROL_GRACE_DAYS", default=7)
DOMAINS_PER_DAY: int = env.int("DOMAINS_PER_DAY", default=50)

# --- Addresses that people name ----------------------------------------------------
ALLOWED_NETWORKS: list[str] = env.list("ALLOWED_NETWORKS", default=[])
ALLOWED_PORTS: list[int] = env.list(
    "ALLOWED_PORTS", cast=int, default=[25, 465, 587, 2525]
)

# --- Diagnostics ---------------------------------------------------------------------
PROBE_SECONDS: int = env.int("PROBE_SECONDS", default=30)
# How long the line with the agent works that a probe's page shows.
AGENT_TOKEN_HOURS: int = env.int("AGENT_TOKEN_HOURS", default=24)
PROBES_PER_HOUR: int = env.int("PROBES_PER_HOUR", default=60)
# Where support reads of cases that wait; without it they stand in Django admin only.
SUPPORT_ADDRESS: str = env.str("SUPPORT_ADDRESS", default="")
CASES_PER_DAY: int = env.int("CASES_PER_DAY", default=20)
CASE_REPLIES_PER_HOUR: int = env.int("CASE_REPLIES_PER_HOUR", default=30)
DOMAIN_CHECKS_PER_HOUR: int = env.int("DOMAIN_CHECKS_PER_HOUR", default=20)
# At one server, whoever asks: how many at the same time, and how many begin a minute.
PROBES_AT_ONCE_PER_TARGET: int = env.int("PROBES_AT_ONCE_PER_TARGET", default=4)
PROBES_PER_MINUTE_PER_TARGET: int = env.int("PROBES_PER_MINUTE_PER_TARGET", default=120)
MONITOR_HISTORY_DAYS: int = env.int("MONITOR_HISTORY_DAYS", default=14)
# What a domain's records should say.
MAIL_EXCHANGERS: list[str] = env.list("MAIL_EXCHANGERS", default=[])
SPF_INCLUDE: str = env.str("SPF_INCLUDE", default="")
DKIM_SELECTORS: list[str] = env.list(
    "DKIM_SELECTORS",
    default=["default", "dkim", "mail", "google", "k1", "s1", "selector1", "selector2"],
)
# Empty: what the system asks.
DNS_RESOLVERS: list[str] = env.list("DNS_RESOLVERS", default=[])
# Lists of spam senders that a customer's public address is looked up in.
DNSBL_ZONES: list[str] = env.list("DNSBL_ZONES", default=[])
DNS_PORT: int = env.int("DNS_PORT", default=53)
CHECK_HISTORY_DAYS: int = env.int("CHECK_HISTORY_DAYS", default=90)
# The scanner's log, as `follow_scanner_log` keeps it.
SCANNER_LOG_DAYS: int = env.int("SCANNER_LOG_DAYS", default=14)
SCANNER_LOG_JUDGED_HOURS: int = env.int("SCANNER_LOG_JUDGED_HOURS", default=72)
SCANNER_LOG_TIME_ZONE: str = env.str("SCANNER_LOG_TIME_ZONE", default=TIME_ZONE)

# --- Logs -----------------------------------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    # aiosmtpd, in the demo, writes every command it hears: addresses and log-ins.
    "loggers": {"mail.log": {"level": "WARNING"}},
    # The path of a request may hold a token, and Django names those that it refuses.
    "filters": {"tokens": {"()": "cleanmail.log_paths.HideTokens"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            "filters": ["tokens"],
        }
    },
    "root": {
        "handlers": ["stderr"],
        "level": env.str("LOG_LEVEL", default="INFO"),
    },
}

# --- The demo -------------------------------------------------------------------------
DEMO_DIR = VAR_DIR / "demo"
DEMO_PASSWORD: str = env.str("DEMO_PASSWORD", default="")
DEMO_SCANNER_HOST: str = env.str("DEMO_SCANNER_HOST", default="localhost")
DEMO_SCANNER_USERNAME: str = env.str("DEMO_SCANNER_USERNAME", default="demo-out")
DEMO_SCANNER_PORTS: list[int] = env.list(
    "DEMO_SCANNER_PORTS", cast=int, default=[5587, 5525]
)
DEMO_NEXT_HOP_PORT: int = env.int("DEMO_NEXT_HOP_PORT", default=2525)
DEMO_DNS_PORT: int = env.int("DEMO_DNS_PORT", default=0)
