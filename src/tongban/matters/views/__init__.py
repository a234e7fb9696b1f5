"""Pages of matters: what the public reads, and the studio where procedures are written."""

from tongban.matters.views import public, studio

__all__ = ["public", "studio"]
