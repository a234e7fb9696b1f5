"""What tests of the registry and the catalogue share. The registry itself is loaded by ``tests/conftest.py``."""

import pytest


@pytest.fixture
def demo(settings):
    """Settings of the demonstration, with a quick password hash."""
    settings.DEMO = True
    settings.DEMO_PASSWORD = "tongban-demo"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings
