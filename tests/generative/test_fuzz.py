"""Hostile files: each is loaded or refused with a reason, never an exception, within two seconds and 200 MB.

Random bytes, published files with bytes or elements changed, entity bombs, external entities, circles, ten
thousand elements, expressions that explode. The files are read in processes of their own under hard limits."""

import base64
import itertools
import json
import os
import pathlib
import random
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
ROUNDS = int(os.environ.get("TONGBAN_FUZZ", "150"))
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DMN = "https://www.omg.org/spec/DMN/20230324/MODEL/"
FLOWS = [path.read_bytes() for path in sorted(ROOT.glob("packs/national/procedures/*/flow.bpmn"))]
FORMS = [path.read_bytes() for path in sorted(ROOT.glob("packs/*/**/form.json"))]
TABLE = f"""<definitions xmlns="{DMN}" name="fees"><inputData id="i" name="area"/><inputData id="k" name="kind"/>
<decision id="d" name="fee"><variable name="fee" typeRef="number"/>
<informationRequirement><requiredInput href="#i"/></informationRequirement>
<informationRequirement><requiredInput href="#k"/></informationRequirement>
<decisionTable hitPolicy="COLLECT" aggregation="SUM"><input><inputExpression typeRef="number"><text>area</text></inputExpression></input>
<input><inputExpression typeRef="string"><text>kind</text></inputExpression></input><output typeRef="number"/>
<rule><inputEntry><text>[50..100)</text></inputEntry><inputEntry><text>"catering","canteen"</text></inputEntry><outputEntry><text>100.10 * 2</text></outputEntry></rule>
<rule><inputEntry><text>&gt;= 100</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>if area &gt; 1000 then 5 else 6</text></outputEntry></rule>
</decisionTable></decision><decision id="e" name="total"><variable name="total"/>
<informationRequirement><requiredDecision href="#d"/></informationRequirement>
<literalExpression><text>sum(for x in 1..3 return x * fee)</text></literalExpression></decision></definitions>""".encode()
EXPRESSIONS = [b"some o in form.b satisfies o > 2", b'if form.a = 3 then date("2026-03-02") + duration("P1D") else null',
               b"for x in form.b return {y: x ** 2}", b"sort([3,1,2], function(x,y) x < y)[1]", b'replace("abab", "(a)(b)", "$2$1")']
PIECES = [b"<", b">", b'"', b"&amp;", b"]]>", b"<!--", b"<![CDATA[", b"id=", b"\x00", b"\xff", "限".encode(), b"{", b"}", b"[", b"9" * 40,
          b"sourceRef", b"<subProcess>", b"null", b"../..", b"%s", b"-1", b"1e999", b"function(x) x(x)", b"..", b"**"]


def worked(cases):
    """What became of each, by a process under limits."""
    lines = "".join(json.dumps({"kind": kind, "data": base64.b64encode(data).decode()}) + "\n" for kind, data in cases)
    done = subprocess.run(
        [sys.executable, "-m", "tests.generative.fuzz_worker"], input=lines, capture_output=True, text=True, check=False,
        cwd=ROOT, env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."},
    )
    found = done.stdout.splitlines()
    print(done.stderr.strip())
    assert len(found) == len(cases), f"killed at {cases[len(found)][0]} {cases[len(found)][1][:300]!r}: {done.stderr[-500:]}"
    return found


def broken(cases):
    return [(kind, word, data[:400]) for (kind, data), word in zip(cases, worked(cases), strict=True) if word.startswith("broken")]


def changed(chance, data, others):
    """The file with pieces flipped, cut, doubled, moved, or put in from elsewhere."""
    data = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, length = chance.randrange(len(data) or 1), chance.randint(1, 80)
        how = chance.choice(["flip", "cut", "double", "piece", "splice"])
        if how == "flip" and data:
            data[at] = chance.randrange(256)
        elif how == "cut":
            del data[at : at + length]
        elif how == "double":
            data[at:at] = data[at : at + length]
        elif how == "piece":
            data[at:at] = chance.choice(PIECES)
        else:
            other = chance.choice(others)
            start = chance.randrange(len(other))
            data[at:at] = other[start : start + length * 4]
    return bytes(data)


def twisted(chance, value, depth=0):
    """A JSON value with one part somewhere in it replaced by something else."""
    odd = [None, True, -1, 10**30, "", "x" * 3000, [], {}, "form.nothing", "(", ["a"], {"a": {}}, "\x00", 0.1]
    if chance.random() < 0.15 or depth > 6:
        return chance.choice(odd)
    if isinstance(value, dict) and value:
        key = chance.choice(list(value))
        if chance.random() < 0.2:
            return {name: one for name, one in value.items() if name != key}
        return {**value, key: twisted(chance, value[key], depth + 1)}
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [*value[:at], twisted(chance, value[at], depth + 1), *value[at + 1 :]]
    return chance.choice(odd)


@pytest.mark.parametrize(("kind", "files"), [("flow", FLOWS), ("model", [TABLE]), ("form", FORMS), ("feel", EXPRESSIONS)],
                         ids=["flow", "model", "form", "feel"])
def test_changed_files_and_random_bytes_are_loaded_or_refused(kind, files):
    chance = random.Random(f"{kind} 2026")
    cases = [(kind, changed(chance, chance.choice(files), files)) for _ in range(ROUNDS)]
    cases += [(kind, chance.randbytes(chance.randint(0, 400))) for _ in range(ROUNDS // 5)]
    assert broken(cases) == []


def test_forms_with_odd_values_are_loaded_or_refused():
    chance = random.Random(7)
    cases = []
    for _ in range(ROUNDS):
        document = json.loads(chance.choice(FORMS))
        for _ in range(chance.randint(1, 3)):
            document = twisted(chance, document)
        cases.append(("form", json.dumps(document).encode()))
    assert broken(cases) == []


def flow(body):
    return f'<definitions xmlns="{MODEL}"><process id="p">{body}</process></definitions>'.encode()


def chain(kind, count, close=False):
    names = ["s", *(f"n{n}" for n in range(count)), "e"]
    elements = '<startEvent id="s"/><endEvent id="e"/>' + "".join(f'<{kind} id="n{n}"/>' for n in range(count))
    edges = "".join(f'<sequenceFlow id="f{n}" sourceRef="{a}" targetRef="{b}"/>' for n, (a, b) in enumerate(itertools.pairwise(names)))
    return flow(elements + edges + ('<sequenceFlow id="back" sourceRef="n1" targetRef="n0"/>' if close else ""))


def split(count, kind="parallelGateway"):
    """So many branches at once, each with a choice in it: more states than anybody can look at."""
    parts = [f'<startEvent id="s"/><{kind} id="a"/><{kind} id="b"/><endEvent id="e"/>',
             '<sequenceFlow id="in" sourceRef="s" targetRef="a"/><sequenceFlow id="out" sourceRef="b" targetRef="e"/>']
    parts += [f'<userTask id="t{n}"/><userTask id="u{n}"/><sequenceFlow id="x{n}" sourceRef="a" targetRef="t{n}"/>'
              f'<sequenceFlow id="y{n}" sourceRef="t{n}" targetRef="u{n}"/><sequenceFlow id="z{n}" sourceRef="u{n}" targetRef="b"/>'
              for n in range(count)]
    return flow("".join(parts))


def nested(depth):
    return flow("<subProcess id='x'>" * depth + "</subProcess>" * depth)


def entities(declared, used):
    return f'<?xml version="1.0"?><!DOCTYPE definitions [{declared}]><definitions xmlns="{MODEL}"><process id="p" name="{used}"/></definitions>'


LAUGHS = '<!ENTITY a "haha">' + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
HOSTILE = {
    "billion laughs": ("flow", entities(LAUGHS, "&i;").encode()),
    "billion laughs in UTF-16": ("flow", entities(LAUGHS, "&i;").encode("utf-16")),
    "quadratic": ("flow", entities(f'<!ENTITY a "{"x" * 50_000}">', "&a;" * 5_000).encode()),
    "external file": ("flow", entities('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;").encode()),
    "external address": ("model", entities('<!ENTITY a SYSTEM "http://127.0.0.1:1/x">', "&a;").encode()),
    "parameter entity": ("flow", entities('<!ENTITY % a SYSTEM "file:///dev/zero"> %a;', "").encode()),
    "external subset": ("model", b'<!DOCTYPE x SYSTEM "file:///dev/zero"><x/>'),
    "ten thousand elements": ("flow", chain("userTask", 10_000)),
    "the largest flow": ("flow", chain("userTask", 590)),
    "a circle of gateways": ("flow", chain("exclusiveGateway", 50, close=True)),
    "a circle of tasks": ("flow", chain("userTask", 50, close=True)),
    "forty branches": ("flow", split(40)),
    "nine branches": ("flow", split(9)),
    "forty inclusive branches": ("flow", split(40, "inclusiveGateway")),
    "deep sub-processes": ("flow", nested(200)),
    "deeper than the parser": ("flow", b"<a>" * 100_000 + b"</a>" * 100_000),
    "a hundred thousand attributes": ("flow", ("<a " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>").encode()),
    "five megabytes": ("flow", b"<a>" + b"x" * 5_000_000 + b"</a>"),
    "one attribute of three megabytes": ("flow", f'<definitions xmlns="{MODEL}"><process id="{"x" * 3_000_000}"/></definitions>'.encode()),
    "a model that needs itself": ("model", TABLE.replace(b'href="#i"', b'href="#e"')),
    "ten thousand rules": ("model", TABLE.replace(b"</decisionTable>", b"<rule><inputEntry><text>&lt; 5</text></inputEntry><inputEntry><text>-</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>" * 10_000 + b"</decisionTable>")),
    "deep brackets": ("feel", b"(" * 50_000 + b"1" + b")" * 50_000),
    "deep lists": ("feel", b"[" * 50_000 + b"]" * 50_000),
    "deep json": ("form", b"[" * 200_000),
    "power tower": ("feel", b"9 ** 9 ** 9 ** 9"),
    "a large product": ("feel", b"count(for a in 1..1000, b in 1..1000, c in 1..1000 return a * b * c)"),
    "a doubling list": ("feel", b"for i in 1..60 return if i = 1 then [1] else concatenate(partial[-1], partial[-1])"),
    "a doubling text": ("feel", b'for i in 1..60 return if i = 1 then "xx" else partial[-1] + partial[-1]'),
    "a pattern that goes back": ("feel", b'matches("' + b"a" * 40 + b'b", "(a+)+$")'),
    "an endless function": ("feel", b"{f: function(x) f(x), y: f(1)}.y"),
    "a function that calls what it is given": ("feel", b"(function(x) x(x))(function(x) x(x))"),
    "a megabyte of sums": ("feel", b"1+" * 300_000 + b"1"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_or_loaded_within_its_limits(name):
    assert broken([HOSTILE[name]]) == []


@pytest.mark.parametrize("name", ["billion laughs", "billion laughs in UTF-16", "external file", "external address",
                                  "parameter entity", "external subset", "ten thousand elements", "five megabytes"])
def test_what_attacks_the_reader_is_refused(name):
    (word,) = worked([HOSTILE[name]])
    assert word.startswith("refused")
