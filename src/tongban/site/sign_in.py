"""Signing in by account name, or by the number a citizen registered with."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from tongban.cases import queries as cases
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


class Doors(DefaultAccountAdapter):
    """Where each goes after signing in: officers to the room of their work, citizens to their cases."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        viewer = cases.viewer(account_id=request.user.pk, on=timezone.localdate())
        if viewer.officer_id is not None:
            return reverse(viewer.rooms[0])
        return super().get_login_redirect_url(request)

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False  # Citizens register with their resident number, at the portal.
