"""Drawings as SVG text: flow charts from the flow that runs, bars of legal time. No script, no style.

Sources: W3C SVG 2; W3C WCAG 2.2, 1.1.1 (text alternatives) and 1.4.1 (never colour alone)."""

from tongban.core.draw.bars import Part, Stretch, Tick, time_bar
from tongban.core.draw.steps import Step, steps
from tongban.core.draw.swimlane import Mark, NodeWords, Tone, swimlane

__all__ = [
    "Mark", "NodeWords", "Part", "Step", "Stretch", "Tick", "Tone", "steps", "swimlane", "time_bar",
]
