from django.apps import AppConfig


class PapersConfig(AppConfig):
    name = "tongban.papers"
    label = "papers"
    verbose_name = "文书证照"
    default_auto_field = "django.db.models.BigAutoField"
