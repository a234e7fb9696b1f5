"""Decides: a decision of a model from inputs, with what it requires decided first.

Sources: OMG DMN 1.5, clauses 6.2 (requirements), 10.4 (execution semantics of services)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tongban.core import refusal
from tongban.core.dmn import kinds
from tongban.core.dmn.model import Decision, Element, Input, Knowledge, Model, Service
from tongban.core.feel import values
from tongban.core.feel.meaning import Scope
from tongban.core.feel.values import Value


class NoSuchDecision(refusal.Refusal):
    code = "no-such-decision"
    says = "决策模型里没有“%(name)s”。"


@dataclass(frozen=True, slots=True)
class Answer:
    """The value, the values of all decisions on the way, and the inputs that were not allowed."""

    value: Value
    decided: Mapping[str, Value]
    refused_inputs: tuple[str, ...] = ()


def decide(model: Model, name: str, inputs: Mapping[str, object]) -> Answer:
    """The decision or decision service of that name or id, for inputs by name.

    :raises NoSuchDecision: nothing of that name can be decided.
    :raises TooMuchWork: an expression looks at more than it may."""
    wanted = next((each for each in model.elements.values() if not isinstance(each, Input)
                   and name in (each.name, each.id)), None)
    if wanted is None:
        raise NoSuchDecision(name=name)
    run = _Run(model, inputs, Scope({}))
    value = run.value(wanted)
    if isinstance(wanted, Service):
        arguments = [run.value(model.elements[each]) for each in wanted.inputs]
        value = run.call_service(wanted, arguments)
    return Answer(value, run.decided, tuple(run.refused))


@dataclass(slots=True)
class _Run:
    """Values found so far by id; `work` is the outermost scope, whose budget all share."""

    model: Model
    inputs: Mapping[str, object]
    work: Scope
    found: dict[str, Value] = field(default_factory=dict)
    decided: dict[str, Value] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def value(self, wanted: Element) -> Value:
        """Everything it requires first: the file was checked to have no circle."""
        pending = [wanted]
        while pending:
            element = pending[-1]
            needs = [] if isinstance(element, Input | Service) else [
                self.model.elements[need] for need in element.needs]
            missing = [need for need in needs if need.id not in self.found]
            if missing and element.id not in self.found:
                pending.append(missing[0])
                continue
            pending.pop()
            if element.id not in self.found:
                self.found[element.id] = self._one(element, needs)
        return self.found[wanted.id]

    def _one(self, element: Element, needs: list[Element]) -> Value:
        if isinstance(element, Input):
            return self._input(element)
        if isinstance(element, Service):
            return self._service(element)
        names = {need.name: self.found[need.id] for need in needs}
        scope = Scope(names, self.work)
        if isinstance(element, Knowledge):
            function = element.meaning(scope)
            names[element.name] = function
            return function
        value = element.meaning(scope) if element.meaning else None
        self.decided[element.name] = value
        return value

    def _input(self, element: Input) -> Value:
        raw = values.value_of(self.inputs.get(element.name))
        value = kinds.convert(raw, element.kind, self.model.kinds)
        if value is None and raw is not None:
            self.refused.append(element.name)
        return value

    def _service(self, service: Service) -> Value:
        names = tuple(self.model.elements[each].name for each in service.inputs)
        return values.Function(service.name, (names,),
                               lambda *arguments: self.call_service(service, list(arguments)))

    def call_service(self, service: Service, arguments: list[Value]) -> Value:
        """The outputs, decided from the arguments alone."""
        given = {}
        for input_id, argument in zip(service.inputs, arguments, strict=True):
            element = self.model.elements[input_id]
            kind = element.kind if isinstance(element, Input | Decision) else ""
            given[input_id] = kinds.convert(argument, kind, self.model.kinds)
        inner = _Run(self.model, {}, self.work, given)
        outputs = {self.model.elements[each].name: inner.value(self.model.elements[each])
                   for each in service.outputs}
        return next(iter(outputs.values())) if len(outputs) == 1 else outputs
