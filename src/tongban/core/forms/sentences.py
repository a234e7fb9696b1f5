"""The sentences of the errors in a form, in both languages: what is wrong and what to do.

Sources: WCAG 2.2, 3.3.3; Unicode CLDR is not needed, no sentence counts grammatically."""

SENTENCES = {
    "required": ("请填写{title}", "Enter: {title}"),
    "choose": ("请选择{title}", "Choose: {title}"),
    "must_agree": ("请阅读并勾选“{title}”", "Read and tick: {title}"),
    "too_long": ("{title}最多 {max} 个字，现在是 {count} 个字", "{title}: at most {max} characters, now {count}"),
    "pattern": ("{title}的格式不对，请按提示填写", "{title}: not in the form asked for; see the hint"),
    "not_an_option": ("请从列出的选项中选择{title}", "{title}: choose one of the options listed"),
    "not_a_number": ("{title}应为数字，例如 120", "{title}: enter a number, for example 120"),
    "not_whole": ("{title}应为整数，不带小数", "{title}: enter a whole number"),
    "too_small": ("{title}不能小于 {least}", "{title}: must be at least {least}"),
    "too_big": ("{title}不能大于 {most}", "{title}: must be at most {most}"),
    "not_a_date": ("{title}应为日期，例如 2026-03-02", "{title}: enter a date, for example 2026-03-02"),
    "resident_id_length": (
        "{title}应为 18 位，现在是 {count} 位",
        "{title}: 18 characters are needed, now {count}",
    ),
    "resident_id": (
        "{title}有误，校验不通过，请对照身份证重新填写",
        "{title}: the check digit does not fit; copy it from the identity card again",
    ),
    "uscc_length": (
        "{title}应为 18 位，现在是 {count} 位",
        "{title}: 18 characters are needed, now {count}",
    ),
    "uscc": (
        "{title}有误，校验不通过，请对照营业执照重新填写",
        "{title}: the check character does not fit; copy it from the business licence again",
    ),
    "mobile_short": (
        "{title}少 {missing} 位，应为 11 位手机号",
        "{title}: a mobile number has 11 digits; missing: {missing}",
    ),
    "mobile": (
        "{title}不对，应为 11 位手机号，以 1 开头",
        "{title}: a mobile number has 11 digits and begins with 1",
    ),
    "url": (
        "{title}应为网址，例如 https://www.example.cn",
        "{title}: enter a web address, for example https://www.example.cn",
    ),
}
