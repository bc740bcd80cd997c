"""The script about people, run in a small Open edX by Django's own `shell`."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate

from tests.unit.launchpad_workflows.people.conftest import OpenEdx

PASSWORD = "h1dden-passw0rd"
OTHER = "an0ther-passw0rd"


def test_user_is_made_with_rights_password_and_profile(edx: OpenEdx) -> None:
    made = edx.create(PASSWORD, staff=True, superuser=True, name="Ann Smith")

    user = edx.user()
    assert (made.status, made.password_set) == ("created", True)
    assert (user.is_staff, user.is_superuser, user.is_active, user.email) == (True, True, True, "ann@x.org")
    assert user.profile.name == "Ann Smith"
    assert authenticate(username="ann", password=PASSWORD) == user


def test_repeat_changes_nothing(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True)
    before = edx.user().password

    again = edx.create(PASSWORD, staff=True)

    assert (again.status, again.details, again.password_set) == ("unchanged", (), False)
    assert edx.user().password == before


def test_what_is_asked_for_is_changed_and_the_rest_stays(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True, superuser=True, name="Ann")

    changed = edx.create(OTHER, superuser=False, name="Ann Smith")

    assert (changed.status, changed.details) == ("updated", ("superuser taken away", "password set", "name changed"))
    assert (edx.user().is_staff, edx.user().is_superuser) == (True, False)
    assert authenticate(username="ann", password=OTHER)


def test_user_who_never_confirmed_the_address_is_made_active(edx: OpenEdx) -> None:
    edx.create(PASSWORD)
    type(edx.user()).objects.update(is_active=False)

    assert edx.create(PASSWORD).details == ("made active",)
    assert edx.user().is_active


def test_failure_in_the_middle_leaves_nobody(edx: OpenEdx, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr(edx.model("student", "UserProfile"), "save", fail)

    assert edx.create(PASSWORD).status == "failed"
    assert not edx.model("auth", "User").objects.exists()


def test_generated_password_is_for_who_has_none(edx: OpenEdx) -> None:
    made = edx.create(PASSWORD, password="generated")
    kept = edx.create(OTHER, password="generated")

    assert (made.password_set, kept.password_set, kept.status) == (True, False, "unchanged")
    assert authenticate(username="ann", password=PASSWORD)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"username": "bob"}, "The e-mail address 'ann@x.org' is user 'ann''s. Nothing was changed."),
        ({"username": "bob", "email": "ANN@x.org"}, "The e-mail address 'ANN@x.org' is user 'ann''s."),
        ({"email": "other@x.org"}, "User 'ann' has another e-mail address, 'ann@x.org', so it may be somebody else."),
        ({"username": "Ann"}, "There is a user 'ann', and 'Ann' differs from it in case alone."),
    ],
    ids=["address taken", "address taken in capitals", "another address", "another case"],
)
def test_name_or_address_of_somebody_else_is_refused(edx: OpenEdx, given: dict[str, str], reason: str) -> None:
    from django.contrib.auth.models import User

    edx.create(PASSWORD)

    refused = edx.create(OTHER, superuser=True, **given)

    assert refused.status == "failed"
    assert refused.details[0].startswith(reason)
    assert [(user.username, user.is_superuser) for user in User.objects.all()] == [("ann", False)]
    assert authenticate(username="ann", password=PASSWORD)


@pytest.mark.parametrize("password", ["short", "ann@x.org"])
def test_password_that_the_instance_does_not_take_makes_nobody(edx: OpenEdx, password: str) -> None:
    from django.contrib.auth.models import User

    refused = edx.create(password)

    assert refused.status == "failed"
    assert refused.details[0].startswith("The instance does not take this password: ")
    assert not User.objects.exists()


def test_removal_ends_access_and_keeps_the_account(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True, superuser=True)
    user, session = edx.user(), edx.user().get_session_auth_hash()
    for name in ("AccessToken", "RefreshToken"):
        edx.model("oauth2_provider", name).objects.create(user=user)

    removed = edx.run("remove", username="ann")
    again = edx.run("remove", username="ann")

    user = edx.user()
    assert (removed.status, again.status, again.details) == ("removed", "unchanged", ())
    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (False, False, False)
    assert user.get_session_auth_hash() != session
    assert user.standing.account_status == "disabled"
    assert not edx.model("oauth2_provider", "AccessToken").objects.exists()
    assert authenticate(username="ann", password=PASSWORD) is None


def test_who_was_removed_comes_back_without_former_rights(edx: OpenEdx) -> None:
    edx.create(PASSWORD, superuser=True)
    edx.run("remove", username="ann")

    back = edx.create(OTHER, password="generated")

    assert (back.status, back.details, back.password_set) == ("updated", ("password set", "account enabled"), True)
    assert not edx.user().is_superuser
    assert authenticate(username="ann", password=OTHER)


def test_account_is_deleted_where_that_is_asked_for(edx: OpenEdx) -> None:
    from django.contrib.auth.models import User

    edx.create(PASSWORD)

    deleted = edx.run("remove", username="ann", delete=True)

    assert (deleted.status, deleted.details[-1]) == ("deleted", "account deleted, with 2 records of its own")
    assert not User.objects.exists()
    assert edx.run("remove", username="ann", delete=True).status == "absent"


def test_account_that_cannot_be_deleted_has_no_access_all_the_same(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True)
    edx.model("student", "Certificate").objects.create(user=edx.user())

    failed = edx.run("remove", username="ann", delete=True)

    assert failed.status == "failed"
    assert failed.details[0].startswith(
        "The access of user 'ann' has ended, but Open edX could not delete the account:"
    )
    assert (edx.user().is_staff, edx.user().has_usable_password()) == (False, False)


def test_removal_of_somebody_else_or_of_a_program_is_refused(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True)
    edx.model("oauth2_provider", "Application").objects.create(user=edx.user(), client_id="cms-sso")

    other = edx.run("remove", username="ann", email="other@x.org")
    program = edx.run("remove", username="ann", email="ann@x.org", delete=True)

    assert "has another e-mail address, 'ann@x.org'" in other.details[0]
    assert "Programs of this instance work as user 'ann' (OAuth applications: cms-sso)" in program.details[0]
    assert (edx.user().is_staff, edx.user().has_usable_password()) == (True, True)


def test_list_shows_who_has_rights_on_the_site(edx: OpenEdx) -> None:
    edx.create(PASSWORD, staff=True)
    edx.create(PASSWORD, username="learner", email="l@x.org")
    edx.create(PASSWORD, username="root", email="r@x.org", superuser=True)

    listed = edx.run("list")

    assert (listed.status, listed.more) == ("listed", 0)
    assert [(one.username, one.staff, one.superuser, one.password) for one in listed.people] == [
        ("ann", True, False, True),
        ("root", False, True, True),
    ]


def test_what_open_edx_raises_is_one_line_without_the_password(edx: OpenEdx, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.contrib.auth.models import User

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"no luck\nwith {PASSWORD}")

    monkeypatch.setattr(User, "save", fail)
    failed = edx.create(PASSWORD)

    assert (failed.status, failed.details) == ("failed", ("Open edX failed: RuntimeError: no luck with «hidden»",))
