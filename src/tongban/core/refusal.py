"""A refusal: the law or the procedure forbids what was asked, said so that a person can act on it.

Sources: STYLE.md 8; RFC 9457 for the form in which the API answers it."""


class Refusal(Exception):
    """Asked for something that may not be done. Subclasses are named for the fact.

    :cvar code: stable machine word, the last part of the problem type of the API.
    :cvar says: sentence in the source language: what happened, why, what to do next, until when.
    :cvar basis: law and article the refusal rests on, empty where it is not law.
    """

    code = "refused"
    says = ""
    basis = ""

    def __init__(self, **params: object) -> None:
        super().__init__(self.code, params)
        self.params = params

    def __str__(self) -> str:
        return str(self.says) % self.params
