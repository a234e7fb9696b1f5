"""Words of the law that return on many pages, each with the context that tells a translator which sense is meant.

Sources: 行政许可法 32, 38, 42, 45; 行政处罚法 42 (two officers); 国办发〔2019〕51号 (five grades of rating)."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LEVELS = ("blue", "yellow", "red")

STATUS = {
    "draft": pgettext_lazy("办件状态", "草稿"),
    "filed": pgettext_lazy("办件状态", "已提交"),
    "supplement": pgettext_lazy("办件状态", "待补正"),
    "supplementing": pgettext_lazy("办件状态", "待补正"),
    "accepted": pgettext_lazy("办件状态", "已受理"),
    "running": pgettext_lazy("办件状态", "办理中"),
    "paused": pgettext_lazy("办件状态", "暂停计时"),
    "granted": pgettext_lazy("办件状态", "准予"),
    "refused": pgettext_lazy("办件状态", "不予许可"),
    "not_accepted": pgettext_lazy("办件状态", "不予受理"),
    "decided": pgettext_lazy("办件状态", "已决定"),
    "served": pgettext_lazy("办件状态", "已送达"),
    "withdrawn": pgettext_lazy("办件状态", "已撤回"),
    "closed": pgettext_lazy("办件状态", "已办结"),
}

EVENT = {
    "Filed": pgettext_lazy("办理记录", "提交申请"),
    "Accepted": pgettext_lazy("办理记录", "受理"),
    "DeemedAccepted": pgettext_lazy("办理记录", "视为受理"),
    "AcceptanceRefused": pgettext_lazy("办理记录", "不予受理"),
    "SupplementRequested": pgettext_lazy("办理记录", "一次告知补正"),
    "Supplemented": pgettext_lazy("办理记录", "补正材料"),
    "Completed": pgettext_lazy("办理记录", "完成环节"),
    "Signed": pgettext_lazy("办理记录", "签字"),
    "Paused": pgettext_lazy("办理记录", "暂停计时"),
    "Resumed": pgettext_lazy("办理记录", "恢复计时"),
    "Extended": pgettext_lazy("办理记录", "延长期限"),
    "Recomputed": pgettext_lazy("办理记录", "重新计算期限"),
    "Decided": pgettext_lazy("办理记录", "作出决定"),
    "Served": pgettext_lazy("办理记录", "送达"),
    "Withdrawn": pgettext_lazy("办理记录", "撤回申请"),
    "Reassigned": pgettext_lazy("办理记录", "更换承办人"),
    "DepartmentSilent": pgettext_lazy("办理记录", "到期未提出意见"),
    "AnsweredLate": pgettext_lazy("办理记录", "逾期补报意见"),
    "Interrupted": pgettext_lazy("办理记录", "环节中止"),
    "Lapsed": pgettext_lazy("办理记录", "时限届满"),
    "Linked": pgettext_lazy("办理记录", "发起关联办件"),
    "ChildDone": pgettext_lazy("办理记录", "关联办件办结"),
    "EndedWithParent": pgettext_lazy("办理记录", "随主办件终止"),
    "DepartmentAdded": pgettext_lazy("办理记录", "增加会办部门"),
    "Reopened": pgettext_lazy("办理记录", "撤销后重新办理"),
    "Corrected": pgettext_lazy("办理记录", "更正记录"),
    "Migrated": pgettext_lazy("办理记录", "改用新版流程"),
    "Recused": pgettext_lazy("办理记录", "回避"),
    "Rated": pgettext_lazy("办理记录", "评价"),
}

CLOCK = {
    "acceptance": pgettext_lazy("时钟", "受理期限"),
    "statutory": pgettext_lazy("时钟", "法定期限"),
    "promised": pgettext_lazy("时钟", "承诺期限"),
    "delivery": pgettext_lazy("时钟", "送达期限"),
}

# What the day of the trigger is called in a day strip.
TRIGGER = {
    "Filed": pgettext_lazy("起算日", "收到"),
    "Supplemented": pgettext_lazy("起算日", "补正"),
    "Accepted": pgettext_lazy("起算日", "受理"),
    "Decided": pgettext_lazy("起算日", "决定"),
}

# Names of the holidays of 全国年节及纪念日放假办法, as the calendar of the law folder spells them.
HOLIDAY = {
    "元旦": pgettext_lazy("节假日", "元旦"),
    "春节": pgettext_lazy("节假日", "春节"),
    "清明节": pgettext_lazy("节假日", "清明节"),
    "劳动节": pgettext_lazy("节假日", "劳动节"),
    "端午节": pgettext_lazy("节假日", "端午节"),
    "中秋节": pgettext_lazy("节假日", "中秋节"),
    "国庆节": pgettext_lazy("节假日", "国庆节"),
    "抗战胜利纪念日": pgettext_lazy("节假日", "抗战胜利纪念日"),
}

DAY_KIND = {
    "working": pgettext_lazy("日历", "上班"),
    "weekend": pgettext_lazy("日历", "周末"),
    "holiday": pgettext_lazy("日历", "放假"),
    "worked_weekend": pgettext_lazy("日历", "调休上班"),
}

CARD = {
    "blue": pgettext_lazy("监察", "蓝牌"),
    "yellow": pgettext_lazy("监察", "黄牌"),
    "red": pgettext_lazy("监察", "红牌"),
}

RATING = {
    5: pgettext_lazy("好差评", "非常满意"),
    4: pgettext_lazy("好差评", "满意"),
    3: pgettext_lazy("好差评", "基本满意"),
    2: pgettext_lazy("好差评", "不满意"),
    1: pgettext_lazy("好差评", "非常不满意"),
}

TASK = {
    "todo": pgettext_lazy("填写进度", "未开始"),
    "part": pgettext_lazy("填写进度", "已填一部分"),
    "done": pgettext_lazy("填写进度", "已完成"),
    "blocked": pgettext_lazy("填写进度", "暂不能填"),
}

ROLE = {
    "applicant": pgettext_lazy("角色", "申请人"),
    "window": pgettext_lazy("角色", "综合窗口"),
    "reviewer": pgettext_lazy("角色", "审查人"),
    "inspector": pgettext_lazy("角色", "现场核查人员"),
    "decider": pgettext_lazy("角色", "决定人"),
    "supervisor": pgettext_lazy("角色", "监察人员"),
}

MOTTO = _("一网办事，依法按时")
NOTHING_TO_DO = _("您现在不需要做什么。")
NO_DEEMED_APPROVAL = _("超期不等于自动批准；系统自动亮牌并公示，您可以申诉或申请复议。")
LEDGER_WARNING = _("提交后写入账本，不能删改，只能更正。")
ONE_BY_ONE = _("决定类操作须逐件办理。")
DEMO = _("演示环境：人员与办件均为虚构，不具法律效力。")
LEGAL_TEXT_IS_CHINESE = _("法律条文以中文为准。")
