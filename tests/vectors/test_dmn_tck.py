"""The DMN Technology Compatibility Kit, compliance level 2: every expected result node.

Source: https://github.com/dmn-tck/tck (Apache-2.0). The files are read where they are, next to the
repository, and are not part of it."""

import os
import pathlib
from decimal import Decimal

import pytest
from lxml import etree

from tongban.core import dmn
from tongban.core.feel import temporal, values

FOLDER = pathlib.Path(__file__).parents[3] / "shared" / "vectors" / "dmn_tck_l2"
RESULT_NODES = 126
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
TOLERANCE = Decimal("1e-8")  # As in the runner of the kit: expected values are cut off somewhere.

if not FOLDER.is_dir() and os.environ.get("CI") != "true":
    pytest.skip("the shared vectors are not beside the repository", allow_module_level=True)


def children(element, name):
    return [child for child in element if str(child.tag).rpartition("}")[2] == name]


def read(node):
    """The value of an input, a component or an expectation."""
    if node.get(XSI_NIL) == "true":
        return None
    if lists := children(node, "list"):
        return [read(item) for item in children(lists[0], "item")]
    if components := children(node, "component"):
        return {component.get("name"): read(component) for component in components}
    value = children(node, "value")[0]
    if value.get(XSI_NIL) == "true":
        return None
    kind, text = (value.get(XSI_TYPE) or "xsd:string").rpartition(":")[2], value.text or ""
    if kind in ("decimal", "double", "integer"):
        return Decimal(text)
    if kind == "boolean":
        return text == "true"
    return text if kind == "string" else temporal.read(text)


def cases():
    for path in sorted(FOLDER.glob("*/*-test-*.xml")):
        root = etree.parse(path).getroot()
        model = path.parent / children(root, "modelName")[0].text
        for case in children(root, "testCase"):
            inputs = {node.get("name"): read(node) for node in children(case, "inputNode")}
            for node in children(case, "resultNode"):
                expected = read(children(node, "expected")[0])
                name = f"{path.parent.name}/{case.get('id')}/{node.get('name')}"
                yield pytest.param(model, inputs, node.get("name"), expected, id=name)


CASES = list(cases())


def agrees(found, expected):
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(found - expected) <= TOLERANCE
    if isinstance(expected, dict):
        return isinstance(found, dict) and found.keys() == expected.keys() and all(
            agrees(found[key], expected[key]) for key in expected)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(
            map(agrees, found, expected))
    return values.is_equal(found, expected) is True


@pytest.mark.parametrize(("path", "inputs", "decision", "expected"), CASES)
def test_the_result_is_the_expected_one(path, inputs, decision, expected):
    answer = dmn.decide(dmn.parse(path.read_bytes()), decision, inputs)
    assert agrees(answer.value, expected), answer.value


def test_every_result_node_of_the_level_is_here():
    assert len(CASES) == RESULT_NODES
