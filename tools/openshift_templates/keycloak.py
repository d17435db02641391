"""Keycloak with a realm in which people register themselves, and its database."""

from __future__ import annotations

import json

from openshift_templates import database
from openshift_templates.objects import (
    SECURITY,
    Object,
    let_in,
    list_env,
    list_secret_env,
    make_deployment,
    make_http_probe,
    make_ingress_policy,
    make_mount,
    make_resources,
    make_route,
    make_secret,
    make_service,
)

REALM, CLIENT = "workshop", "workshop"
PORT, HEALTH_PORT = 8080, 9000
IMPORT = "/opt/keycloak/data/import"


def make_realm(callback: str) -> str:
    """The realm: whoever comes may register, and the hub is its only client."""
    client = {
        "clientId": CLIENT,
        "name": "The workshop's hub",
        "protocol": "openid-connect",
        "clientAuthenticatorType": "client-secret",
        "secret": "${OAUTH_CLIENT_SECRET}",
        "redirectUris": [callback],
        "standardFlowEnabled": True,
        "implicitFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "serviceAccountsEnabled": False,
        "publicClient": False,
        "attributes": {"pkce.code.challenge.method": "S256"},
    }
    realm = {
        "realm": REALM,
        "displayName": "Workshop",
        "enabled": True,
        "registrationAllowed": True,
        "resetPasswordAllowed": False,
        "bruteForceProtected": True,
        "sslRequired": "external",
        "clients": [client],
    }
    return json.dumps(realm, indent=2)


def list_objects(app: str, host: str, callback: str) -> list[Object]:
    """Keycloak at a host name, for one hub."""
    name, db = f"{app}-keycloak", f"{app}-keycloak-db"
    secret = {
        "user": "${KEYCLOAK_USER}",
        "password": "${KEYCLOAK_PASSWORD}",
        "realm.json": make_realm(callback),
    }
    settings = {
        "KC_HOSTNAME": f"https://{host}",
        "KC_HTTP_ENABLED": "true",
        "KC_PROXY_HEADERS": "xforwarded",
        "KC_HEALTH_ENABLED": "true",
        "KC_CACHE": "local",
        "KC_DB": "postgres",
        "KC_DB_URL": f"jdbc:postgresql://{db}:{database.PORT}/keycloak",
    }
    login = {"KC_BOOTSTRAP_ADMIN_USERNAME": "user", "KC_BOOTSTRAP_ADMIN_PASSWORD": "password"}
    store = {"KC_DB_USERNAME": "user", "KC_DB_PASSWORD": "password"}
    container: Object = {
        "name": "keycloak",
        "image": "${KEYCLOAK_IMAGE}",
        "args": ["start", "--import-realm"],
        "env": [*list_env(settings), *list_secret_env(name, login), *list_secret_env(db, store)],
        "ports": [{"containerPort": PORT, "protocol": "TCP"}],
        # The first start builds, and waits for the database.
        "startupProbe": make_http_probe("/health/started", HEALTH_PORT, failureThreshold=60),
        "readinessProbe": make_http_probe("/health/ready", HEALTH_PORT),
        "livenessProbe": make_http_probe("/health/live", HEALTH_PORT),
        "resources": make_resources("1Gi", "100m"),
        "securityContext": SECURITY,
        "volumeMounts": [make_mount("realm", IMPORT)],
    }
    files = [{"key": "realm.json", "path": "realm.json"}]
    volume: Object = {"name": "realm", "secret": {"secretName": name, "items": files}}
    return [
        make_secret(name, secret),
        make_deployment(app, name, "", container, [volume]),
        make_service(name, name, PORT),
        make_route(name, name, PORT, host, {"kubernetes.io/tls-acme": "${LETS_ENCRYPT}"}),
        make_ingress_policy(name, name, let_in(PORT)),
        *database.list_objects(
            app,
            db,
            name,
            "keycloak",
            "${KEYCLOAK_DB_PASSWORD}",
            "${KEYCLOAK_DB_VOLUME_SIZE}",
            "512Mi",
        ),
    ]
