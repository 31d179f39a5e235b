"""What gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from cleanmail.startup import log_faults

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cleanmail.settings")
application = get_wsgi_application()
log_faults()
