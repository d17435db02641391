"""The real helm and kubectl, its kustomize too, on templates/ and against a cluster of tests."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "templates" / "chart"
SECONDS = 180
VERSION = "1.36"  # of Kubernetes, whose schemas manifests are held against
# Kinds that Kubernetes itself does not have.
UNKNOWN_GROUPS = ("gateway.networking.k8s.io",)

Manifest = dict[str, Any]


class CommandError(Exception):
    """A program said no; its words."""


def problem_with(program: str) -> str | None:
    """Why it cannot be run here; None if it can."""
    if shutil.which(program):
        return None
    hints = {"helm": "python3 noxfile.py -s tests fetches it", "kubectl": "apt: kubernetes-client"}
    return f"needs {program} ({hints.get(program, '')})"


def need(*programs: str) -> pytest.MarkDecorator:
    """The mark of tests that need these programs.

    No skip of a whole file: it would count as left out in a run that wants none of its tests.
    """
    reason = next(filter(None, map(problem_with, programs)), "")
    return pytest.mark.skipif(bool(reason), reason=reason)


def run(*words: str | Path, text: str = "", environ: Mapping[str, str] | None = None) -> str:
    """What a program printed; CommandError with what it said when it failed."""
    done = subprocess.run(
        [str(word) for word in words],
        input=text,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "", **(environ or {})},
    )
    if done.returncode:
        raise CommandError(f"{done.stderr}{done.stdout}")
    return done.stdout


def read(text: str) -> list[Manifest]:
    """The objects of a stream of YAML."""
    return [one for one in yaml.safe_load_all(text) if one]


def set_words(values: Mapping[str, Any]) -> list[str]:
    """Values by dotted names, as words of helm."""
    return [
        word
        for key, value in values.items()
        for word in ("--set-json", f"{key}={json.dumps(value)}")
    ]


def render(
    release: str = "intro", namespace: str = "teach", more: Sequence[str] = (), **values: Any
) -> list[Manifest]:
    """What the chart makes of these values; `__` in a name stands for a dot."""
    dotted = {name.replace("__", "."): value for name, value in values.items()}
    words = ("template", release, str(CHART), "--namespace", namespace, *more)
    return read(_template(*words, *set_words(dotted)))


@functools.cache
def _template(*words: str) -> str:
    return run("helm", *words)


def find(manifests: Iterable[Manifest], kind: str, end: str = "") -> Manifest:
    """The one object of a kind whose name ends so."""
    (found,) = [
        one for one in manifests if one["kind"] == kind and one["metadata"]["name"].endswith(end)
    ]
    return found


def problem_with_manifest(manifest: Manifest) -> str | None:
    """What Kubernetes' own schema has against it; None if nothing, or if the kind is not its."""
    if manifest["apiVersion"].split("/")[0] in UNKNOWN_GROUPS:
        return None
    try:
        kubernetes_validate.validate(manifest, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{manifest['kind']} {manifest['metadata']['name']}: {error.message}"
    return None


@dataclass(frozen=True)
class Cluster:
    """helm and kubectl as the administrator of a cluster, and whom its router is certified by."""

    kubeconfig: Path
    folder: Path
    authority: str = ""

    @property
    def environ(self) -> dict[str, str]:
        """What the programs must be told."""
        home = {
            f"HELM_{kind}_HOME": str(self.folder / kind) for kind in ("CACHE", "CONFIG", "DATA")
        }
        return {"KUBECONFIG": str(self.kubeconfig), **home}

    def helm(self, *words: str | Path, **values: Any) -> str:
        """Run helm; `__` in the name of a value stands for a dot."""
        dotted = {name.replace("__", "."): value for name, value in values.items()}
        return run("helm", *words, *set_words(dotted), environ=self.environ)

    def kubectl(self, *words: str | Path, text: str = "") -> str:
        """Run kubectl."""
        return run("kubectl", *words, text=text, environ=self.environ)
