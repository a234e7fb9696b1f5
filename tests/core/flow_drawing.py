"""A small way to write flows in tests, and a case that runs one."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tongban.core.flow import bpmn, step

TAGS = {"start": "startEvent", "end": "endEvent", "stop": "endEvent", "xor": "exclusiveGateway",
        "and": "parallelGateway", "or": "inclusiveGateway"}
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


BESIDE = ('<message id="m1" name="paper came"/><signal id="s1" name="stop"/>'
          '<error id="e1" name="bad" errorCode="BAD"/><error id="e2" name="worse"/>')


def write(*lines, **options):
    """BPMN from lines like `xor1 > review : form.amount > 5` or `xor1 > refuse : default`.

    The letters before the digits say the kind; any other word is a user task. `repeat` names the
    collection of a task, `inside` is XML put into an element, `nodes` are other elements by name:
    their tag, attributes and content."""
    return wrap(body(*lines, **options))


def body(*lines, repeat=None, inside=None, nodes=None, flow="f"):
    """What stands inside a process or a sub-process; `flow` begins the ids of its edges."""
    flows = [_read(line) for line in lines]
    names = dict.fromkeys(name for source, target, _ in flows for name in (source, target))
    parts = [_element(name, flows, (repeat or {}).get(name), (inside or {}).get(name, ""),
                      (nodes or {}).get(name), flow) for name in names]
    parts += [_flow(f"{flow}{number}", *each) for number, each in enumerate(flows, 1)]
    return "".join(parts)


def wrap(body):
    return (f'<definitions xmlns="{MODEL}">{BESIDE}<process id="p" name="样例">{body}</process>'
            "</definitions>").encode()


def timer(text="P5D", kind="timeDuration", more=""):
    return f"<timerEventDefinition><{kind}>{text}</{kind}>{more}</timerEventDefinition>"


def event(kind, reference=""):
    name = f' {kind}Ref="{reference}"' if reference else ""
    return f"<{kind}EventDefinition{name}/>"


def catch(definition):
    return "intermediateCatchEvent", "", definition


def on(host, definition, *, goes_on=False):
    """A boundary event; `goes_on` leaves the host at work."""
    stops = ' cancelActivity="false"' if goes_on else ""
    return "boundaryEvent", f'attachedToRef="{host}"{stops}', definition


def sub(*lines, flow="g", more="", **options):
    return "subProcess", "", more + body(*lines, flow=flow, **options)


def _read(line):
    way, _, condition = line.partition(" : ")
    source, target = way.split(" > ")
    return source.strip(), target.strip(), condition.strip()


def _element(name, flows, collection, extra, node, flow):
    kind = name.rstrip("0123456789")
    tag, attributes, content = node or (TAGS.get(kind, "userTask"), "", "")
    extra += content
    default = next((f' default="{flow}{number}"' for number, (source, _, condition) in enumerate(flows, 1)
                    if source == name and condition == "default"), "")
    if kind == "stop":
        extra += "<terminateEventDefinition/>"
    if collection:
        extra += ("<multiInstanceLoopCharacteristics><loopDataInputRef>"
                  f"{collection}</loopDataInputRef></multiInstanceLoopCharacteristics>")
    return f'<{tag} id="{name}" name="{name}"{default} {attributes}>{extra}</{tag}>'


def _flow(flow_id, source, target, condition):
    if condition in ("", "default"):
        inner = ""
    else:
        inner = f"<conditionExpression>{escape(condition)}</conditionExpression>"
    return f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def draw(*lines, **options):
    return bpmn.parse(write(*lines, **options))


@dataclass
class Case:
    """Runs a graph the way the case engine does, in memory."""

    graph: object
    collections: dict = field(default_factory=dict)
    data: dict = field(default_factory=dict)
    tokens: tuple = ()
    next_n: int = 1
    is_finished: bool = False
    notes: list = field(default_factory=list)
    passed: list = field(default_factory=list)

    def do(self, command):
        outcome = step.decide(self.graph, self.tokens, self.data, command,
                              next_n=self.next_n, collections=self.collections)
        gone = {*outcome.closed, *outcome.cancelled}
        self.tokens = tuple(t for t in self.tokens if t.n not in gone) + outcome.opened
        self.next_n = outcome.next_n
        self.is_finished = outcome.is_finished
        self.notes += outcome.notes
        self.passed += outcome.passed
        return outcome

    def start(self):
        self.do(step.Start())
        return self

    def complete(self, node, item="", **answers):
        """Completes the oldest token of the node, its answers written first."""
        token = min((t for t in self.tokens if t.node == node and t.item == item), key=lambda t: t.n)
        if item:
            self.data = {**self.data, node: {**self.data.get(node, {}), item: answers}}
        elif answers:
            self.data = {**self.data, node: answers}
        return self.do(step.Complete(token.n))

    @property
    def places(self):
        return sorted(t.node + (f"/{t.item}" if t.item else "") for t in self.tokens)


def structured(shape):
    """The graph of a structured shape: (kind, parts), as random tests make them."""
    return draw(*structured_lines(shape))


def structured_lines(shape):
    lines = []
    counter = iter(range(1, 10_000))

    def build(part, before):
        """Adds the part behind a node and returns the node it ends in."""
        kind, parts = part
        number = next(counter)
        if kind == "task":
            lines.append(f"{before} > task{number}x")
            return f"task{number}x"
        if kind == "sequence":
            for each in parts:
                before = build(each, before)
            return before
        if kind == "loop":
            head, tail = f"xor{number}", f"xor{next(counter)}"
            lines.append(f"{before} > {head}")
            last = build(("task", []), build(parts[0], head))
            lines.append(f"{last} > {tail}")
            lines.append(f"{tail} > {head} : {last}.again = true")
            return tail
        sign = {"choice": "xor", "parallel": "and", "inclusive": "or"}[kind]
        split, join = f"{sign}{number}", f"{sign}{next(counter)}"
        lines.append(f"{before} > {split}")
        for index, each in enumerate(parts):
            mark = len(lines)
            last = build(each, split)
            if sign != "and":
                way = "default" if index == 0 else f"pick.c{number} = {index}"
                lines[mark] += f" : {way}"
            lines.append(f"{last} > {join}")
        return join

    end = build(shape, "start")
    lines.append(f"{end} > end")
    return _with_defaults(lines)


def _with_defaults(lines):
    """The way on from a loop's tail is its default."""
    tails = {line.split(" > ")[0] for line in lines if ".again = true" in line}
    return [f"{line} : default" if line.split(" > ")[0] in tails and " : " not in line else line
            for line in lines]
