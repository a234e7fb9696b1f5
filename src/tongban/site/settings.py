"""Settings of the running site: everything from the environment, every default safe.

Sources: https://docs.djangoproject.com/en/5.2/ref/settings/"""

import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from tongban.site import home

ROOT, DATA, PACKS = home.ROOT, home.DATA, home.PACKS


def _flag(name: str, default: str = "0") -> bool:
    return os.environ.get(name, default) in {"1", "true", "yes", "on"}


DEBUG = _flag("TONGBAN_DEBUG")
DEMO = _flag("TONGBAN_DEMO")  # Shows the band "people are fictitious" and the demo accounts.
DEMO_PASSWORD = os.environ.get("TONGBAN_DEMO_PASSWORD", "tongban-demo" if DEMO else "")
SECRET_KEY = home.secret("TONGBAN_SECRET_KEY")
PERSONAL_DATA_KEY = home.secret("TONGBAN_PERSONAL_DATA_KEY")
ALLOWED_HOSTS = os.environ.get("TONGBAN_HOSTS", "localhost,127.0.0.1").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("TONGBAN_ORIGINS", "").split(",") if o]
PUBLIC_URL = os.environ.get("TONGBAN_PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
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
    "tongban.ui",
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
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
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
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
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


DATABASES = {"default": _database(home.database_url(os.environ.get(home.ROLE, "app")))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
LOGIN_REDIRECT_URL = "/"
# allauth: one account name (or phone number) and a password; no e-mail address is asked.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("English"))]
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = DATA / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(DATA / "files")},
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

KEYS_FOLDER = DATA / "keys"  # Signing keys; readable by the server's account alone.
LEDGER_FOLDER = DATA / "ledger"
LEDGER_ORIGIN = os.environ.get("TONGBAN_LEDGER_ORIGIN", "ledger.tongban.invalid")
LEDGER_INTERVAL_S = int(os.environ.get("TONGBAN_LEDGER_INTERVAL_S", "10"))
