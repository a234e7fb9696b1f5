"""What Django itself can check: migrations complete, settings safe for the open network."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_every_change_of_a_model_has_its_migration():
    call_command("makemigrations", check=True, dry_run=True)


def test_the_system_checks_for_the_open_network_find_nothing():
    """Run as an operator would, with nothing but a public https address and a database."""
    given = {"TONGBAN_PUBLIC_URL": "https://tongban.example", "DATABASE_URL": "postgresql:///unused",
             "TONGBAN_SECRET_KEY": "aB3-" * 15 + "Zq8!xyzw"}
    done = subprocess.run(
        [sys.executable, "-m", "tongban.site.command", "manage", "check", "--deploy", "--fail-level", "WARNING"],
        env=_without_the_test_run() | given, capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "System check identified no issues (0 silenced)."), done.stderr


def _without_the_test_run():
    return {name: value for name, value in os.environ.items() if not name.startswith(("DJANGO_", "TONGBAN_"))}
