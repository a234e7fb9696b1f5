"""Decisions as data: DMN models read once, decided often, and their tables checked for gaps.

Sources: OMG DMN 1.5 (formal/2024-01-01), clauses 6 to 8 and 10; also reads 1.3 and 1.4."""

from tongban.core.dmn.analysis import Gap, Overlap, Unclear, analyse
from tongban.core.dmn.model import Decision, Model, Unsupported, parse
from tongban.core.dmn.run import Answer, NoSuchDecision, decide

__all__ = [
    "Answer", "Decision", "Gap", "Model", "NoSuchDecision", "Overlap", "Unclear", "Unsupported",
    "analyse", "decide", "parse",
]
