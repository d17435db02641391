import pytest

RESTART = 'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"template": {"spec": {"restartPolicy": None}}}, [RESTART]),
        ({"template": {"spec": {"restartPolicy": "Always"}}}, [RESTART]),
        (
            {"completions": -1},
            ["spec.completions: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            {"completionMode": "Random"},
            [
                'spec.completionMode: Unsupported value: "Random": '
                'supported values: "NonIndexed", "Indexed"'
            ],
        ),
        (
            {"completionMode": "Indexed"},
            ["spec.completions: Required value: when completion mode is Indexed"],
        ),
        (
            {"backoffLimitPerIndex": 1},
            ["spec.backoffLimitPerIndex: Invalid value: 1: requires indexed completion mode"],
        ),
        (
            {"podReplacementPolicy": "Now"},
            [
                'spec.podReplacementPolicy: Unsupported value: "Now": '
                'supported values: "Failed", "TerminatingOrFailed"'
            ],
        ),
        (
            {"selector": {"matchLabels": {"a": "b"}}},
            [
                'spec.selector: Invalid value: {"matchLabels":{"a":"b"}}: `selector` not '
                "auto-generated"
            ],
        ),
        (
            {"manualSelector": True},
            [
                "spec.selector: Required value",
                "spec.template.metadata.labels: Invalid value: null: `selector` does not match "
                "template "
                "`labels`",
            ],
        ),
    ],
)
def test_a_job_without_sense_is_told(say, spec, said):
    assert say("jobs.batch", spec=spec) == said


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"completions": 5}, "spec.completions"),
        ({"template": {"spec": {"restartPolicy": "OnFailure"}}}, "spec.template"),
        ({"podFailurePolicy": {"rules": []}}, "spec.podFailurePolicy"),
    ],
)
def test_what_may_not_change_is_told(say, spec, field):
    (text,) = say("jobs.batch", old={"spec": {"completions": 1}}, spec=spec)
    assert text.startswith(f"{field}: Invalid value: ")
    assert text.endswith(": field is immutable")


def test_how_much_is_done_at_once_may_change(say):
    assert say("jobs.batch", old={}, spec={"parallelism": 3, "suspend": True}) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"schedule": ""}, ["spec.schedule: Required value"]),
        (
            {"schedule": "now"},
            ['spec.schedule: Invalid value: "now": expected exactly 5 fields, found 1: [now]'],
        ),
        (
            {"schedule": "TZ=UTC * * * * *"},
            [
                'spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use TZ or CRON_TZ in '
                "schedule, use timeZone field instead"
            ],
        ),
        (
            {"timeZone": "Mars/Sea"},
            ['spec.timeZone: Invalid value: "Mars/Sea": unknown time zone Mars/Sea'],
        ),
        (
            {"concurrencyPolicy": "Some"},
            [
                'spec.concurrencyPolicy: Unsupported value: "Some": '
                'supported values: "Allow", "Forbid", "Replace"'
            ],
        ),
        (
            {"failedJobsHistoryLimit": -1},
            ["spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0"],
        ),
        (
            {"jobTemplate": {"spec": {"template": {"spec": {"restartPolicy": "Always"}}}}},
            [f"spec.jobTemplate.{RESTART}"],
        ),
        ({"timeZone": "Europe/Berlin"}, []),
    ],
)
def test_a_cron_job_without_sense_is_told(say, spec, said):
    assert say("cronjobs.batch", spec=spec) == said
    assert say("cronjobs.batch", old={}, spec=spec) == said


def test_the_name_leaves_room_for_the_jobs(say):
    found = say("cronjobs.batch", metadata={"name": "a" * 53})
    assert found[0].endswith("must be no more than 52 characters")
