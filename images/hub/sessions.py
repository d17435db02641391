"""The sessions of all modes: image, sizes, network, and what they are told."""

import os

import hub_settings

c = get_config()  # noqa: F821 - JupyterHub gives it
settings = hub_settings.read_settings(os.environ)

c.JupyterHub.spawner_class = "workshop"
c.WorkshopSpawner.application = settings.application
c.WorkshopSpawner.workshop_name = settings.workshop
c.WorkshopSpawner.mode = settings.configuration_type
if image := settings.workshop_image or settings.terminal_image:
    c.WorkshopSpawner.image = image
c.WorkshopSpawner.cmd = ["jupyterhub-butterfly"]
c.WorkshopSpawner.port = 10080
c.WorkshopSpawner.hub_connect_url = f"http://{settings.service}:8081"
c.WorkshopSpawner.start_timeout = 180
c.WorkshopSpawner.http_timeout = 60
c.WorkshopSpawner.mem_limit = settings.memory
if settings.image_pull_secret:
    c.WorkshopSpawner.image_pull_secrets = [settings.image_pull_secret]
if settings.notebook_image:
    c.WorkshopSpawner.image = settings.notebook_image
    c.WorkshopSpawner.cmd = ["jupyterhub-singleuser"]
    c.WorkshopSpawner.default_url = "/lab" if settings.notebook_interface == "lab" else "/tree"
if cpu := settings.workshop_cpu:
    c.WorkshopSpawner.cpu_limit = cpu
    # Without it a session would keep all that it may use from others.
    c.WorkshopSpawner.cpu_guarantee = min(cpu, 0.05)
c.WorkshopSpawner.extra_resource_limits = {"ephemeral-storage": settings.workshop_storage}
c.WorkshopSpawner.extra_resource_guarantees = {"ephemeral-storage": "64Mi"}
c.WorkshopSpawner.session_limit = settings.limit

c.WorkshopSpawner.cluster_subdomain = settings.subdomain
c.WorkshopSpawner.console_url = settings.console_url
c.WorkshopSpawner.download_url = settings.download_url
c.WorkshopSpawner.workshop_file = settings.workshop_file
if settings.workshops:
    c.WorkshopSpawner.workshops = str(settings.workshops)
c.WorkshopSpawner.exposed_ports = list(settings.exposed_ports)
c.WorkshopSpawner.exposed_by = settings.exposed_by
c.WorkshopSpawner.network_policies = settings.network_policies
c.WorkshopSpawner.network_internet = settings.network_internet
# Of the hub's pods, the proxy too: there sessions ask the culler for their time.
c.WorkshopSpawner.network_hub_ports = [8080, 8081]

# Sessions ask the culler, through the hub's proxy, how long they still last, and extend themselves.
# Who goes on typing must be reported more often than sessions are taken for idle.
interval = min(300, max(10, settings.idle // 4)) if settings.idle else 300
c.WorkshopSpawner.environment = {
    "WORKSHOP_CULLER_URL": f"http://{settings.service}:8080/services/workshop-culler/",
    "JUPYTERHUB_ACTIVITY_INTERVAL": str(interval),
    # KubeSpawner fills in what stands in braces.
    **{
        name: value.replace("{", "{{").replace("}", "}}")
        for name, value in settings.variables.items()
    },
}

if settings.session_envvars:
    c.WorkshopSpawner.volumes = [
        {
            "name": "session-envvars",
            "configMap": {"name": settings.session_envvars, "optional": True},
        }
    ]
    c.WorkshopSpawner.volume_mounts = [
        {"name": "session-envvars", "mountPath": "/opt/workshop/envvars", "readOnly": True}
    ]
