from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tongban.site"
    label = "site"
    verbose_name = "站点"
