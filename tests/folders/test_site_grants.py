"""The database itself keeps the roles apart: the app cannot change what is recorded."""

import contextlib

import psycopg
import pytest
from django.db import connection
from psycopg import errors, sql
from psycopg.conninfo import make_conninfo

from tongban.pg import server
from tongban.site import grants

APP, SEQUENCER = server.ROLES["app"], server.ROLES["sequencer"]


@pytest.fixture
def granted(transactional_db, database_url):
    """A connection of a superuser to this worker's database, its rights granted as after a migration."""
    url = make_conninfo(database_url, dbname=connection.settings_dict["NAME"])
    with psycopg.connect(url, autocommit=True) as own:
        for role in (APP, SEQUENCER):
            with contextlib.suppress(errors.DuplicateObject, errors.UniqueViolation):  # Another worker's.
                own.execute(sql.SQL("create role {}").format(sql.Identifier(role)))
        grants.grant(url)
        yield own


def may(own, role):
    """What the role may do, by table: the first letters of select, insert, update, delete."""
    question = """select tablename, string_agg(left(p, 1), '' order by n) from pg_tables,
        unnest(array['select', 'insert', 'update', 'delete']) with ordinality as r(p, n)
        where schemaname = 'public' and has_table_privilege(%s, format('public.%%I', tablename), p) group by 1"""
    return dict(own.execute(question, [role]).fetchall())


def test_the_app_adds_events_and_can_never_touch_them_again(granted):
    rights = may(granted, APP)
    assert {t: rights[t] for t in ("cases_event", "matters_matterversion", "papers_licence_change", "law_change", "ledger_queue",
                                   "ledger_disclosure", "ledger_leaf", "ledger_checkpoint", "django_migrations")} == {
        "cases_event": "si", "matters_matterversion": "si", "papers_licence_change": "si", "law_change": "si", "ledger_queue": "si",
        "ledger_disclosure": "sid", "ledger_leaf": "s", "ledger_checkpoint": "s", "django_migrations": "s"}
    assert rights["cases_case"] == rights["django_session"] == "siud"


def test_the_sequencer_sees_nothing_but_the_ledger(granted):
    rights = may(granted, SEQUENCER)
    assert {table for table in rights if not table.startswith("ledger_")} == set()
    assert rights["ledger_queue"] == rights["ledger_leaf"] == "siud"


def test_the_app_reads_every_view(granted):
    views = "select viewname, has_table_privilege(%s, format('public.%%I', viewname), 'select') from pg_views where schemaname = 'public'"
    rights = dict(granted.execute(views, [APP]).fetchall())
    assert rights
    assert set(rights.values()) == {True}


@pytest.mark.parametrize("statement", ["update cases_event set n = n", "delete from cases_event", "truncate cases_event",
                                       "drop table cases_event", "create table mine (n int)",
                                       "alter table cases_event disable trigger all"])
def test_the_attempt_itself_is_refused(granted, statement):
    with granted.transaction(force_rollback=True):
        granted.execute(sql.SQL("set local role {}").format(sql.Identifier(APP)))
        with pytest.raises(errors.InsufficientPrivilege):
            granted.execute(statement)
