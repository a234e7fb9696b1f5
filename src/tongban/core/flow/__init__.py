"""Flows: BPMN read once into a graph, run step by step by a pure function, checked before use.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09); DMN 1.5 clause 10.3 for conditions."""

from tongban.core.flow.bpmn import Unsupported, parse
from tongban.core.flow.graph import Edge, Graph, Kind, Lane, Node, Repeat, Timer
from tongban.core.flow.step import (
    Add,
    AlreadyStarted,
    Cancel,
    Command,
    Complete,
    Enter,
    Fail,
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
    "Add", "AlreadyStarted", "Cancel", "Command", "Complete", "Edge", "Enter", "Fail", "Fire", "Graph", "Kind", "Lane",
    "NoSuchToken", "NoWay", "Node", "NotOpen", "NotXml", "Outcome", "Repeat", "RunsInCircle",
    "Start", "Timer", "Token", "Unsupported", "decide", "parse",
]
