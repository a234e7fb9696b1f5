"""The registry and the catalogue as the packs hold them, loaded once for a test module.

The module's transaction stays open, every test runs in a savepoint of it and is rolled back. A test that uses these
fixtures must not use pytest-django's `db` as well, which closes the connection.
"""

import pytest
from django.db import transaction
from django.test import override_settings

from tests.folders.registry_samples import AT, DEMO, PACKS, silent


@pytest.fixture
def demo(settings):
    """Settings of the demonstration, with a quick password hash and a key for personal data."""
    for name, value in DEMO.items():
        setattr(settings, name, value)
    return settings


@pytest.fixture(scope="module")
def registry_once(django_db_setup, django_db_blocker):
    from tongban.people import actions

    with django_db_blocker.unblock(), override_settings(**DEMO), transaction.atomic():
        actions.load(packs=PACKS, progress=silent, at=AT)
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def catalogue_once(registry_once, django_db_blocker):
    from tongban.matters import actions

    with django_db_blocker.unblock(), transaction.atomic():
        actions.load(packs=PACKS, progress=silent, at=AT)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def registry(registry_once, django_db_blocker, demo):
    """Places, organs, officers, citizens."""
    yield from _savepoint(django_db_blocker)


@pytest.fixture
def catalogue(catalogue_once, django_db_blocker, demo):
    """The registry and the published matters."""
    yield from _savepoint(django_db_blocker)


def _savepoint(blocker):
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
