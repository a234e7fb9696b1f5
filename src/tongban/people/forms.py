"""What an officer types to let a colleague act for him, read and checked before it is done."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_NEEDED = {"required": _("请填写这一项。"), "invalid_choice": _("请从名单中选择。"), "invalid": _("日期请写成 2026-03-02 的样子。")}


class Delegating(forms.Form):
    """委托代办: to whom, in which organ, for which role, from when until when, why."""

    deputy_id = forms.TypedChoiceField(label=_("委托给"), coerce=int, error_messages=_NEEDED)
    duty = forms.ChoiceField(label=_("委托办理"), error_messages=_NEEDED)
    from_on = forms.DateField(label=_("自哪一天起"), error_messages=_NEEDED, widget=forms.DateInput(attrs={"type": "date"}))
    to_on = forms.DateField(label=_("到哪一天止（当天不含）"), error_messages=_NEEDED, widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("事由"), max_length=200, error_messages=_NEEDED)

    def __init__(self, *args: Any, officers: Mapping[int, str], duties: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deputy_id"].choices = list(officers.items())
        self.fields["duty"].choices = list(duties.items())
