"""What a reader asks of the clock: from which day, and what happens on the way."""

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
