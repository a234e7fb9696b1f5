"""The door for a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from tongban.site import run

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.site.settings")
run.end_with_parent()
application = get_wsgi_application()
