"""Reads hostile files one by one under limits of memory and processor time; says of each what came of it.

Started as a program by test_fuzz: JSON lines {kind, data (base64)} in, one word a line out: `loaded`,
`refused <code>`, or `broken <exception>`. Memory may grow by 200 MB, processor time by two seconds a file
(times FACTOR, because the machine of a test run may be slow); beyond that the process is killed."""

import base64
import contextlib
import json
import pathlib
import resource
import signal
import sys
import time

from tongban.core import dmn, draw, feel, forms, markup, refusal
from tongban.core.flow import bpmn, check
from tongban.core.forms import schema

MEMORY_BYTES_MAX = 200 * 1024 * 1024
FACTOR = 5
CPU_S_MAX = 2 * FACTOR
REFUSALS = (refusal.Refusal, feel.NotFeel)


def main():
    sys.setrecursionlimit(1000)  # What a web worker has.
    used = int(pathlib.Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY_BYTES_MAX, used + MEMORY_BYTES_MAX))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    worst = 0.0
    for line in sys.stdin:
        case = json.loads(line)
        signal.setitimer(signal.ITIMER_PROF, CPU_S_MAX)
        begun = time.process_time()
        print(outcome(case["kind"], base64.b64decode(case["data"])), flush=True)
        worst = max(worst, time.process_time() - begun)
    print(f"worst {worst * 1000:.0f} ms", file=sys.stderr)


def outcome(kind, data):
    try:
        READERS[kind](data)
    except REFUSALS as refused:
        return f"refused {getattr(refused, 'code', type(refused).__name__)}"
    except Exception as broken:  # noqa: BLE001 -- this is the test: nothing of the kind may come
        return f"broken {type(broken).__name__}: {str(broken)[:200]!r}"
    return "loaded"


def read_flow(data):
    graph = bpmn.parse(data)
    found = check.check(graph, check.Facts(roles={node.id: "someone" for node in graph.tasks()}))
    for finding in found:
        finding.says()
    if any(finding.code == "too-large" for finding in found):
        return  # Never published, so never drawn.
    draw.swimlane(graph, label="样例")
    draw.steps(graph)


def read_model(data):
    model = dmn.parse(data)
    for decision in model.decisions:
        dmn.decide(model, decision.id, {"x": 3, "area": 60, "kind": "catering"})
        for table in decision.tables:
            dmn.analyse(table)


def read_form(data):
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise markup.NotXml(reason="not JSON") from None  # composing.read_json refuses it.
    if not isinstance(document, dict):
        return
    form = forms.parse(document)
    answers = forms.example(form)
    forms.validate(form, None, answers)
    for field in form.fields():
        forms.shown_words(field, answers.get(field.name))


def read_expression(data):
    text = data.decode("utf-8", "replace")
    with contextlib.suppress(feel.TooMuchWork):
        feel.evaluate(feel.compile(text), {"form": {"a": 3, "b": [1, 2, 3]}})


READERS = {"flow": read_flow, "model": read_model, "form": read_form, "feel": read_expression}
assert schema.BadForm.code == "bad_form"

if __name__ == "__main__":
    main()
