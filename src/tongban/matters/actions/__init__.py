"""What may be done to the catalogue: load the packs, publish a version, open and close a matter."""

from tongban.matters.actions.composing import BadPack
from tongban.matters.actions.publishing import (
    AlreadyClosed,
    Published,
    close,
    load,
    publish,
    reopen,
)

__all__ = ["AlreadyClosed", "BadPack", "Published", "close", "load", "publish", "reopen"]
