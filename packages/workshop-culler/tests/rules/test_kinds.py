from workshop_culler.rules import kinds


def test_what_runs_goes_first_and_what_others_hang_on_last():
    assert kinds.OWN[0] == kinds.POD
    assert kinds.OWN[-2:] == (kinds.ACCOUNT, kinds.VOLUME)


def test_only_projects_and_what_is_loose_belong_to_no_namespace():
    assert all(kind.is_namespaced for kind in kinds.OWN)
    assert not any(kind.is_namespaced for kind in (kinds.PROJECT, *kinds.LOOSE))
