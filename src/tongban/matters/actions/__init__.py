"""What may be done to the catalogue: load the packs, publish a version, open and close a matter."""

from tongban.matters.actions.composing import BadPack
from tongban.matters.actions.publishing import (
    AlreadyClosed,
    Published,
    close,
    definition_of_draft,
    drafts_of,
    faults,
    load,
    publish,
    publish_procedure,
    reopen,
)

__all__ = [
    "AlreadyClosed", "BadPack", "Published", "close", "definition_of_draft", "drafts_of", "faults", "load", "publish",
    "publish_procedure", "reopen",
]
