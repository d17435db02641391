import pytest

from pocket_openshift.vocabulary import errors, kinds

POD = kinds.named("pods")
ROUTE = kinds.named("routes.route.openshift.io")
CAUSE = errors.Cause("spec.a", "FieldValueInvalid", "Invalid value: 1")


@pytest.mark.parametrize(
    ("error", "code", "reason", "message"),
    [
        (errors.not_found(POD, "p"), 404, "NotFound", 'pods "p" not found'),
        (
            errors.not_found(ROUTE, "r"),
            404,
            "NotFound",
            'routes.route.openshift.io "r" not found',
        ),
        (errors.already_exists(POD, "p"), 409, "AlreadyExists", 'pods "p" already exists'),
        (
            errors.already_exists(POD, "p", deleting=True),
            409,
            "AlreadyExists",
            'object is being deleted: pods "p" already exists',
        ),
        (
            errors.conflict(POD, "p"),
            409,
            "Conflict",
            'Operation cannot be fulfilled on pods "p": the object has been modified; please apply '
            "your changes to the latest version and try again",
        ),
        (errors.forbidden(POD, "p", "no"), 403, "Forbidden", 'pods "p" is forbidden: no'),
        (errors.unauthorized(), 401, "Unauthorized", "Unauthorized"),
        (errors.gone("too old"), 410, "Expired", "too old"),
        (errors.bad_request("what?"), 400, "BadRequest", "what?"),
        (errors.internal_error("broken"), 500, "InternalError", "broken"),
        (errors.internal_error("later", 503), 503, "ServiceUnavailable", "later"),
        (
            errors.denied_path("u", "get", "/metrics"),
            403,
            "Forbidden",
            'forbidden: User "u" cannot get path "/metrics"',
        ),
    ],
)
def test_errors_say_what_the_real_server_says(error, code, reason, message):
    assert (error.code, error.reason, error.body["message"]) == (code, reason, message)
    assert error.body["status"] == "Failure"
    assert str(error) == message


def test_one_cause_stands_alone_and_many_in_brackets():
    one = errors.invalid(ROUTE, "r", [CAUSE])
    other = errors.Cause("spec.b", "FieldValueInvalid", "Invalid value: 2")
    many = errors.invalid(ROUTE, "r", [CAUSE, other, CAUSE])
    assert one.body["message"].endswith("is invalid: spec.a: Invalid value: 1")
    assert many.body["message"].endswith("[spec.a: Invalid value: 1, spec.b: Invalid value: 2]")
    assert len(many.body["details"]["causes"]) == 3
    assert one.body["details"]["causes"] == [CAUSE.as_dict()]


def test_a_denial_names_user_verb_resource_and_place():
    error = errors.denied(
        errors.Denied("eve", "get", "apps", "deployments", "scale", "ns", "d", "scopes [x]")
    )
    assert error.body["message"] == (
        'deployments.apps "d" is forbidden: User "eve" cannot get resource "deployments/scale" '
        'in API group "apps" in the namespace "ns": scopes [x]'
    )
    assert error.body["details"] == {"name": "d", "group": "apps", "kind": "deployments"}


def test_429_says_when_to_come_back():
    error = errors.too_many_requests(7)
    assert error.headers == {"Retry-After": "7"}
    assert error.body["details"]["retryAfterSeconds"] == 7


@pytest.mark.parametrize("text", ["plain", 'a "quoted" word', "back\\slash", "naïve 例え"])
def test_a_warning_passes_through_its_header(text):
    header = errors.warning_header(text)
    assert header.startswith('299 - "')
    # http.client reads it so.
    assert errors.text_of_warning(header.encode().decode("latin-1")) == text


def test_a_warning_breaks_no_header():
    assert errors.warning_header("a\r\nSet-Cookie: b") == '299 - "aSet-Cookie: b"'
