"""Signing in by account name, or by the number a citizen registered with."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from tongban.people import queries as people


class AnyName(ModelBackend):
    """Django's own backend, asked with the account name that was meant."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        **given: Any,
    ) -> Any:
        if username is None or password is None:
            return None
        return super().authenticate(request, people.username_for(username), password, **given)
