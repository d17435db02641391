from pocket_openshift.vocabulary import identity


def test_a_service_account_is_in_its_groups():
    user = identity.service_account("ns", "robot", "u-1")
    assert user.name == "system:serviceaccount:ns:robot"
    assert "system:serviceaccounts:ns" in user.groups
    assert "system:authenticated" in user.groups


def test_user_info_leaves_out_what_is_not_there():
    assert identity.User("eve").as_user_info() == {"username": "eve"}


def test_scopes_are_those_of_the_token():
    assert identity.User("eve").scopes == ()
    assert identity.User("eve", extra={identity.SCOPES: ("user:info",)}).scopes == ("user:info",)


def test_the_admin_is_master_and_nobody_is_not_authenticated():
    assert identity.MASTERS in identity.ADMIN.groups
    assert identity.AUTHENTICATED not in identity.ANONYMOUS.groups
