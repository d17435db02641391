import pytest

from pocket_openshift.core import faults


@pytest.fixture
def script():
    return faults.Faults()


def ask(script, verb="create", resource="pods", namespace="a", name="", user="u"):
    return script.next_for(verb, resource, namespace, name, user)


def test_a_fault_happens_as_often_as_it_says(script):
    fault = script.add(verb="create", resource="pods", times=2, status=500)
    assert [ask(script) is fault for _ in range(3)] == [True, True, False]
    assert fault.seen == 2


@pytest.mark.parametrize(
    ("what", "concerned"),
    [
        ({"verb": "create"}, True),
        ({"verb": "delete"}, False),
        ({"resource": "pods"}, True),
        ({"resource": "pods/log"}, False),
        ({"namespace": "a"}, True),
        ({"namespace": "b"}, False),
        ({"user": "u"}, True),
        ({"user": "v"}, False),
        ({"name": "x"}, False),
    ],
)
def test_a_fault_concerns_what_it_names(script, what, concerned):
    script.add(status=500, **what)
    assert (ask(script) is not None) is concerned


def test_faults_come_in_the_order_they_were_added(script):
    script.add(status=500)
    script.add(status=503)
    assert [ask(script).status, ask(script).status] == [500, 503]


def test_without_times_it_goes_on_until_cleared(script):
    script.add(times=None, status=500)
    assert all(ask(script) for _ in range(100))
    script.clear()
    assert ask(script) is None


def test_a_fault_of_a_watch_concerns_watches(script):
    script.add(watch="cut")
    assert ask(script, "list") is None
    assert ask(script, "watch") is not None


def test_retry_after_alone_is_429():
    error = faults.Fault(retry_after=3).as_error()
    assert (error.code, error.headers["Retry-After"]) == (429, "3")
    error = faults.Fault(status=503, retry_after=3).as_error()
    assert (error.code, error.headers["Retry-After"]) == (503, "3")


@pytest.mark.parametrize(
    ("status", "reason"), [(404, "NotFound"), (409, "Conflict"), (403, "Forbidden")]
)
def test_a_fault_may_pretend_any_error(status, reason):
    error = faults.Fault(status=status).as_error()
    assert (error.code, error.reason) == (status, reason)


def test_a_fault_without_an_effect_is_a_mistake(script):
    with pytest.raises(ValueError, match="needs one of"):
        script.add(verb="create")


def test_a_word_that_is_none_is_a_mistake(script):
    with pytest.raises(TypeError):
        script.add(verbs="create", status=500)


@pytest.mark.parametrize(
    ("what", "named"),
    [
        ({"verb": "craete", "status": 500}, "verb='craete'"),
        ({"resource": "pod", "status": 500}, "resource='pod'"),
        ({"resource": "pods/logs", "status": 500}, "resource='pods/logs'"),
        ({"drop": "middle"}, "drop='middle'"),
        ({"watch": "cutt"}, "watch='cutt'"),
        ({"verb": "list", "watch": "cut"}, "happens to watches"),
        ({"verb": "create", "stale": 1}, "happens to lists"),
        ({"delay": -1.0}, "delay may not be negative"),
    ],
)
def test_a_fault_that_could_never_happen_is_refused(script, what, named):
    with pytest.raises(ValueError, match=named):
        script.add(**what)


@pytest.mark.parametrize("page", ["oauth/token", "oauth/authorize", "login"])
def test_pages_of_the_oauth_server_may_suffer(script, page):
    script.add(resource=page, status=500)


def test_a_review_cache_is_no_fault_of_a_request(script):
    fault = script.add(review_cache=120.0, user="u", times=2)
    assert ask(script) is None
    ages = [script.next_for_review("u", age) for age in (0.0, 119.0, 1.0)]
    assert ages == [fault, fault, None]


@pytest.mark.parametrize(("user", "age"), [("v", 1.0), ("u", 120.0)])
def test_a_review_cache_concerns_its_user_and_time(script, user, age):
    script.add(review_cache=120.0, user="u")
    assert script.next_for_review(user, age) is None


@pytest.mark.parametrize("narrow", [{"verb": "get"}, {"resource": "pods"}, {"name": "n"}])
def test_a_review_cache_is_narrowed_by_its_user_only(script, narrow):
    with pytest.raises(ValueError, match="only user narrows it"):
        script.add(review_cache=120.0, **narrow)
