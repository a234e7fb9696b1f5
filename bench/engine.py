"""The engine beside others: the kernel alone, a step at 7, 50 and 200 tasks, four writers, SpiffWorkflow.

A step is the completion of one task of a sequence, through the action of cases, from the first task of a case to
its last. Beside it, in the same run and in turn: the same statements with the same parameters and nothing else
(bare), and SpiffWorkflow 3 that reads its state from jsonb, completes the task, and writes it back (spiff).
Figures are medians over all steps: others work on the same machine."""

import datetime as dt
import itertools
import json
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from bench.steps import address, synchronous_commit

AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
SIZES = (7, 50, 200)
STEPS = 100  # of each size and kind, in each round
ROUNDS = 2
WRITERS = 4
LIMITS = {"on": "<= 1.8", "off": "<= 2.6"}
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def run():
    from tests import ground

    ground.load()
    window = ground.officer("yz-window")
    figures = kernel()
    for size in SIZES:
        version = version_with(size)
        for setting in ("on", "off"):
            figures |= beside(size, setting, version, window)
    for setting in ("on", "off"):
        small, large = (figures[f"step_ms_{size}_sync_{setting}"]["value"] for size in (SIZES[0], SIZES[-1]))
        figures[f"step_flat_200_vs_7_sync_{setting}"] = value(large / small, "x", "<= 1.1")
    figures["step_flat_200_vs_7"] = figures["step_flat_200_vs_7_sync_on"]
    return figures | spiff() | writers(window)


def value(number, unit, target=None, peer=None):
    return {"value": round(number, 3), "unit": unit, "target": target, "peer": None if peer is None else round(peer, 3)}


# The kernel


def kernel():
    """µs for one decision, on the published permit and on a sequence of 200 tasks."""
    import pathlib

    from tongban.core import flow

    permit = flow.parse(pathlib.Path("packs/national/procedures/permit/flow.bpmn").read_bytes())
    figures = {"kernel_us": value(decision_us(permit), "us", "<= 20")}
    return figures | {"kernel_us_200": value(decision_us(flow.parse(drawing(200).encode())), "us", "<= 20")}


def decision_us(graph):
    from tongban.core import flow

    data = {"intake": {"outcome": "accept"}, "decision": {"outcome": "grant"}}
    times = []
    for _ in range(300):
        tokens, next_n, command, finished = (), 1, flow.Start(), False
        while not finished:
            begun = time.perf_counter()
            outcome = flow.decide(graph, tokens, data, command, next_n=next_n)
            times.append(time.perf_counter() - begun)
            gone = {*outcome.closed, *outcome.cancelled}
            tokens = (*(token for token in tokens if token.n not in gone), *outcome.opened)
            next_n, finished = outcome.next_n, outcome.is_finished
            command = next((flow.Complete(token.n) for token in tokens
                            if graph.nodes[token.node].kind is flow.Kind.USER_TASK), None)
    return statistics.median(times) * 1_000_000


# A step at each size


def drawing(size):
    """BPMN of a sequence of so many tasks."""
    names = ["start", *(f"task{n}" for n in range(size)), "end"]
    edges = [f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(itertools.pairwise(names))]
    tasks = [f'<userTask id="{name}" name="{name}"/>' for name in names[1:-1]]
    return (f'<definitions xmlns="{MODEL}"><process id="p" isExecutable="true"><startEvent id="start"/>'
            f'{"".join(tasks)}<endEvent id="end"/>{"".join(edges)}</process></definitions>')


def version_with(size):
    """A published version of the food permit whose flow is such a sequence, every task the window's."""
    from tests import ground
    from tongban.matters import models

    last = models.MatterVersion.objects.filter(matter_id=ground.FOOD).order_by("-n").first()
    first = models.MatterVersion.objects.filter(matter_id=ground.FOOD).order_by("n").first()
    rule = {**first.document["nodes"]["document_review"], "role": "window", "limit_working_days": 3}
    return models.MatterVersion.objects.create(
        matter_id=ground.FOOD, n=last.n + 1, flow_xml=drawing(size), form=first.form, digest=uuid4().hex,
        document={**first.document, "nodes": {f"task{n}": rule for n in range(size)}},
        published_on=first.published_on, effective_from=dt.date(2000, 1, 1), effective_to=dt.date(2000, 1, 2),
    ).id


def file(version):
    from tests import ground
    from tongban.cases import actions

    who = ground.citizen()
    with synchronous_commit("off"):
        return actions.submit(
            version_id=version, applicant_id=who.id, subject="示例", answers=ground.ANSWERS,
            materials=ground.materials(ground.FOOD), actor=who, at=AT - dt.timedelta(minutes=5), key=str(uuid4()),
        )


def complete(done, token_n, window):
    from tongban.cases import actions

    actions.complete(
        region_code=done.region_code, case_id=done.case_id, token_n=token_n, outcome="agree", reason="材料齐全",
        actor=window, at=AT, key=str(uuid4()),
    )


def beside(size, setting, version, window):
    acted, bare = [], []
    for _ in range(ROUNDS):
        for _case in range(max(1, STEPS // size)):
            acted += acted_ms(size, setting, version, window)
            bare += bare_ms(size, setting, version, window)
    ours, floor = statistics.median(acted), statistics.median(bare)
    return {
        f"step_ms_{size}_sync_{setting}": value(ours, "ms", None, floor),
        f"step_ratio_{size}_sync_{setting}": value(ours / floor, "x bare SQL", LIMITS[setting]),
    }


def acted_ms(size, setting, version, window):
    done, times = file(version), []
    with synchronous_commit(setting):
        for n in range(1, size + 1):
            begun = time.perf_counter()
            complete(done, n, window)
            times.append((time.perf_counter() - begun) * 1000)
    return times


def bare_ms(size, setting, version, window):
    import psycopg

    steps, times = recording(file(version), size, window), []
    with psycopg.connect(**address(), autocommit=True) as bare:
        bare.execute(f"set synchronous_commit = {setting}")
        for statements in steps:
            begun = time.perf_counter()
            with bare.transaction(), bare.cursor() as cursor:
                for sql, parameters in statements:
                    cursor.execute(sql, parameters)
                    if cursor.description:
                        cursor.fetchall()
            times.append((time.perf_counter() - begun) * 1000)
    return times


def recording(done, size, window):
    """What each step of a whole case sends to the database, leaving no trace of it."""
    from django.db import connection, transaction

    steps = []

    def listen(execute, sql, parameters, many, context):
        if "SAVEPOINT" not in sql:
            steps[-1].append((sql, parameters))
        return execute(sql, parameters, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(listen):
            for n in range(1, size + 1):
                steps.append([])
                complete(done, n, window)
        transaction.set_rollback(True)
    return steps


# SpiffWorkflow, its state in jsonb


def spiff():
    try:
        import SpiffWorkflow  # noqa: F401
    except ImportError:
        return {}
    figures = {}
    for size in SIZES:
        times = [ms for _case in range(max(1, STEPS // size)) for ms in spiff_ms(size)]
        figures[f"spiff_ms_{size}"] = value(statistics.median(times), "ms")
    return figures


def spiff_ms(size):
    import psycopg
    from psycopg.types.json import Jsonb
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
    from SpiffWorkflow.util.task import TaskState

    parser, serializer, times = BpmnParser(), BpmnWorkflowSerializer(), []
    parser.add_bpmn_str(drawing(size).encode())
    workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
    workflow.do_engine_steps()
    with psycopg.connect(**address(), autocommit=True) as bare:
        bare.execute("create table if not exists bench_spiff (id int primary key, state jsonb)")
        bare.execute("insert into bench_spiff values (1, %s) on conflict (id) do update set state = excluded.state",
                     [Jsonb(json.loads(serializer.serialize_json(workflow)))])
        for _ in range(size):
            begun = time.perf_counter()
            with bare.transaction(), bare.cursor() as cursor:
                cursor.execute("select state from bench_spiff where id = 1 for update")
                kept = serializer.from_dict(cursor.fetchone()[0])
                task = next(one for one in kept.get_tasks(state=TaskState.READY) if one.task_spec.name.startswith("task"))
                task.data["outcome"] = "agree"
                task.run()
                kept.do_engine_steps()
                cursor.execute("update bench_spiff set state = %s where id = 1", [Jsonb(serializer.to_dict(kept))])
            times.append((time.perf_counter() - begun) * 1000)
        bare.execute("drop table bench_spiff")
    return times


# Four writers


def writers(window):
    """Steps per second of four threads at once, each on cases of its own."""
    from django.db import connection

    version = version_with(SIZES[0])
    shares = [[file(version) for _ in range(12)] for _ in range(WRITERS)]

    def write(cases):
        with synchronous_commit("on"):
            for done in cases:
                for n in range(1, SIZES[0] + 1):
                    complete(done, n, window)
        connection.close()

    begun = time.perf_counter()
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, shares))
    steps = sum(map(len, shares)) * SIZES[0]
    return {f"steps_per_s_{WRITERS}_writers": value(steps / (time.perf_counter() - begun), "1/s")}
