"""Images that the cluster builds: ImageStreams and BuildConfigs."""

from __future__ import annotations

from typing import Any

from openshift_templates import modes
from openshift_templates import parameters as known
from openshift_templates.objects import Object, make
from openshift_templates.parameters import Required
from openshift_templates.template import Template

IMAGES = ("hub", "terminal", "dashboard", "notebook")
TAG = "1"
TERMINAL = {"kind": "ImageStreamTag", "name": known.TERMINAL_IMAGE}
APP = "workshop-images"
BUILDER_NAME = "${JUPYTERHUB_NAME}"


def make_stream(name: str) -> Object:
    """An ImageStream whose bare name pods of the project may write."""
    return make(
        "image.openshift.io/v1", "ImageStream", name, spec={"lookupPolicy": {"local": True}}
    )


def make_build(
    name: str, tag: str, source: Object, strategy: Object, triggers: tuple[Object, ...] = ()
) -> Object:
    """A BuildConfig that builds when it is made, and when what it stands on is new."""
    spec: dict[str, Any] = {
        "source": {"type": "Git", **source},
        "strategy": strategy,
        "output": {"to": {"kind": "ImageStreamTag", "name": f"{name}:{tag}"}},
        "triggers": [{"type": "ConfigChange"}, *triggers],
        "runPolicy": "Serial",
    }
    return make("build.openshift.io/v1", "BuildConfig", name, spec=spec)


def list_source_build(name: str) -> list[Object]:
    """An image built by S2I from GIT_REPOSITORY_URL upon BUILDER_IMAGE."""
    source: Object = {
        "git": {"uri": "${GIT_REPOSITORY_URL}", "ref": "${GIT_REFERENCE}"},
        "contextDir": "${CONTEXT_DIR}",
    }
    builder = {"kind": "ImageStreamTag", "name": "${BUILDER_IMAGE}"}
    strategy = {"type": "Source", "sourceStrategy": {"from": builder}}
    triggers = ({"type": "ImageChange", "imageChange": {}},)
    return [make_stream(name), make_build(name, TAG, source, strategy, triggers)]


def make_builder() -> Template:
    """A hub's image with settings of its own."""
    parameters = known.join(
        {"JUPYTERHUB_NAME": Required("custom-jupyterhub")},
        {"BUILDER_IMAGE": Required(known.HUB_IMAGE)},
        known.SOURCE,
    )
    message = [
        f"Watch it: oc logs -f buildconfig/{BUILDER_NAME}",
        f"The image: {BUILDER_NAME}:{TAG}",
        modes.render_deletion(BUILDER_NAME),
    ]
    return Template(
        "jupyterhub-builder",
        "Hub's image built from a repository with settings of its own",
        BUILDER_NAME,
        parameters,
        list_source_build(BUILDER_NAME),
        message,
    )


def make_images() -> Template:
    """The images of this repository, built in the cluster."""
    parameters = {"GIT_REPOSITORY_URL": Required(), "GIT_REPOSITORY_REF": Required("main")}
    objects = []
    for image in IMAGES:
        name = f"workshop-{image}"
        source: Object = {"git": {"uri": "${GIT_REPOSITORY_URL}", "ref": "${GIT_REPOSITORY_REF}"}}
        docker: Object = {"dockerfilePath": f"images/{image}/Dockerfile"}
        triggers: tuple[Object, ...] = ()
        if image == "dashboard":
            # Its first stage stands upon the terminal, too: what its FROM says, as it is written.
            source["images"] = [{"from": TERMINAL, "as": ["${TERMINAL}", "workshop-terminal"]}]
            docker["from"] = TERMINAL
            triggers = ({"type": "ImageChange", "imageChange": {}},)
        strategy = {"type": "Docker", "dockerStrategy": docker}
        objects += [make_stream(name), make_build(name, known.VERSION, source, strategy, triggers)]
    message = ["Watch it: oc get builds --watch", modes.render_deletion(APP)]
    title = "Images of workshops, built in the cluster"
    return Template("images", title, APP, parameters, objects, message)


def list_templates() -> list[Template]:
    """All of them."""
    return [make_builder(), make_images()]
