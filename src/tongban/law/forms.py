"""What a reader asks of the clock, and what a legal administrator (法制管理员) writes down to change the register."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tongban.core import clock as clocks
from tongban.law import queries

DAYS_MAX = 365  # Longer stops and corrections exist, but not for trying out.


class TriggerForm(forms.Form):
    """From which day a rule is to be counted."""

    trigger = forms.DateField(label=_("起算日"), widget=forms.DateInput(attrs={"type": "date"}))
    extended = forms.BooleanField(label=_("经批准延长"), required=False)


class SimulationForm(forms.Form):
    """A course of events to try out."""

    course = forms.ChoiceField(label=_("办什么"))
    filed_on = forms.DateField(
        label=_("哪天提交申请"), widget=forms.DateInput(attrs={"type": "date"})
    )
    correction_on_day = forms.IntegerField(
        label=_("第几个工作日要求补正"),
        help_text=_("不需要补正就不填。行政许可超过五个工作日才要求补正的，视为已经受理。"),
        min_value=1,
        max_value=DAYS_MAX,
        required=False,
    )
    corrected_after_days = forms.IntegerField(
        label=_("您用几天补正"), min_value=0, max_value=DAYS_MAX, required=False
    )
    accepted_on_day = forms.IntegerField(
        label=_("材料齐全后第几个工作日受理"),
        help_text=_("当天受理填 0。"),
        min_value=0,
        max_value=DAYS_MAX,
        required=False,
    )
    stop_ground = forms.CharField(
        label=_("中间有什么不计入期限"),
        help_text=_("听证、招标、拍卖、检验、检测、检疫、鉴定、专家评审等，没有就不填。"),
        max_length=20,
        required=False,
    )
    stop_on_day = forms.IntegerField(
        label=_("从第几天开始"), min_value=1, max_value=DAYS_MAX, required=False
    )
    stop_days = forms.IntegerField(
        label=_("一共几天（含休息日）"), min_value=1, max_value=DAYS_MAX, required=False
    )
    promised_working_days = forms.IntegerField(
        label=_("承诺几个工作日办结"), min_value=1, max_value=DAYS_MAX, required=False
    )
    is_extended = forms.BooleanField(label=_("经批准延长一次"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["course"].choices = [(row.id, row.named) for row in queries.courses()]

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if given.get("stop_days") and not given.get("stop_ground"):
            self.add_error("stop_ground", _("请写明不计入期限的事由，如听证"))
        if given.get("stop_ground") and not given.get("stop_days"):
            self.add_error("stop_days", _("请填写不计入期限的天数"))
        return given

    def plan(self) -> clocks.Plan:
        """The course of events as it was filled in."""
        given = self.cleaned_data
        return clocks.Plan(
            filed_on=given["filed_on"],
            correction_on_day=given["correction_on_day"],
            corrected_after_days=given["corrected_after_days"] or 0,
            accepted_on_day=given["accepted_on_day"] or 0,
            stop_ground=given["stop_ground"] if given["stop_days"] else "",
            stop_on_day=given["stop_on_day"] or 1,
            stop_days=given["stop_days"] or 0,
            is_extended=given["is_extended"],
            promised_working_days=given["promised_working_days"],
        )


MISSING = {"required": _("请填写这一项。"), "invalid": _("日期请写成 2026-03-02 的样子。"), "invalid_choice": _("请从列出的选项中选择。")}
DAY = {"widget": forms.DateInput(attrs={"type": "date"}), "error_messages": MISSING}
NOTICE_BYTES_MAX = 200_000


def _text(label: Any, most: int, *, required: bool = False, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, required=required, error_messages=MISSING, **more)


def _code(label: Any, *, required: bool = False, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=required, error_messages=MISSING, help_text=help_text)


class BasisForm(forms.Form):
    """What every proposal says: on which text it rests."""

    basis = _text(_("修改依据"), 200, required=True, help_text=_("公布的法律、通知及其文号，写进修改记录，也写进告知书。"))


class NoticeForm(BasisForm):
    """放假安排: a file as the packs have it (YAML, JSON), or a table of days (CSV)."""

    file = forms.FileField(
        label=_("放假安排文件"), help_text=_("CSV（day、kind、name 三列）或者 JSON、YAML。"), error_messages=MISSING
    )
    published_on = forms.DateField(label=_("通知公布日期"), required=False, help_text=_("表格文件须填。"), **DAY)

    field_order = ("file", "basis", "published_on")

    def clean_file(self) -> Any:
        given = self.cleaned_data["file"]
        if given.size > NOTICE_BYTES_MAX:
            raise forms.ValidationError(_("文件太大：放假安排不会超过 200 KB，请核对。"))
        return given

    def document(self) -> dict[str, Any]:
        """The yearly file the notice comes to.

        :raises queries.NoticeUnreadable: it has another form.
        """
        given = self.cleaned_data["file"]
        try:
            text = given.read().decode("utf-8-sig")
        except UnicodeDecodeError as wrong:
            raise queries.NoticeUnreadable(what="UTF-8") from wrong
        return queries.notice_document(
            text, is_table=given.name.lower().endswith(".csv"), notice=self.cleaned_data["basis"],
            published_on=self.cleaned_data["published_on"],
        )  # fmt: skip


class RuleForm(BasisForm):
    """One version of a rule, with all its fields."""

    id = forms.RegexField(
        r"^[a-z0-9_]+(\.[a-z0-9_]+)+$", label=_("规则编号"), max_length=60, error_messages=MISSING,
        help_text=_("如 xk.decide；新版本用新的编号。"),
    )
    law_id = _code(_("法律"), required=True)
    article = _text(_("条文"), 60, help_text=_("如 42(1)，即第四十二条第一款。没有条文的规则不能登记。"))
    quote = _text(_("条文原文"), 200)
    effective_from = forms.DateField(label=_("施行日期"), required=False, **DAY)
    effective_to = forms.DateField(label=_("失效日期（当日仍有效）"), required=False, **DAY)
    is_date_verified = forms.BooleanField(label=_("施行日期已核对"), required=False)
    kind = _code(_("种类"), required=True)
    trigger = _code(_("起算"))
    bound = _code(_("谁"))
    length = forms.IntegerField(label=_("数"), min_value=0, max_value=10_000, required=False, error_messages=MISSING)
    value = _text(_("数（不是整数的，如比例、月日）"), 20)
    unit = _code(_("单位"))
    extension_length = forms.IntegerField(label=_("可以延长多少"), min_value=1, max_value=1_000, required=False)
    extension_approver = _code(_("谁批准延长"))
    extension_times = forms.IntegerField(label=_("可以延长几次"), min_value=1, max_value=9, required=False)
    extension_notify = _code(_("延长告知谁"))
    suspends = _text(_("不计入期限的事由"), 200, help_text=_("用顿号隔开，如：听证、招标、拍卖。"))
    on_lapse = _code(_("届满的后果（条文）"))
    lapse = _code(_("届满的后果（种类）"))
    source = _code(_("核对情况"), required=True)
    note = _text(_("说明"), 1000, widget=forms.Textarea)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("kind", "trigger", "bound", "unit", "on_lapse"):
            self.fields[name].choices = [("", ""), *queries.codes_of(name)]
        self.fields["extension_approver"].choices = [("", ""), *queries.codes_of("approver")]
        self.fields["extension_notify"].choices = [("", ""), *queries.codes_of("notify")]
        self.fields["law_id"].choices = [(row.id, row.name) for row in queries.laws()]
        self.fields["lapse"].choices = [("", ""), *queries.codes_of("lapse")]
        self.fields["source"].choices = queries.sources()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("unit") in set(clocks.Unit) and given.get("length") is None:
            self.add_error("length", _("写了单位，就要写数。"))
        if given.get("extension_approver") and not given.get("unit"):
            self.add_error("unit", _("可以延长的规则要有单位。"))
        if given.get("extension_approver") and not given.get("extension_notify"):
            self.add_error("extension_notify", _("延长要告知当事人，请选择告知谁。"))
        if given.get("source") != "from_memory" and not given.get("quote"):
            self.add_error("quote", _("核对过的规则要写明条文原文。"))
        first, last = given.get("effective_from"), given.get("effective_to")
        if first and last and last < first:
            self.add_error("effective_to", _("失效日期不能早于施行日期。"))
        return given

    def row(self, *, rule: str, n: int | None) -> dict[str, Any]:
        """The version as the register keeps it, in values that JSON knows."""
        given = self.cleaned_data
        extension = None
        if given["extension_approver"]:
            extension = {
                "length": given["extension_length"], "unit": given["unit"] if given["extension_length"] else "reasonable",
                "approver": given["extension_approver"], "times": given["extension_times"] or 1,
                "notify": given["extension_notify"],
            }  # fmt: skip
        same = ("id", "law_id", "article", "is_date_verified", "kind", "trigger", "bound", "length", "value", "unit",
                "on_lapse", "lapse", "quote", "source", "note")  # fmt: skip
        days = {name: given[name].isoformat() if given[name] else None for name in ("effective_from", "effective_to")}
        suspends = [each.strip() for each in given["suspends"].replace(",", "、").split("、") if each.strip()]
        return {
            **{name: given[name] for name in same}, **days, "rule": rule, "n": n, "extension": extension,
            "suspends": suspends,
        }  # fmt: skip

    @staticmethod
    def given_by(row: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a version that there is."""
        extension = row["extension"] or {}
        return {
            **row, "suspends": "、".join(row["suspends"]),
            **{f"extension_{name}": extension.get(name) for name in ("length", "approver", "times", "notify")},
        }  # fmt: skip


class LawForm(BasisForm):
    """A law with the days on which its texts came into force."""

    id = forms.SlugField(label=_("编号"), max_length=60, error_messages=MISSING, help_text=_("如 administrative-licensing-law。"))
    name = _text(_("名称"), 120, required=True)
    name_en = _text(_("英文名称"), 160, required=True)
    kind = _code(_("种类"), required=True)
    number = _text(_("文号"), 60)
    versions = _text(
        _("施行和修改"), 4000, widget=forms.Textarea, help_text=_("一行一次：日期，空格，说明。如：2004-07-01 2003年8月27日通过")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = queries.law_kinds()

    def clean_versions(self) -> list[dict[str, str]]:
        rows = []
        for line in filter(None, map(str.strip, self.cleaned_data["versions"].splitlines())):
            day, _space, words = line.partition(" ")
            try:
                rows.append({"from": date.fromisoformat(day).isoformat(), "note": words.strip()[:120]})
            except ValueError as wrong:
                raise forms.ValidationError(_("这一行不是以日期开头：%(line)s") % {"line": line[:40]}) from wrong
        if len({row["from"] for row in rows}) < len(rows):
            raise forms.ValidationError(_("同一天不能有两次施行或者修改。"))
        return sorted(rows, key=lambda row: row["from"])

    def document(self) -> dict[str, Any]:
        """The law as the register keeps it."""
        given = self.cleaned_data
        return {"law": {name: given[name] for name in ("name", "name_en", "kind", "number")}, "versions": given["versions"]}

    @staticmethod
    def given_by(law_id: str, document: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a law that there is."""
        lines = [f"{each['from']} {each['note']}" for each in document.get("versions", ())]
        return {"id": law_id, **document.get("law", {}), "versions": "\n".join(lines)}


class DecisionForm(forms.Form):
    """退回: the reason."""

    reason = _text(_("退回理由"), 400, required=True, widget=forms.Textarea)
