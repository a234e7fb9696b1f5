from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tongban.people"
    label = "people"
    verbose_name = "机构人员"
    default_auto_field = "django.db.models.BigAutoField"
