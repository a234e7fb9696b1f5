from django.apps import AppConfig


class LawConfig(AppConfig):
    name = "tongban.law"
    label = "law"
    verbose_name = "法律"
    default_auto_field = "django.db.models.BigAutoField"
