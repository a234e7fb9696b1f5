"""What an officer may do on a day: grants (授权), posts, certificates (执法证件), recusals (回避).

Sources: 行政许可法 art. 22 (powers lie with the organ the law names); 公务员法 art. 76 (recusal)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import connection
from django.db.models import Q

from tongban.people import models


@dataclass(frozen=True, slots=True)
class Authority:
    """The answer to the one question: may this officer act in this role, here, on that day?

    ``is_granted`` needs an active account, a post in the organ and a grant, all in force on the day.
    ``certificate_no`` is the best certificate in force, of the domain asked for if he has one;
    ``certificate_ended_on`` and ``grant_ended_on`` say since when none is, if there was one.
    ``stands_in_for``: officers whose deputy he is in this on the day; ``delegated_by`` the one whose grant is used.
    """

    is_granted: bool
    grant_id: int | None
    post: str
    certificate_no: str | None
    certificate_domain: str
    is_recused: bool
    name: str = ""
    grant_ended_on: date | None = None
    certificate_ended_on: date | None = None
    stands_in_for: tuple[int, ...] = ()
    delegated_by: int | None = None
    delegated_by_name: str = ""


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer with his present posts and the organ of the first of them."""

    id: int
    account_id: int
    name: str
    name_en: str
    posts: tuple[str, ...]
    organ_code: str
    organ_name: str
    is_fictitious: bool


# One statement, asked inside every step: five look-ups by index, one round trip.
_AUTHORITY = """
WITH acting AS (
    SELECT %(officer)s::bigint AS officer_id, false AS is_deputy
    UNION ALL
    SELECT officer_id, true FROM people_delegation
    WHERE deputy_id = %(officer)s AND organ_code = %(organ)s AND role IN ('*', %(role)s)
      AND matter_code IN ('*', %(matter)s) AND from_on <= %(on)s AND to_on > %(on)s
      AND (ended_on IS NULL OR ended_on > %(on)s)
), granted AS (
    SELECT g.id, g.to_on, (g.to_on IS NULL OR g.to_on > %(on)s) AS holds,
           CASE WHEN acting.is_deputy THEN g.officer_id END AS by_id
    FROM people_grant g JOIN acting ON acting.officer_id = g.officer_id
    WHERE g.organ_code = %(organ)s AND g.role = %(role)s
      AND g.matter_code IN ('*', %(matter)s) AND g.from_on <= %(on)s
    ORDER BY holds DESC, acting.is_deputy, g.to_on DESC NULLS FIRST, g.id LIMIT 1
), held AS (
    SELECT post.name FROM people_holding holding JOIN people_post post ON post.id = holding.post_id
    WHERE holding.officer_id = %(officer)s AND post.organ_code = %(organ)s
      AND holding.from_on <= %(on)s AND (holding.to_on IS NULL OR holding.to_on > %(on)s)
    ORDER BY holding.from_on, holding.id LIMIT 1
), certified AS (
    SELECT number, domain, to_on, (to_on IS NULL OR to_on > %(on)s) AS holds FROM people_certificate
    WHERE officer_id = %(officer)s AND from_on <= %(on)s
    ORDER BY domain = %(domain)s DESC, holds DESC, to_on DESC NULLS FIRST, id LIMIT 1
)
SELECT account.is_active AND coalesce(granted.holds, false) AND held.name IS NOT NULL,
       granted.id, granted.holds, granted.to_on, coalesce(held.name, ''),
       certified.number, coalesce(certified.domain, ''), coalesce(certified.holds, false), certified.to_on,
       EXISTS (SELECT FROM people_recusal WHERE region_code = %(region)s
               AND case_id = %(case)s AND officer_id = %(officer)s),
       officer.name, (SELECT array_agg(officer_id) FROM acting WHERE is_deputy), granted.by_id,
       (SELECT name FROM people_officer o WHERE o.id = granted.by_id)
FROM people_officer officer
JOIN people_account account ON account.id = officer.account_id
LEFT JOIN granted ON true LEFT JOIN held ON true LEFT JOIN certified ON true
WHERE officer.id = %(officer)s
"""


def authority(
    *,
    officer_id: int,
    organ_code: str,
    role: str,
    matter_code: str,
    region_code: str,
    case_id: int | None,
    on: date,
    domain: str = "",
) -> Authority:
    """Whether the officer may act in the role for the organ and matter on the day, in one SQL statement.

    :param domain: the certificate domain asked for; another one is returned only if he has none of it.
    """
    asked = {
        "officer": officer_id,
        "organ": organ_code,
        "role": role,
        "matter": matter_code,
        "region": region_code,
        "case": case_id,
        "on": on,
        "domain": domain,
    }
    with connection.cursor() as cursor:
        cursor.execute(_AUTHORITY, asked)
        row = cursor.fetchone()
    if row is None:
        return Authority(False, None, "", None, "", False)
    may, grant_id, holds, grant_to, post, number, has_domain, is_certified, certificate_to, recused, name = row[:11]
    stands_in_for, by_id, by_name = row[11:]
    return Authority(
        is_granted=may,
        grant_id=grant_id if may else None,
        post=post,
        certificate_no=number if is_certified else None,
        certificate_domain=has_domain if is_certified else "",
        is_recused=recused,
        name=name,
        grant_ended_on=None if holds else grant_to,
        certificate_ended_on=None if is_certified else certificate_to,
        stands_in_for=tuple(stands_in_for or ()),
        delegated_by=by_id if may else None,
        delegated_by_name=(by_name or "") if may else "",
    )


_OFFICERS = """
SELECT officer.id, officer.account_id, officer.name, officer.name_en, officer.is_fictitious,
       coalesce(array_agg(post.name ORDER BY holding.from_on, holding.id) FILTER (WHERE post.id IS NOT NULL), '{}'),
       coalesce((array_agg(organ.code ORDER BY holding.from_on, holding.id)
                 FILTER (WHERE organ.code IS NOT NULL))[1], ''),
       coalesce((array_agg(organ.name ORDER BY holding.from_on, holding.id)
                 FILTER (WHERE organ.code IS NOT NULL))[1], '')
FROM people_officer officer
LEFT JOIN people_holding holding ON holding.officer_id = officer.id
    AND (%(on)s::date IS NULL OR (holding.from_on <= %(on)s AND (holding.to_on IS NULL OR holding.to_on > %(on)s)))
LEFT JOIN people_post post ON post.id = holding.post_id
LEFT JOIN people_organ organ ON organ.code = post.organ_code
WHERE {condition}
GROUP BY officer.id ORDER BY officer.id
"""
_WITH_GRANT = """EXISTS (SELECT FROM people_grant g WHERE g.officer_id = officer.id
  AND g.organ_code = %(organ)s AND g.role = %(role)s AND g.from_on <= %(on)s AND (g.to_on IS NULL OR g.to_on > %(on)s))
  AND EXISTS (SELECT FROM people_account a WHERE a.id = officer.account_id AND a.is_active)
  AND EXISTS (SELECT FROM people_holding h JOIN people_post p ON p.id = h.post_id WHERE h.officer_id = officer.id
  AND p.organ_code = %(organ)s AND h.from_on <= %(on)s AND (h.to_on IS NULL OR h.to_on > %(on)s))"""


def officer_of(account_id: int, on: date | None = None) -> OfficerRow | None:
    """The officer behind an account, or None; his posts are those of the day, or all he ever had."""
    rows = _officers("officer.account_id = %(account)s", {"account": account_id, "on": on})
    return rows[0] if rows else None


def officer_by_id(officer_id: int, on: date | None = None) -> OfficerRow | None:
    """One officer, or None."""
    rows = _officers("officer.id = %(officer)s", {"officer": officer_id, "on": on})
    return rows[0] if rows else None


def officers_named(ids: Iterable[int], on: date | None = None) -> dict[int, OfficerRow]:
    """The officers with these ids, by id; unknown ids are left out."""
    rows = _officers("officer.id = ANY(%(ids)s)", {"ids": sorted(set(ids)), "on": on})
    return {row.id: row for row in rows}


def officers_for(organ_code: str, role: str, on: date) -> tuple[OfficerRow, ...]:
    """Who may act in the role for the organ on the day, by id."""
    return tuple(_officers(_WITH_GRANT, {"organ": organ_code, "role": role, "on": on}))


_ROLES = """
SELECT DISTINCT g.organ_code, g.role,
       CASE WHEN acting.matter_code = '*' THEN g.matter_code ELSE acting.matter_code END
FROM people_grant g
JOIN (
    SELECT %(officer)s::bigint AS officer_id, NULL AS organ_code, '*' AS role, '*' AS matter_code
    UNION ALL
    SELECT officer_id, organ_code, role, matter_code FROM people_delegation
    WHERE deputy_id = %(officer)s AND from_on <= %(on)s AND to_on > %(on)s AND (ended_on IS NULL OR ended_on > %(on)s)
) acting ON acting.officer_id = g.officer_id
JOIN people_officer o ON o.id = %(officer)s JOIN people_account a ON a.id = o.account_id
WHERE a.is_active AND g.from_on <= %(on)s AND (g.to_on IS NULL OR g.to_on > %(on)s)
  AND (acting.organ_code IS NULL OR acting.organ_code = g.organ_code)
  AND acting.role IN ('*', g.role) AND (acting.matter_code = '*' OR g.matter_code IN ('*', acting.matter_code))
  AND EXISTS (SELECT FROM people_holding h JOIN people_post p ON p.id = h.post_id
              WHERE h.officer_id = %(officer)s AND p.organ_code = g.organ_code
                AND h.from_on <= %(on)s AND (h.to_on IS NULL OR h.to_on > %(on)s))
ORDER BY 1, 2, 3
"""


def roles_of(officer_id: int, on: date) -> tuple[tuple[str, str, str], ...]:
    """What the officer may do on the day, as a deputy too: (organ code, role, matter code or "*"), in that order."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, {"officer": officer_id, "on": on})
        return tuple((organ, role, matter) for organ, role, matter in cursor.fetchall())


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A delegation as its two officers see it. ``is_mine``: the reader has given it, not received it."""

    id: int
    officer: str
    deputy: str
    organ: str
    role: str
    matter_code: str
    from_on: date
    to_on: date
    ended_on: date | None
    reason: str
    is_mine: bool


def delegations_of(officer_id: int) -> list[DelegationRow]:
    """The delegations an officer has given or received, the latest first."""
    rows = models.Delegation.objects.filter(Q(officer_id=officer_id) | Q(deputy_id=officer_id))
    return [
        DelegationRow(
            row.id, row.officer.name, row.deputy.name, row.organ.name, row.role, row.matter_code, row.from_on, row.to_on,
            row.ended_on, row.reason, row.officer_id == officer_id,
        )
        for row in rows.select_related("officer", "deputy", "organ").order_by("-from_on", "-id")
    ]


def colleagues(officer_id: int, on: date) -> tuple[OfficerRow, ...]:
    """The others who hold a post in one of the officer's organs on the day."""
    return tuple(_officers(_COLLEAGUES, {"officer": officer_id, "on": on}))


_COLLEAGUES = """officer.id <> %(officer)s
  AND EXISTS (SELECT FROM people_account a WHERE a.id = officer.account_id AND a.is_active)
  AND EXISTS (SELECT FROM people_holding h JOIN people_post p ON p.id = h.post_id
              JOIN people_post mine ON mine.organ_code = p.organ_code
              JOIN people_holding m ON m.post_id = mine.id AND m.officer_id = %(officer)s
              WHERE h.officer_id = officer.id AND h.from_on <= %(on)s AND (h.to_on IS NULL OR h.to_on > %(on)s)
                AND m.from_on <= %(on)s AND (m.to_on IS NULL OR m.to_on > %(on)s))"""


def _officers(condition: str, asked: dict[str, object]) -> list[OfficerRow]:
    with connection.cursor() as cursor:
        cursor.execute(_OFFICERS.replace("{condition}", condition), asked)
        return [
            OfficerRow(ident, account, name, name_en, tuple(posts), organ_code, organ_name, is_fictitious)
            for ident, account, name, name_en, is_fictitious, posts, organ_code, organ_name in cursor.fetchall()
        ]
