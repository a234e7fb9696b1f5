"""The catalogue for programs: matters by words and place, one matter entire, its flow as BPMN."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongban.matters import queries

router = Router(tags=["事项 matters"], auth=None)
BPMN = "application/bpmn+xml"


class Line(Schema):
    """A matter as a line of a list."""

    code: str
    item: str = Field(description="The base item its instances in all places share")
    title: str
    title_en: str
    region_code: str
    region_name: str
    organ_code: str
    kind: str
    is_open: bool
    promised_working_days: int
    statutory_working_days: int
    fee_yuan: str


class Entire(Schema):
    """A published version of a matter."""

    code: str
    version: int
    effective_from: date
    effective_to: date | None
    digest: str = Field(description="SHA-256 of document, flow and form together")
    is_open: bool
    exchange: dict[str, Any] = Field(description="Main fields of the national exchange table")
    document: dict[str, Any] = Field(description="Everything published, in both languages")
    form: dict[str, Any] = Field(description="The application form, a JSON Schema")


@router.get("/matters", response=list[Line], summary="事项清单 Matters")
def matters(
    request: HttpRequest,
    q: Annotated[str, Query(max_length=100, description="Words, all of which must occur")] = "",
    region: Annotated[str, Query(pattern=r"^(\d{6})?$", description="A place and all below it")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[queries.MatterRow]:
    return queries.search(q, region_code=region or None, on=timezone.localdate(), limit=limit)


@router.get("/matters/{code}", response=Entire, summary="一个事项 One matter")
def matter(
    request: HttpRequest, code: str, version: Annotated[int | None, Query(ge=1)] = None
) -> queries.Published:
    """:raises NoSuchMatter, NoSuchVersion: 404."""
    return queries.published(code, on=timezone.localdate(), version=version)


@router.get(
    "/matters/{code}/flow.bpmn",
    summary="运行的流程 The flow that runs",
    openapi_extra={"responses": {200: {"description": "BPMN 2.0", "content": {BPMN: {"schema": {"type": "string"}}}}}},
)
def flow(request: HttpRequest, code: str, version: Annotated[int | None, Query(ge=1)] = None) -> HttpResponse:
    """:raises NoSuchMatter, NoSuchVersion: 404."""
    text = queries.flow_xml(code, on=timezone.localdate(), version=version)
    return HttpResponse(text, content_type=f"{BPMN}; charset=utf-8")
