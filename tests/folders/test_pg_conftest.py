"""The test run's own server answers to Django, in a database of this worker."""

import pytest
from django.db import connection


@pytest.mark.django_db
def test_django_speaks_to_a_test_database_of_version_15_or_newer():
    with connection.cursor() as cursor:
        cursor.execute("select current_database(), current_setting('server_version_num')::int")
        name, version = cursor.fetchone()
    assert name.startswith("test_")
    assert version >= 150000
