"""How log lines look: one JSON object a line for machines, one short line for a terminal.

No line carries a person's data: an exception leaves its type and places, never its message, because
a database quotes values in it.

Sources: https://docs.python.org/3/library/logging.config.html; https://nhairs.github.io/python-json-logger/"""

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from tongban.site import middleware

Failure = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
FIELDS = ("method", "route", "status", "ms")


class Numbered(logging.Filter):
    """Adds the number of the request to each line."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = middleware.REQUEST_ID.get()
        return True


def places(failure: Failure) -> str:
    """Type and places of a failure and of its causes, without any value."""
    error, lines = failure[1], list[str]()
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        error = error.__cause__
    return "\n".join(lines)


class Json(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "%(asctime)s %(levelname)s %(name)s %(message)s %(request_id)s",
            rename_fields={"asctime": "at", "levelname": "level", "name": "from"},
            json_ensure_ascii=False,
        )

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the library's name
        return places(ei)


class Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s", datefmt="%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        said = " ".join(str(getattr(record, name)) for name in FIELDS if hasattr(record, name))
        return f"{super().format(record)} {said}".rstrip()

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- the library's name
        return places(ei)


def logging_of(*, is_plain: bool, level: str) -> dict[str, Any]:
    """The configuration for `logging.config.dictConfig`."""
    quiet = {"level": "ERROR"}  # Django names the path in warnings; our access line has the route.
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"numbered": {"()": Numbered}},
        "formatters": {"line": {"()": Plain if is_plain else Json}},
        "handlers": {
            "out": {
                "class": "logging.StreamHandler",
                "stream": "ext://sys.stdout",
                "formatter": "line",
                "filters": ["numbered"],
            }
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "tongban": {"level": level},
            "django.request": quiet,
            "django.security.DisallowedHost": quiet,
            "_granian": {"level": "WARNING"},
            "psycopg.pool": {"level": "ERROR"},  # It tries again by itself.
            "procrastinate": {"level": "WARNING"},
        },
    }
