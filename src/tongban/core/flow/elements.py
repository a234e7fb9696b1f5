"""One element of a BPMN file to a node: its kind, what it waits for, what does its work.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clauses 10.2 (activities), 10.4 (events)."""

import re
from collections.abc import Mapping

from lxml import etree

from tongban.core import feel, markup, refusal
from tongban.core.flow.graph import ACTIVITIES, Edge, Kind, Node, Repeat, Timer

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
OWN = "urn:tongban:flow"
ISO_8601 = re.compile(r"-?PT?\d.*|PT|\d{4}-\d.*")
DRAWN_ONLY = frozenset({
    "documentation", "extensionElements", "textAnnotation", "association", "group", "dataObject",
    "dataObjectReference", "dataStoreReference", "ioSpecification", "property", "auditing",
    "monitoring", "dataInputAssociation", "dataOutputAssociation", "incoming", "outgoing",
    "potentialOwner", "performer", "humanPerformer", "resourceRole", "rendering", "laneSet",
    "inputDataItem", "dataOutput", "dataInput", "inputSet", "outputSet",
})
ONLY_DEFAULT = {
    "isForCompensation": "false", "startQuantity": "1", "completionQuantity": "1",
    "triggeredByEvent": "false", "instantiate": "false", "parallelMultiple": "false",
    "eventGatewayType": "Exclusive",
}
TASK_TAGS = {str(kind): kind for kind in ACTIVITIES}
GATEWAY_TAGS = {str(kind): kind for kind in (
    Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT_GATEWAY)}
EVENT_KINDS: Mapping[tuple[str, str], Kind] = {
    ("startEvent", ""): Kind.START, ("endEvent", ""): Kind.END,
    ("endEvent", "terminate"): Kind.TERMINATE, ("endEvent", "error"): Kind.ERROR_END,
    ("endEvent", "message"): Kind.END, ("endEvent", "signal"): Kind.END,
    ("intermediateThrowEvent", ""): Kind.THROW, ("intermediateThrowEvent", "message"): Kind.THROW,
    ("intermediateThrowEvent", "signal"): Kind.THROW,
    ("intermediateCatchEvent", "timer"): Kind.TIMER,
    ("intermediateCatchEvent", "message"): Kind.MESSAGE,
    ("intermediateCatchEvent", "signal"): Kind.SIGNAL,
    ("boundaryEvent", "timer"): Kind.TIMER_BOUNDARY,
    ("boundaryEvent", "message"): Kind.MESSAGE_BOUNDARY,
    ("boundaryEvent", "signal"): Kind.SIGNAL_BOUNDARY,
    ("boundaryEvent", "error"): Kind.ERROR_BOUNDARY,
}
REFERENCES = {"message": "messageRef", "signal": "signalRef", "error": "errorRef"}
REASONS: Mapping[str, tuple[str, str]] = {
    "not-bpmn": ("不是 BPMN 2.0 文件", "not a BPMN 2.0 file"),
    "one-process": ("文件应当恰好有一个流程", "the file must hold exactly one process"),
    "not-in-subset": ("不支持这种元素：%(detail)s", "elements of this kind are not supported: %(detail)s"),
    "bad-id": ("编号缺失、过长或重复", "the id is missing, too long or used twice"),
    "too-many-nodes": ("环节太多，最多 %(detail)s 个", "too many elements, at most %(detail)s"),
    "too-deep": ("子流程嵌套太深", "sub-processes are nested too deeply"),
    "one-start": ("应当恰好有一个开始事件", "there must be exactly one start event"),
    "no-end": ("没有结束事件", "there is no end event"),
    "loose-edge": ("连线的两端必须是同一流程的元素", "both ends of the flow must be elements of the same process"),
    "into-start": ("开始事件和边界事件不能有进入的连线", "nothing may lead into a start or boundary event"),
    "out-of-end": ("结束事件不能有离开的连线", "nothing may leave an end event"),
    "no-way-in": ("没有进入的连线", "nothing leads here"),
    "no-way-out": ("没有离开的连线", "nothing leads on"),
    "no-condition": ("网关的非默认出口必须写条件", "a way out of the gateway needs a condition unless it is the default"),
    "stray-condition": ("此处的连线不能带条件，条件只用在网关的非默认出口", "no condition may stand here, only on a way out of a gateway that is not the default"),
    "bad-default": ("默认出口不是本元素的连线", "the default is not a flow that leaves this element"),
    "bad-condition": ("条件不是合法的 FEEL 表达式：%(detail)s", "the condition is not valid FEEL: %(detail)s"),
    "foreign-language": ("条件只能用 FEEL 书写", "conditions must be written in FEEL"),
    "bad-repeat": ("多实例只支持并行，并且必须指明名单：%(detail)s", "repetition must be parallel and name its collection: %(detail)s"),
    "bad-timer": ("定时事件必须写一个 ISO 8601 时长、日期或 FEEL 表达式：%(detail)s", "a timer needs one ISO 8601 duration, date or FEEL expression: %(detail)s"),
    "bad-event": ("事件没有指明消息、信号或错误：%(detail)s", "the event names no message, signal or error: %(detail)s"),
    "bad-host": ("边界事件必须附在本流程的一个环节上", "a boundary event must sit on an activity of the same process"),
    "bad-choice": ("事件网关之后只能是等待的事件或接收任务", "behind an event-based gateway only events that wait may follow"),
    "bad-lane": ("泳道指向不存在的元素：%(detail)s", "the lane names an element that is not there: %(detail)s"),
}


class Unsupported(refusal.Refusal):
    """The drawing holds something the kernel does not run."""

    code = "flow-unsupported"
    says = "流程图中的“%(element)s”不能使用：%(words)s。"

    def __init__(self, element_id: str, reason: str, detail: object = "") -> None:
        words = REASONS[reason][0] % {"detail": detail}
        super().__init__(element=element_id, words=words, reason=reason, detail=str(detail))
        self.element_id = element_id
        self.reason = reason


def own_children(element: etree._Element) -> list[tuple[str, etree._Element]]:
    """The children that run: not drawn only, not of a foreign namespace."""
    return [(name, child) for namespace, name, child in markup.children(element)
            if namespace == MODEL and name not in DRAWN_ONLY]


def check_language(element: etree._Element, element_id: str, attribute: str) -> None:
    language = element.get(attribute)
    if language is not None and "FEEL" not in language.upper():
        raise Unsupported(element_id, "foreign-language")


def read_edge(element: etree._Element, edge_id: str) -> Edge:
    condition = None
    for name, child in own_children(element):
        if name != "conditionExpression":
            raise Unsupported(edge_id, "not-in-subset", name)
        check_language(child, edge_id, "language")
        condition = _compile(child, edge_id)
    return Edge(edge_id, element.get("sourceRef") or "", element.get("targetRef") or "",
                element.get("name") or "", condition)


def _compile(element: etree._Element, owner_id: str) -> feel.Expression:
    """Some tools write `=` in front of FEEL."""
    try:
        return feel.compile(markup.text_of(element).removeprefix("="))
    except feel.NotFeel as fault:
        raise Unsupported(owner_id, "bad-condition", fault) from fault


def read_node(element: etree._Element, node_id: str, tag: str, inside: str,
              names: Mapping[str, str]) -> Node:
    """The node, not yet connected; `names` are those of messages, signals and errors by id."""
    for attribute, only in ONLY_DEFAULT.items():
        if element.get(attribute, only) != only:
            raise Unsupported(node_id, "not-in-subset", attribute)
    name = " ".join((element.get("name") or "").split())
    if tag in GATEWAY_TAGS:
        _refuse_children(element, node_id)
        return Node(node_id, GATEWAY_TAGS[tag], name, inside=inside)
    if tag in TASK_TAGS:
        return _read_task(element, node_id, TASK_TAGS[tag], name, inside, names)
    return _read_event(element, node_id, tag, name, inside, names)


def _refuse_children(element: etree._Element, node_id: str) -> None:
    for name, _child in own_children(element):
        raise Unsupported(node_id, "not-in-subset", name)


def _read_task(element: etree._Element, node_id: str, kind: Kind, name: str, inside: str,
               names: Mapping[str, str]) -> Node:
    repeat = None
    for child_name, child in own_children(element):
        if child_name == "multiInstanceLoopCharacteristics":
            repeat = _read_repeat(child, node_id)
        elif kind is not Kind.SUB_PROCESS or child_name == "standardLoopCharacteristics":
            raise Unsupported(node_id, "not-in-subset", child_name)
    implementation = element.get("calledElement") or element.get("implementation") or ""
    if implementation.startswith("##"):  # ##WebService, ##unspecified: the schema's way to say nothing.
        implementation = ""
    message = element.get("messageRef") or ""
    return Node(node_id, kind, name, repeat=repeat, inside=inside, implementation=implementation,
                event=names.get(message, message))


def _read_repeat(element: etree._Element, node_id: str) -> Repeat:
    if element.get("isSequential", "false") != "false":
        raise Unsupported(node_id, "bad-repeat", "isSequential")
    collection, is_enough = "", None
    for name, child in own_children(element):
        if name == "loopDataInputRef":
            collection = markup.text_of(child)
        elif name == "completionCondition":
            is_enough = _compile(child, node_id)
        else:
            raise Unsupported(node_id, "bad-repeat", name)
    if not collection:
        raise Unsupported(node_id, "bad-repeat", "loopDataInputRef")
    return Repeat(collection, is_enough)


def _read_event(element: etree._Element, node_id: str, tag: str, name: str, inside: str,
                names: Mapping[str, str]) -> Node:
    definitions = own_children(element)
    definition = definitions[0][0].removesuffix("EventDefinition") if definitions else ""
    kind = EVENT_KINDS.get((tag, definition))
    if kind is None or len(definitions) > 1:
        raise Unsupported(node_id, "not-in-subset", definitions[0][0] if definitions else tag)
    timer = _read_timer(definitions[0][1], node_id) if definition == "timer" else None
    event = _read_reference(definitions[0][1], node_id, definition, names) if definition in REFERENCES else ""
    if kind is Kind.ERROR_END and not event:
        raise Unsupported(node_id, "bad-event", "errorRef")
    return Node(node_id, kind, name, inside=inside, event=event, timer=timer,
                host=element.get("attachedToRef") or "",
                is_interrupting=element.get("cancelActivity", "true") == "true")


def _read_reference(element: etree._Element, node_id: str, definition: str,
                    names: Mapping[str, str]) -> str:
    """Only an error may be left open, to catch every error."""
    reference = element.get(REFERENCES[definition]) or ""
    if (reference or definition != "error") and reference not in names:
        raise Unsupported(node_id, "bad-event", REFERENCES[definition])
    return names.get(reference, "")


def _read_timer(element: etree._Element, node_id: str) -> Timer:
    times = own_children(element)
    if len(times) != 1 or times[0][0] not in ("timeDuration", "timeDate"):
        raise Unsupported(node_id, "bad-timer", times[0][0] if times else "")
    name, child = times[0]
    text = markup.text_of(child)
    if ISO_8601.fullmatch(text):
        expression = feel.compile(f'@"{text}"')
        if feel.evaluate(expression, {}) is None:
            raise Unsupported(node_id, "bad-timer", text)
    else:
        expression = _compile(child, node_id)
    in_working_days = element.find(f".//{{{OWN}}}workingDays") is not None
    return Timer(expression, name == "timeDate", in_working_days)
