"""Service-account tokens: JWTs signed by this cluster. Pure but for keys.

They are bound to an account, and perhaps to a pod or secret.

`resources/accounts` issues them; `authentication` reads them.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec


@dataclass(frozen=True, slots=True)
class Claims:
    """What a valid token says.

    `bound_kind` is Pod, Secret or ''; `expires` is seconds since the epoch.
    """

    namespace: str
    account: str
    account_uid: str
    token_id: str
    audiences: tuple[str, ...]
    expires: int
    bound_kind: str = ""
    bound_name: str = ""
    bound_uid: str = ""


class Signer:
    """The key that signs this cluster's tokens; `pem` keeps it over restarts."""

    def __init__(self, issuer: str, pem: bytes | None = None) -> None:
        self.issuer = issuer
        key = serialization.load_pem_private_key(pem, None) if pem else None
        self._key = key if isinstance(key, ec.EllipticCurvePrivateKey) else _new_key()

    @property
    def pem(self) -> bytes:
        """The private key, to be kept in a file that only its owner reads."""
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    def issue(self, claims: Claims) -> str:
        """A token that says this, valid from now until `claims.expires`."""
        now = int(time.time())
        private: dict[str, Any] = {
            "namespace": claims.namespace,
            "serviceaccount": {"name": claims.account, "uid": claims.account_uid},
        }
        if claims.bound_kind:
            bound = {"name": claims.bound_name, "uid": claims.bound_uid}
            private[claims.bound_kind.lower()] = bound
        payload = {
            "aud": list(claims.audiences),
            "exp": claims.expires,
            "iat": now,
            "iss": self.issuer,
            "jti": claims.token_id,
            "kubernetes.io": private,
            "nbf": now,
            "sub": f"system:serviceaccount:{claims.namespace}:{claims.account}",
        }
        return jwt.encode(payload, self._key, algorithm="ES256")

    def read(self, token: str) -> Claims | None:
        """What a token says, or None when it is not ours, damaged or expired.

        Audiences are not judged here.
        """
        try:
            payload = jwt.decode(
                token, self._key.public_key(), algorithms=["ES256"], options={"verify_aud": False}
            )
            return _claims(payload)
        except (jwt.InvalidTokenError, KeyError, TypeError):
            return None


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _claims(payload: dict[str, Any]) -> Claims:
    private = payload["kubernetes.io"]
    kind = next((kind for kind in ("pod", "secret") if kind in private), "")
    bound = private.get(kind, {})
    return Claims(
        namespace=private["namespace"],
        account=private["serviceaccount"]["name"],
        account_uid=private["serviceaccount"]["uid"],
        token_id=payload["jti"],
        audiences=tuple(payload["aud"]),
        expires=int(payload["exp"]),
        bound_kind=kind.capitalize(),
        bound_name=bound.get("name", ""),
        bound_uid=bound.get("uid", ""),
    )


def new_token_id() -> str:
    """A fresh `jti`."""
    return str(uuid.uuid4())
