"""OpenShift's web console in each session's pod, where its image is named."""

import os

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

c.WorkshopSpawner.console_image = settings.console_image
c.WorkshopSpawner.console_memory = settings.console_memory
c.WorkshopSpawner.console_branding = settings.console_branding
