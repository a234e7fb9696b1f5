"""The registration form: what a citizen types, kept as typed when something is wrong.

Sources: WCAG 2.2, 1.3.5, 3.3.1, 3.3.8 (no puzzle, paste allowed)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class Registration(forms.Form):
    """What opening an account takes. Whether it is right is asked of ``people``, not here."""

    name = forms.CharField(
        label=_("姓名"), max_length=60, required=False, help_text=_("与身份证上的姓名一致。"),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label=_("公民身份号码"), max_length=40, required=False,
        help_text=_("18 位，最后一位可以是 X。加密保存，只用来确认是您本人；登录时也用它。"),
    )
    phone = forms.CharField(
        label=_("手机号"), max_length=40, required=False, help_text=_("11 位。补正、核查和领证的通知发到这里。"),
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    password = forms.CharField(
        label=_("密码"), max_length=128, required=False, strip=False,
        help_text=_("至少 8 个字符，不能全是数字。可以粘贴，可以用密码管理器。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    consent = forms.BooleanField(
        label=_("我已阅读“隐私与个人信息”，同意为办事核验并保存以上信息"), required=False
    )

    def clean_consent(self) -> bool:
        """The law asks for consent before the data (个人信息保护法 art. 13, 14)."""
        if not self.cleaned_data["consent"]:
            raise forms.ValidationError(_("请阅读并勾选同意，我们才能保存您的信息"))
        return True

    def said(self) -> dict[str, Any]:
        """The answers, as the act takes them."""
        return {name: self.cleaned_data.get(name, "") for name in ("name", "id_number", "phone", "password")}
