"""Flows: BPMN read once into a graph, run step by step by a pure function, checked before use.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09); DMN 1.5 clause 10.3 for conditions."""

from tongban.core.flow.bpmn import Unsupported, parse
from tongban.core.flow.graph import Edge, Graph, Kind, Lane, Node, Repeat
from tongban.core.flow.step import (
    AlreadyStarted,
    Cancel,
    Command,
    Complete,
    Fire,
    NoSuchToken,
    NotOpen,
    NoWay,
    Outcome,
    RunsInCircle,
    Start,
    Token,
    decide,
)
from tongban.core.markup import NotXml

__all__ = [
    "AlreadyStarted", "Cancel", "Command", "Complete", "Edge", "Fire", "Graph", "Kind", "Lane",
    "NoSuchToken", "NoWay", "Node", "NotOpen", "NotXml", "Outcome", "Repeat", "RunsInCircle",
    "Start", "Token", "Unsupported", "decide", "parse",
]
