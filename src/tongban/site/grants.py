"""What each database role may do, written down after every migration.

The app may not change or remove what is recorded; the ledger's leaves belong to the sequencer.

Sources: https://www.postgresql.org/docs/18/sql-grant.html; architecture: "One database"."""

import psycopg
from psycopg import sql

from tongban.pg import server

# Recorded for ever: the app adds rows, nobody but the owner could touch them again.
APPEND_ONLY = ("cases_event", "matters_procedure", "matters_draftact", "papers_licence_change", "law_change")
VERSIONS = "matters_matterversion"  # Published for ever; only the day it ends is written later.
READ_ONLY = ("django_migrations",)
LEDGER_PREFIX = "ledger_"
LEDGER_QUEUE = "ledger_queue"
WITNESSED = "ledger_witnessed"  # What this site's witness has cosigned for others.
ERASABLE = ("ledger_disclosure", "ledger_disclosurekey")  # Kept by the act itself, erased by law.


def grant(url: str) -> None:
    """Give `app` and `sequencer` exactly their rights, where these roles exist."""
    app, sequencer = server.ROLES["app"], server.ROLES["sequencer"]
    with psycopg.connect(url) as connection:
        roles = _names(
            connection, "select rolname from pg_roles where rolname = any(%s)", [app, sequencer]
        )
        tables = _names(
            connection, "select tablename from pg_tables where schemaname = any(%s)", ["public"]
        )
        views = _names(
            connection, "select viewname from pg_views where schemaname = any(%s)", ["public"]
        )
        for role in roles:
            _run(connection, "revoke all on all tables in schema public from {}", role)
            _run(connection, "grant usage on schema public to {}", role)
            _run(connection, "grant usage on all sequences in schema public to {}", role)
        for table in tables:
            for role, rights in ((app, app_rights(table)), (sequencer, sequencer_rights(table))):
                if role in roles and rights:
                    _run(connection, f"grant {rights} on {{}} to {{}}", table, role)
        for view in views if app in roles else []:
            _run(connection, "grant select on {} to {}", view, app)


def app_rights(table: str) -> str:
    if table in APPEND_ONLY:
        return "select, insert"
    if table == LEDGER_QUEUE:
        return "select, insert, update (sealed, wrapped)"  # What is said may be erased while the entry waits.
    if table == VERSIONS:
        return "select, insert, update (effective_to)"
    if table == WITNESSED:
        return "select, insert, update"
    if table in ERASABLE:
        return "select, insert, delete"
    if table in READ_ONLY or table.startswith(LEDGER_PREFIX):
        return "select"
    return "select, insert, update, delete"


def sequencer_rights(table: str) -> str:
    if table.startswith(LEDGER_PREFIX):
        return "select, insert, update, delete"
    return ""


def _names(connection: psycopg.Connection, query: str, given: list[str]) -> list[str]:
    return [row[0] for row in connection.execute(query, [given])]


def _run(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
