"""Pages of the catalogue: the list, the guide of a matter, its versions, its flow as BPMN."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from tongban.matters import queries

BPMN = "application/bpmn+xml; charset=utf-8"
ROWS_MAX = 60


def language() -> str:
    """The language of the pages' data: Chinese, or English for every other one."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """All matters, narrowed by words and place."""
    on = timezone.localdate()
    text, region = request.GET.get("q", "")[:100], request.GET.get("region", "")[:6]
    return render(
        request,
        "matters/list.html",
        {
            "text": text,
            "region": region,
            "regions": queries.places(on),
            "rows": queries.search(text, region_code=region or None, on=on, limit=ROWS_MAX),
        },
    )


@require_safe
def guide(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """The guide of a matter, in force today or as one version said it."""
    on, spoken = timezone.localdate(), language()
    found = _found(code, version)
    example = queries.example(found.definition, on)
    chart = queries.chart(found.version.id, spoken)
    shared = [row for row in found.words["materials"] if row["source"] != "upload"]
    return render(
        request,
        "matters/guide.html",
        {
            "guide": found,
            "words": found.words,
            "place": found.words["region"],
            "example": example,
            "bar": mark_safe(queries.bar(found.definition, example.period)),  # noqa: S308 -- escaped by its writer
            "chart": mark_safe(chart.svg),  # noqa: S308 -- escaped by its writer
            "steps": chart.steps,
            "facts": queries.facts(found.words),
            "code_parts": queries.code_parts(found.words),
            "risks": [rule for rule in found.definition.nodes.values() if rule.risk],
            "criteria": [rule for rule in found.definition.nodes.values() if rule.criteria],
            "without_paper": len(shared),
            "elsewhere": [row for row in queries.elsewhere(found.words["item"], on) if row.code != code],
            "differences": queries.differences(code, found.version.n, language=spoken) if version else (),
        },
    )


@require_safe
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """All published versions of a matter."""
    found = _found(code, None)
    return render(
        request, "matters/versions.html", {"words": found.words, "code": code, "rows": queries.versions(code)}
    )


@require_safe
def flow(request: HttpRequest, code: str, version: int | None = None) -> HttpResponse:
    """The flow that runs, to be opened with any BPMN tool."""
    try:
        text = queries.flow_xml(code, on=timezone.localdate(), version=version)
    except (queries.NoSuchMatter, queries.NoSuchVersion) as unknown:
        raise Http404(str(unknown)) from unknown
    name = f"{code}.bpmn" if version is None else f"{code}-v{version}.bpmn"
    return HttpResponse(
        text, content_type=BPMN, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _found(code: str, version: int | None) -> queries.Guide:
    try:
        return queries.guide(code, on=timezone.localdate(), version=version, language=language())
    except (queries.NoSuchMatter, queries.NoSuchVersion) as unknown:
        raise Http404(str(unknown)) from unknown
