"""Reads XML from strangers: no entities, no network, no document type, bounded size.

Sources: W3C XML 1.0 (fifth edition); OWASP XML external entity prevention."""

from collections.abc import Iterator

from lxml import etree

from tongban.core import refusal

BYTES_MAX = 4_000_000
ELEMENTS_MAX = 50_000


class NotXml(refusal.Refusal):
    code = "not-xml"
    says = "文件不是可以安全读取的 XML：%(reason)s"


def read(xml: bytes) -> etree._Element:
    """The root element.

    :raises NotXml: with the reason."""
    if len(xml) > BYTES_MAX:
        raise NotXml(reason=f"more than {BYTES_MAX} bytes")
    try:
        text = xml.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise NotXml(reason="not UTF-8") from fault
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotXml(reason="a document type declaration is not accepted")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, remove_comments=True, remove_pis=True, encoding="utf-8")
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as fault:
        raise NotXml(reason=str(fault.msg)) from fault
    if sum(1 for _ in root.iter()) > ELEMENTS_MAX:
        raise NotXml(reason=f"more than {ELEMENTS_MAX} elements")
    return root


def name_of(element: etree._Element) -> tuple[str, str]:
    """Namespace and local name."""
    namespace, _, local = str(element.tag).rpartition("}")
    return namespace[1:], local


def children(element: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """Namespace, local name and element of each child."""
    for child in element:
        yield *name_of(child), child


def text_of(element: etree._Element) -> str:
    return "".join(map(str, element.itertext())).strip()
