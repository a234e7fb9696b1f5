"""Settings of the running site: everything from the environment, every default safe.

Sources: https://docs.djangoproject.com/en/5.2/ref/settings/"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from tongban.site import home, logs

ROOT, DATA, PACKS = home.ROOT, home.DATA, home.PACKS


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default) in {"1", "true", "yes", "on"}


DEBUG = _flag("TONGBAN_DEBUG")
DEMO = _flag("TONGBAN_DEMO")  # Shows the band "people are fictitious" and the demo accounts.
DEMO_PASSWORD = os.environ.get("TONGBAN_DEMO_PASSWORD", "tongban-demo" if DEMO else "")
SECRET_KEY = home.secret("TONGBAN_SECRET_KEY")
PERSONAL_DATA_KEY = home.secret("TONGBAN_PERSONAL_DATA_KEY")
PUBLIC_URL = os.environ.get("TONGBAN_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = [urlsplit(PUBLIC_URL).hostname or "", "localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [host for host in os.environ.get("TONGBAN_HOSTS", "").split(",") if host]

# One switch for everything that needs https: the public address says so.
IS_HTTPS = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if IS_HTTPS else []
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = IS_HTTPS
if _flag("TONGBAN_PROXY"):  # Only behind a proxy that always sets this header itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "tongban.site.views.stale_form"
SESSION_COOKIE_AGE = 12 * 3600
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

INSTALLED_APPS = [
    "tongban.ui",  # First: its pages for signing in replace those of allauth.
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "ninja",
    "procrastinate.contrib.django",
    "tongban.ledger",
    "tongban.people",
    "tongban.law",
    "tongban.matters",
    "tongban.papers",
    "tongban.cases",
    "tongban.intake",
    "tongban.oversight",
    "tongban.site",
]

MIDDLEWARE = [
    "tongban.site.middleware.numbered",
    "tongban.site.middleware.policy",
    "tongban.site.middleware.bounded",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "tongban.site.middleware.one_address",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "tongban.site.middleware.refusals",
]

ROOT_URLCONF = "tongban.site.urls"
WSGI_APPLICATION = "tongban.site.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.site.views.place_names",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "tongban.ui.templatetags.ui",
            ],
        },
    }
]


def _database(url: str) -> dict[str, object]:
    part = conninfo_to_dict(url)
    named = {"dbname", "user", "password", "host", "port"}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": part.get("dbname", "tongban"),
        "USER": part.get("user", ""),
        "PASSWORD": part.get("password", ""),
        "HOST": part.get("host", ""),
        "PORT": part.get("port", ""),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
            **{name: value for name, value in part.items() if name not in named},
        },
    }


PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
DATABASES = {"default": _database(home.database_url(os.environ.get(home.ROLE, "app")))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["tongban.site.sign_in.AnyName"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
# allauth: one account name (or phone number) and a password; no e-mail address is asked.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "tongban.site.sign_in.Doors"
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"{_VALIDATION}.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
    {"NAME": f"{_VALIDATION}.NumericPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

BODY_BYTES_MAX = 64 * 1024 * 1024  # More than any one file of any form may have.
STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Duties of a government site (国办发〔2017〕47号): an empty one shows nothing, never a plausible number.
SITE = {
    "place": os.environ.get("TONGBAN_PLACE", ""),
    "place_en": os.environ.get("TONGBAN_PLACE_EN", ""),
    "sponsor": os.environ.get("TONGBAN_SPONSOR", ""),  # 主办单位
    "operator": os.environ.get("TONGBAN_OPERATOR", ""),  # 承办单位
    "site_code": os.environ.get("TONGBAN_SITE_CODE", ""),  # 网站标识码
    "icp": os.environ.get("TONGBAN_ICP", ""),  # ICP 备案
    "police": os.environ.get("TONGBAN_POLICE_RECORD", ""),  # 公安备案
    "hotline": os.environ.get(
        "TONGBAN_HOTLINE", "12345"
    ),  # 政务服务便民热线, one number for the whole country
}
# Navigation: (name of the address, title). One whose folder has no pages yet is left out.
NAV_PUBLIC = (
    ("intake:home", _("首页")),
    ("matters:list", _("办事")),
    ("intake:my", _("我的办件")),
    ("intake:track", _("办件查询")),
    ("papers:ask", _("核验证照")),
    ("ledger:ledger", _("办件账本")),
    ("oversight:rules", _("监察规则")),
)
NAV_STAFF = (
    ("cases:queue", _("办件")),
    ("oversight:cockpit", _("监察")),
    ("oversight:rules", _("监察规则")),
    ("law:office", _("法制")),
    ("matters:studio", _("程序")),
)
NAV_FOOT = (
    ("ui:about", _("关于本站")),
    ("ui:map", _("网站地图")),
    ("ui:accessibility", _("无障碍声明")),
    ("ui:privacy", _("隐私与个人信息")),
    ("people:organs", _("机关清单")),
    ("law:register", _("法律登记册")),
    ("ledger:verify", _("自行核验回执")),
)

KEYS_FOLDER = DATA / "keys"  # Signing keys; readable by the server's account alone.
LEDGER_FOLDER = DATA / "ledger"
LEDGER_ORIGIN = os.environ.get("TONGBAN_LEDGER_ORIGIN", "ledger.tongban.invalid")
# Who cosigns: "local" is this site's own witness, others are "<vkey> <address>", separated by commas.
LEDGER_WITNESSES = [one for one in os.environ.get("TONGBAN_LEDGER_WITNESSES", "local").split(",") if one]
# Public keys of logs of other sites that this site's witness cosigns.
LEDGER_TRUSTED_LOGS = [key for key in os.environ.get("TONGBAN_LEDGER_TRUSTED_LOGS", "").split(",") if key]
# Further signatures under each checkpoint, beside Ed25519: "sm2" (needs gmssl-pyx), "ml-dsa-44".
LEDGER_SIGNATURES = [one for one in os.environ.get("TONGBAN_LEDGER_SIGNATURES", "").split(",") if one]
# A time-stamping authority (RFC 3161) for one checkpoint a day, and a file of the certificates it is trusted by.
LEDGER_TSA = os.environ.get("TONGBAN_LEDGER_TSA", "")
LEDGER_TSA_ROOTS = os.environ.get("TONGBAN_LEDGER_TSA_ROOTS", "")
LEDGER_INTERVAL_S = int(os.environ.get("TONGBAN_LEDGER_INTERVAL_S", "10"))

LOGGING = logs.logging_of(
    is_plain=os.environ.get("TONGBAN_LOG", "json") == "plain",
    level=os.environ.get("TONGBAN_LOG_LEVEL", "INFO"),
)
