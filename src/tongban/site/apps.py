from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "tongban.site"
    label = "site"
    verbose_name = "站点"

    def ready(self) -> None:
        from tongban.site import wiring  # noqa: PLC0415 -- app ready

        wiring.tie()
