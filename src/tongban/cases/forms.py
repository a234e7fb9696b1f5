"""What an officer types for each act, read and checked before the act is asked for."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tongban.matters import queries as matters

REASON_MAX = 4000
_MISSING = _("请填写这一项。")
_LONG = _("最多 %(limit_value)d 个字，现在有 %(show_value)d 个。")


def _reason(*, required: bool) -> forms.CharField:
    return forms.CharField(
        label=_("理由（写入文书）") if required else _("理由或意见"), required=required, max_length=REASON_MAX, strip=True,
        widget=forms.Textarea,
        error_messages={"required": _("请写明理由。"), "max_length": _LONG},
    )


class NoWords(forms.Form):
    """受理: nothing to type."""


class Reason(forms.Form):
    """不予受理, 延长, 回避: the reason is the act's content."""

    reason = _reason(required=True)


class Result(forms.Form):
    """审查意见, 决定: one of the task's outcomes, with a reason where it needs one."""

    outcome = forms.ChoiceField(
        label=_("结论"), widget=forms.RadioSelect,
        error_messages={"required": _("请选择结论。"), "invalid_choice": _("请从列出的结论中选择。")},
    )
    reason = _reason(required=False)

    def __init__(self, *args: Any, outcomes: tuple[matters.Outcome, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._needs_reason = {outcome.id for outcome in outcomes if outcome.needs_reason}
        is_english = (get_language() or "").startswith("en")
        self.fields["outcome"].choices = [(o.id, o.title_en if is_english else o.title) for o in outcomes]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") in self._needs_reason and not cleaned.get("reason"):
            self.add_error("reason", _("选择这一结论必须写明理由（行政许可法第三十八条）。"))
        return cleaned


class Corrections(forms.Form):
    """补正一次告知: for each listed material, and for the form, what is to be corrected."""

    def __init__(self, *args: Any, materials: tuple[matters.MaterialRule, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = [(f"what_{rule.code}", rule.code, rule.title, rule.title_en) for rule in materials]
        self.rows.append(("what_form", "form", _("申请表"), _("申请表")))
        is_english = (get_language() or "").startswith("en")
        for name, _code, title, title_en in self.rows:
            self.fields[name] = forms.CharField(
                label=title_en if is_english else title, required=False, max_length=500,
                error_messages={"max_length": _LONG},
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        items = [
            {"material": code, "what": cleaned[name]}
            for name, code, _title, _title_en in self.rows if cleaned.get(name)
        ]
        if not items and not self.errors:
            raise forms.ValidationError(_("请至少写明一项需要补正的内容。补正只能一次告知，请一次写全。"))
        return {"items": items}


class Serving(forms.Form):
    """送达: how."""

    how = forms.ChoiceField(
        label=_("送达方式"), widget=forms.RadioSelect, initial="electronic",
        choices=[("electronic", _("电子送达")), ("window", _("窗口领取")), ("post", _("邮寄送达"))],
        error_messages={"required": _("请选择送达方式。")},
    )


class Pausing(forms.Form):
    """不计入期限: ground, written notice, first day."""

    ground = forms.ChoiceField(
        label=_("法定事由"),
        error_messages={"required": _("请选择法定事由。"), "invalid_choice": _("请从法定事由中选择。")},
    )
    document = forms.CharField(
        label=_("书面告知文号"), max_length=120, error_messages={"required": _("请填写书面告知的文号：没有书面告知，时间不能不计入。")}
    )
    first_day = forms.DateField(
        label=_("第一个不计入的日期"),
        error_messages={"required": _("请填写第一个不计入的日期。"), "invalid": _("日期请写成 2026-03-02 的样子。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    def __init__(self, *args: Any, grounds: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"].choices = [(ground, ground) for ground in grounds]


class Resuming(forms.Form):
    """恢复计算: the last day that does not count."""

    last_day = forms.DateField(
        label=_("最后一个不计入的日期"),
        error_messages={"required": _("请填写最后一个不计入的日期。"), "invalid": _("日期请写成 2026-03-02 的样子。")},
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class HandingOver(forms.Form):
    """转办: to whom, and why."""

    to_officer_id = forms.TypedChoiceField(
        label=_("接手人员"), coerce=int, error_messages={"required": _("请选择接手人员。"), "invalid_choice": _("请从名单中选择。")}
    )
    reason = _reason(required=True)

    def __init__(self, *args: Any, officers: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_officer_id"].choices = list(officers.items())


class Reopening(forms.Form):
    """撤销后重新办理: by which document, and why."""

    document = forms.CharField(
        label=_("依据的文书（复议决定、判决或者本机关撤销决定的文号）"), max_length=120,
        error_messages={"required": _MISSING, "max_length": _LONG},
    )
    reason = _reason(required=True)


class Correcting(forms.Form):
    """更正记录: which record, how it should read, and why."""

    event_n = forms.TypedChoiceField(
        label=_("更正哪一条记录"), coerce=int,
        error_messages={"required": _MISSING, "invalid_choice": _("请从名单中选择。")},
    )
    what = forms.CharField(
        label=_("更正后的内容"), max_length=REASON_MAX, widget=forms.Textarea,
        error_messages={"required": _MISSING, "max_length": _LONG},
    )
    reason = _reason(required=True)

    def __init__(self, *args: Any, events: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["event_n"].choices = list(events.items())


class OneMore(forms.Form):
    """增加会办部门: which one, and why."""

    organ_code = forms.ChoiceField(
        label=_("部门"), error_messages={"required": _MISSING, "invalid_choice": _("请从名单中选择。")}
    )
    reason = _reason(required=True)

    def __init__(self, *args: Any, organs: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organ_code"].choices = list(organs.items())


class OtherVersion(forms.Form):
    """改用新版流程: which version, and why."""

    to_version_id = forms.TypedChoiceField(
        label=_("改用的版本"), coerce=int,
        error_messages={"required": _MISSING, "invalid_choice": _("请从名单中选择。")},
    )
    reason = _reason(required=True)

    def __init__(self, *args: Any, versions: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to_version_id"].choices = list(versions.items())
