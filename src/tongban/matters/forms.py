"""What is written in the studio: the texts of a draft, and the decision on it."""

from typing import ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _


class DraftTexts(forms.Form):
    """The three files of a procedure and why they change."""

    reason = forms.CharField(
        label=_("修改理由和依据"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("公布时一并写入版本记录。例如：因《…》修改第几条。"),
    )  # fmt: skip
    document_text = forms.CharField(
        label=_("程序说明 procedure.yaml"), strip=False, widget=forms.Textarea(attrs={"rows": 24}),
        help_text=_("环节、角色、期限、风险点、文书、依据。中英文都要写。"),
    )  # fmt: skip
    flow_xml = forms.CharField(
        label=_("流程图 flow.bpmn"), strip=False, widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("BPMN 2.0。可以在图上改，也可以用任何 BPMN 工具打开。"),
    )  # fmt: skip
    form_text = forms.CharField(
        label=_("申请表 form.json"), strip=False, widget=forms.Textarea(attrs={"rows": 16}),
        help_text=_("JSON Schema，按页排列，写明哪些字段来自证照或者登记库。"),
    )  # fmt: skip
    revision = forms.IntegerField(widget=forms.HiddenInput)


class Decision(forms.Form):
    """Publish or send back."""

    ACTS: ClassVar = ("approve", "send_back", "propose", "drop")
    act = forms.ChoiceField(choices=[(one, one) for one in ACTS])
    remark = forms.CharField(label=_("退回理由"), max_length=400, required=False)
