"""The kernel against another engine: the same random flow, the same tasks done, the same places open.

SpiffWorkflow evaluates conditions as Python, so it only ever sees flows made here. Joins inside a loop
are left out: on the second pass it lets a join go when the first of two branches is done.

Sources: https://github.com/sartography/SpiffWorkflow (LGPL-3.0), a development dependency."""

import os
import random

import pytest

from tests.core import flow_drawing
from tests.core.flow_drawing import Case
from tongban.core.flow import bpmn

pytest.importorskip("SpiffWorkflow")

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.util.task import TaskState

FLOWS = int(os.environ.get("TONGBAN_FLOWS", "300"))
KINDS = ("task", "task", "task", "choice", "parallel", "inclusive", "loop", "sequence")
STEPS_MAX = 60


def shape(chance, depth=0, is_in_loop=False):
    kind = chance.choice(KINDS)
    if is_in_loop and kind in ("parallel", "inclusive"):
        kind = "choice"
    if depth > 2 or kind == "task":
        return "task", []
    count = 1 if kind == "loop" else chance.randint(2, 3)
    return kind, [shape(chance, depth + 1, is_in_loop or kind == "loop") for _ in range(count)]


def spiff(lines):
    """The same drawing with its conditions in Python and a process that may run."""
    python = [line.replace(".c", "_c").replace(".again", "_again").replace(" = true", " == True").replace(" = ", " == ")
              for line in lines]
    xml = flow_drawing.write(*python).replace(b"<process ", b'<process isExecutable="true" ')
    parser = BpmnParser()
    parser.add_bpmn_str(xml)
    return BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))


def ready(workflow):
    return [task for task in workflow.get_tasks(state=TaskState.READY) if task.task_spec.name.startswith("task")]


def play(seed):
    """The open tasks after every step, in both engines."""
    chance = random.Random(seed)
    lines = flow_drawing.structured_lines(shape(chance))
    picks = {f"c{number}": chance.randint(0, 2) for number in range(60)}
    other = spiff(lines)
    other.data.update({})
    for task in other.get_tasks():
        task.data.update({f"pick_{name}": value for name, value in picks.items()})
    other.do_engine_steps()
    case = Case(bpmn.parse(flow_drawing.write(*lines)), data={"pick": picks}).start()
    traces = [], []
    for number in range(STEPS_MAX):
        ours = sorted(place for place in case.places if place.startswith("task"))
        theirs = sorted(task.task_spec.name for task in ready(other))
        traces[0].append(ours)
        traces[1].append(theirs)
        if ours != theirs or not ours:
            break
        name = chance.choice(ours)
        again = number < 20 and chance.random() < 0.4
        case.complete(name, again=again)
        task = next(task for task in ready(other) if task.task_spec.name == name)
        task.data[f"{name}_again"] = again
        task.run()
        other.do_engine_steps()
    return traces, case.is_finished, other.is_completed(), lines


@pytest.mark.parametrize("start", range(0, FLOWS, 100))
def test_both_engines_open_the_same_tasks(start):
    for seed in range(start, start + 100):
        (ours, theirs), is_finished, is_completed, lines = play(seed)
        assert ours == theirs, lines
        assert is_finished == is_completed, lines
