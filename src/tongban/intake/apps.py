from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "tongban.intake"
    label = "intake"
    verbose_name = "申请"
    default_auto_field = "django.db.models.BigAutoField"
