"""PostgreSQL as OpenShift has it, for a hub or for Keycloak: one pod, its Secret and volume."""

from __future__ import annotations

from openshift_templates.objects import (
    SECURITY,
    Object,
    let_in,
    list_secret_env,
    make_claim,
    make_deployment,
    make_ingress_policy,
    make_mount,
    make_resources,
    make_secret,
    make_service,
)

PORT = 5432
FOLDER = "/var/lib/pgsql/data"
KEYS = {
    "POSTGRESQL_DATABASE": "database",
    "POSTGRESQL_USER": "user",
    "POSTGRESQL_PASSWORD": "password",
}


def list_objects(
    app: str, name: str, client: str, database: str, password: str, size: str, memory: str
) -> list[Object]:
    """The database `name`, which pods of the deployment `client` reach, and no others."""
    container: Object = {
        "name": "postgresql",
        "image": "${DATABASE_IMAGE}",
        "env": list_secret_env(name, KEYS),
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 5},
        "livenessProbe": {"tcpSocket": {"port": PORT}, "initialDelaySeconds": 60},
        "resources": make_resources(memory),
        "securityContext": SECURITY,
        "volumeMounts": [make_mount("data", FOLDER, read_only=False)],
    }
    volume: Object = {"name": "data", "persistentVolumeClaim": {"claimName": name}}
    return [
        make_secret(name, {"database": database, "user": database, "password": password}),
        make_claim(name, size),
        make_deployment(app, name, "", container, [volume]),
        make_service(name, name, PORT),
        make_ingress_policy(name, name, let_in(PORT, {"deployment": client})),
    ]
