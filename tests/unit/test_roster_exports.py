"""Exports of directories: which form a file has, who has no row, what is read and what is not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from connect_users.roster.assembly import RowReader, ValueReader
from connect_users.roster.explaining import explanations
from connect_users.roster.people import JudgedRoster, Person, RosterOptions, judge
from connect_users.roster.reading import read, read_personas
from connect_users.roster.tables import Table, UnreadableRoster

if TYPE_CHECKING:
    from pathlib import Path

#: As Entra ID writes it (public files; the older ones have objectId, physicalDeliveryOfficeName and mobile).
ENTRA = (
    "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,accountEnabled,usageLocation,"
    "streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,mobilePhone,alternateEmailAddress,"
    "ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,creationType,directorySynced,"
    "invitationState,identityIssuer,createdDateTime"
)
PERSONAS: dict[str, Any] = {
    "personas": {"agent": {"routing_profile_id": "30000000-0000-4000-8000-000000000002", "security_profile_ids": "x"}},
    "default": "agent",
}


def _entra(upn: str, enabled: str = "True", department: str = "Sales", mobile: str = "") -> str:
    name = upn.partition("@")[0].title()
    return (
        f"{upn},{name} Doe,Doe,{upn},{name},00000000-0000-4000-8000-000000000000,Member,Clerk,{department},{enabled},"
        f"GB,,,,,,,,{mobile},,,,,Example,,True,,example.onmicrosoft.com,8/19/2021 1:25:31 PM"
    )


def _table(tmp_path: Path, text: str, name: str = "people.csv", **columns: str) -> Table:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return read(str(file), read_personas({**PERSONAS, "columns": columns}))


def _judged(table: Table) -> JudgedRoster:
    return judge(table, RosterOptions("00000000-0000-4000-8000-000000000001", personas=read_personas(PERSONAS)))


def _people(table: Table) -> dict[str, Person]:
    judged = _judged(table)
    assert not judged.problems, list(map(str, judged.problems))
    return {person.username: person for person in judged.people}


def test_an_export_of_entra_id_is_read_as_it_is(tmp_path: Path) -> None:
    """Twenty-nine columns, of which a user has four; a mobile number in no form that Connect takes is not read."""
    rows = [_entra("ada@example.com", mobile="020 7946 0000"), _entra("bo@example.com", "False")]
    table = _table(tmp_path, "\n".join([ENTRA, *rows]))
    assert (table.form, table.inactive) == ("Entra ID", ("bo@example.com",))
    info = {"first_name": "Ada", "last_name": "Doe", "email": "ada@example.com"}
    people = _people(table)
    assert list(people) == ["ada@example.com"]
    assert people["ada@example.com"].inputs["identity_info"] == info
    assert "phone_config" not in people["ada@example.com"].inputs


@pytest.mark.parametrize("columns", [{}, {"email": "mail"}])
def test_the_addresses_of_an_export_are_not_used_with_saml(tmp_path: Path, columns: dict[str, str]) -> None:
    """AWS refuses them there. Only somebody who names the column asks for them; a rule may use it anyway."""
    (tmp_path / "people.csv").write_text(f"{ENTRA}\n{_entra('ada@example.com')}\n", encoding="utf-8")
    rules = [{"persona": "agent", "when": {"mail": "*@example.com"}}]
    personas = read_personas({"personas": PERSONAS["personas"], "rules": rules, "columns": columns})
    options = RosterOptions("x", "SAML", personas=personas)
    judged = judge(read(tmp_path / "people.csv", personas), options)
    assert [problem.column for problem in judged.problems] == (["mail"] if columns else [])
    (explanation,) = explanations(judged, options)
    assert ("identity_info.email" in explanation.settings) is bool(columns)
    assert explanation.why == "rule 1: mail is '*@example.com'"
    assert judged.people[0].inputs["identity_info"]["last_name"] == "Doe"


def test_a_disabled_account_of_active_directory_is_a_leaver(tmp_path: Path) -> None:
    """``Get-ADUser | Export-Csv`` has most of Entra ID's headers, but not the one that says who is there."""
    header = '"DistinguishedName","Enabled","GivenName","Name","SamAccountName","Surname","UserPrincipalName"'
    rows = [f'"CN=x","{enabled}","X","x","x","Y","{name}@x.org"' for name, enabled in (("a", True), ("b", False))]
    table = _table(tmp_path, "\n".join([header, *rows]))
    assert (table.form, list(_people(table)), table.inactive) == ("Entra ID", ["a@x.org"], ("b@x.org",))


def test_a_column_that_is_not_read_may_be_there_twice(tmp_path: Path) -> None:
    """Unlike one that is: nobody knows which of the two is meant."""
    text = "login,status,email,custom,custom\nada@example.com,ACTIVE,ada@example.com,1,2\n"
    assert list(_people(_table(tmp_path, text))) == ["ada@example.com"]
    judged = _judged(_table(tmp_path, text.replace("custom", "email")))
    assert ("email", "two columns have this header") in [(each.column, each.text) for each in judged.problems]


def test_a_status_and_a_column_of_a_rule_may_not_be_there_twice(tmp_path: Path) -> None:
    """A disabled account would stay, or somebody would get the persona of either department."""
    file, rules = tmp_path / "a.csv", [{"persona": "agent", "when": {"department": "Support"}}]
    personas = read_personas({"personas": PERSONAS["personas"], "rules": rules})
    text = "login,email,status,department,{}\nada@example.com,,ACTIVE,Support,SUSPENDED\n"
    file.write_text(text.format("department"), encoding="utf-8")
    (problem,) = judge(read(file, personas), RosterOptions("x", personas=personas)).problems
    assert (problem.line, problem.column, problem.text) == (1, "department", "two columns have this header")
    file.write_text(text.format("status"), encoding="utf-8")
    with pytest.raises(UnreadableRoster, match=r"a\.csv:1: two columns have the header 'status', which says whether"):
        read(file, personas)


def test_a_column_of_a_roster_in_an_export_is_read_under_its_own_name(tmp_path: Path) -> None:
    text = f"{ENTRA},routing_profile_id,tags.site,Phone Number\n{_entra('ada@example.com')},other,ldn,12\n"
    inputs = _people(_table(tmp_path, text))["ada@example.com"].inputs
    assert (inputs["routing_profile_id"], inputs["tags"]) == ("other", {"site": "ldn"})
    assert "phone_config" not in inputs


def test_other_names_of_a_roster_s_columns_are_read_too_unless_a_directory_may_use_them(tmp_path: Path) -> None:
    text = f"{ENTRA},proficiencies,acw,Phone,mobile\n{_entra('ada@example.com')},lang:en=5,30,x,y\n"
    inputs = _people(_table(tmp_path, text))["ada@example.com"].inputs
    assert inputs["user_proficiencies"] == [{"attribute_name": "lang", "attribute_value": "en", "level": 5}]
    assert inputs["phone_config"] == {"after_contact_work_time_limit": 30}


def test_a_roster_of_which_the_personas_name_a_column_keeps_all_its_columns(tmp_path: Path) -> None:
    """As the console's template, with a column for who is there."""
    text = "User login,Routing profile name,Phone number,Enabled\nada,Support,+441632960961,yes\nbo,Support,,no\n"
    table = _table(tmp_path, text, active="Enabled")
    assert table.inactive == ("bo",)
    assert {name: column and column.name for name, column in table.columns.items()} == {
        "User login": "username",
        "Routing profile name": "routing_profile",
        "Phone number": "phone_config.desk_phone_number",
        "Enabled": None,
    }


@pytest.mark.parametrize(
    "header",
    [
        "login,firstName,lastName,email,status",
        "Okta username,First name,Last name,Primary email,Okta user status",
        "Login,User,Status,First Name,Email,Last Name",
    ],
)
def test_reports_of_okta_are_read_as_they_are(tmp_path: Path, header: str) -> None:
    by_header = {
        **dict.fromkeys(("login", "okta username"), "{}@example.com"),
        **dict.fromkeys(("firstname", "first name"), "Ada"),
        **dict.fromkeys(("lastname", "last name"), "Doe"),
        **dict.fromkeys(("email", "primary email"), "{}@example.com"),
        **dict.fromkeys(("status", "okta user status"), "{status}"),
        "user": "Ada Doe",
    }
    line = ",".join(by_header[name.lower()] for name in header.split(","))
    statuses = ["ACTIVE", "STAGED", "Locked out", "Password reset", "DEPROVISIONED", "Deactivated", "Suspended"]
    rows = [line.replace("{}", f"u{n}").replace("{status}", status) for n, status in enumerate(statuses)]
    table = _table(tmp_path, "\n".join([header, *rows]))
    assert table.form == "Okta"
    assert table.inactive == ("u4@example.com", "u5@example.com", "u6@example.com")
    people = _people(table)
    assert sorted(people) == [f"u{n}@example.com" for n in range(4)]
    assert people["u0@example.com"].inputs["identity_info"]["email"] == "u0@example.com"


ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _scim(name: str, **more: Any) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
        "id": name,
        "userName": f"{name}@example.com",
        "name": {"givenName": name.title(), "familyName": "Doe", "formatted": f"{name.title()} Doe"},
        "emails": [
            {"value": f"{name}@home.example", "type": "home"},
            {"value": f"{name}@example.com", "type": "work"},
        ],
        "active": True,
        "groups": [{"value": "g1", "display": "Connect Sales"}],
        ENTERPRISE: {"department": "Sales", "manager": {"value": "m1"}},
        "meta": {"resourceType": "User"},
        **more,
    }


def _response(*users: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(users) if total is None else total,
        "startIndex": 1,
        "itemsPerPage": len(users),
        "Resources": list(users),
    }


def test_an_answer_of_a_scim_interface_is_read_as_it_is(tmp_path: Path) -> None:
    primary = [{"value": "di@example.com", "type": "work"}, {"value": "di@example.org", "primary": True}]
    users = [
        _scim("ada"),
        _scim("bo", active=False),
        _scim("cy", active=None, emails=[]),
        _scim("di", active="true", emails=primary),
    ]
    table = _table(tmp_path, json.dumps(_response(*users), indent=1), "scim.json")
    assert (table.form, table.inactive) == ("SCIM 2.0", ("bo@example.com",))
    people = _people(table)
    assert sorted(people) == ["ada@example.com", "cy@example.com", "di@example.com"]
    ada = {"first_name": "Ada", "last_name": "Doe", "email": "ada@example.com"}
    assert people["ada@example.com"].inputs["identity_info"] == ada
    assert people["di@example.com"].inputs["identity_info"]["email"] == "di@example.org"
    assert "email" not in people["cy@example.com"].inputs["identity_info"]
    assert people["ada@example.com"].line == 9


def test_rows_of_a_program_may_be_an_answer_of_scim() -> None:
    table = read(_response(_scim("ada"), _scim("bo")))
    assert [row.line for row in table.rows] == [1, 2]
    assert list(_people(table)) == ["ada@example.com", "bo@example.com"]


@pytest.mark.parametrize("when", [{"groups": "Connect *"}, {"groups": "g1"}, {"department": "Sales"}])
def test_rules_go_by_the_groups_and_the_enterprise_attributes_of_scim(when: dict[str, str]) -> None:
    personas = read_personas({"personas": {"a": {}}, "rules": [{"persona": "a", "when": when}]})
    judged = judge(read(_response(_scim("ada"))), RosterOptions(personas=personas))
    assert [person.choice and person.choice.persona for person in judged.people] == ["a"]


@pytest.mark.parametrize(
    ("column", "problems"),
    [("department", 0), ("title", 0), ("departement", 1)],
)
def test_scim_leaves_out_what_nobody_has_but_a_rule_may_be_misspelt(column: str, problems: int) -> None:
    rules = [{"persona": "a", "when": {column: "x"}}]
    personas = read_personas({"personas": {"a": {}}, "rules": rules, "default": "a"})
    judged = judge(read(_response(_scim("ada"))), RosterOptions(personas=personas))
    assert len([each for each in judged.problems if column in each.column]) == problems


def test_one_page_of_several_is_refused_and_all_pages_are_one_roster(tmp_path: Path) -> None:
    """An answer of SCIM has a hundred people, of thousands; everybody else would leave."""
    for number, user in enumerate((_scim("ada"), _scim("bo", active=False)), start=1):
        (tmp_path / f"page{number}.json").write_text(json.dumps(_response(user, total=2)), encoding="utf-8")
    with pytest.raises(UnreadableRoster) as refused:
        read(tmp_path / "page1.json")
    assert refused.value.reason == "has 1 of 2 users; list the files of all pages, or the other users would leave"
    assert list(_people(read(tmp_path))) == ["ada@example.com"]


def test_each_of_several_exports_has_to_be_complete_and_an_inactive_account_counts_once(tmp_path: Path) -> None:
    """The users of the second one who are on its second page would leave."""
    off = _scim("off", active=False)
    users = [[_scim("ada"), off], [_scim("cy"), off], [off], [_scim("di")]]
    pages = [_response(*users[0]), *(_response(*page, total=3) for page in users[1:])]
    pages[2]["startIndex"] = pages[3]["startIndex"] = 3
    for number, page in enumerate(pages):
        (tmp_path / f"{number}.json").write_text(json.dumps(page), encoding="utf-8")
    with pytest.raises(UnreadableRoster, match="has 4 of 5 users"):
        read([tmp_path / f"{number}.json" for number in (0, 1, 2)])
    files = [tmp_path / f"{number}.json" for number in (0, 1, 3)]
    assert [name[:2] for name in _people(read(files))] == ["ad", "cy", "di"]


@pytest.mark.parametrize("total", [0, 1])
def test_a_page_without_users_may_have_no_list_of_them(tmp_path: Path, total: int) -> None:
    """RFC 7644, 3.4.2: the list is required only if there are users."""
    page = {"schemas": [], "totalResults": total, "startIndex": total + 1}
    files = [tmp_path / "1.json", tmp_path / "2.json"]
    for file, document in zip(files, (_response(*[_scim("ada")][:total]), page), strict=True):
        file.write_text(json.dumps(document), encoding="utf-8")
    assert len(read(files).rows) == total


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ({"schemas": [], "Resources": {}}, "Resources is not a list"),
        ({"schemas": [], "Resources": ["ada"]}, "is not a user; Resources is a list of dicts"),
        ({"schemas": [], "Resources": [_scim("ada", title="x" * 40_000)]}, "a cell has 40,000 characters"),
    ],
)
def test_an_answer_of_another_shape_is_refused(document: Any, reason: str) -> None:
    with pytest.raises(UnreadableRoster, match=reason):
        read(document)


def test_any_file_is_read_by_the_columns_that_the_personas_name(tmp_path: Path) -> None:
    text = "UPN,Vorname,Nachname,Aktiv,Phone Number\nada@example.com,Ada,Doe,ja,12\nbo@example.com,Bo,Doe,nein,13\n"
    columns = {"username": "upn", "identity_info.first_name": "Vorname", "last_name": "Nachname", "active": "Aktiv"}
    table = _table(tmp_path, text, **columns)
    assert table.inactive == ("bo@example.com",)
    inputs = _people(table)["ada@example.com"].inputs
    assert inputs["identity_info"] == {"first_name": "Ada", "last_name": "Doe"}
    assert "phone_config" not in inputs


def test_columns_win_over_those_of_a_known_form_and_may_share_a_header(tmp_path: Path) -> None:
    columns = {"username": "mail", "identity_info.email": "mail", "active": "directorySynced"}
    table = _table(tmp_path, f"{ENTRA}\n{_entra('ada@example.com', 'False')}\n", **columns)
    assert table.form == "Entra ID"
    person = _people(table)["ada@example.com"]
    assert person.inputs["identity_info"] == {"first_name": "Ada", "last_name": "Doe", "email": "ada@example.com"}


def test_a_header_that_columns_name_and_no_file_has_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("UPM,Vorname\nada,Ada\n", encoding="utf-8")
    columns = {"username": "UPN", "identity_info.first_name": "Vorname"}
    personas = read_personas({**PERSONAS, "columns": columns})
    judged = judge(read(tmp_path / "people.csv", personas), RosterOptions(personas=personas))
    assert "personas: columns.username: the roster has no column 'UPN'; did you mean 'UPM'?" in map(
        str, judged.problems
    )


def test_the_error_about_a_file_with_headers_of_its_own_names_columns(tmp_path: Path) -> None:
    (problem,) = _judged(_table(tmp_path, "UPN,Vorname\nada,Ada\n")).problems
    assert problem.text.endswith("or name them by columns: {username: HEADER} in the personas")


def test_a_status_that_nobody_knows_is_refused_rather_than_guessed(tmp_path: Path) -> None:
    with pytest.raises(UnreadableRoster) as refused:
        _table(tmp_path, "login,status\nada,ACTIVE\nbo,Frozen\ncy,Frozen\n")
    assert (refused.value.line, refused.value.reason.partition(";")[0]) == (
        3,
        "status: 'Frozen' does not say whether the account is active (and 1 more row)",
    )


def test_what_only_looks_like_an_export_is_a_roster(tmp_path: Path) -> None:
    """A file with a column username is somebody's own, and an unknown column of it is a problem as ever."""
    table = _table(tmp_path, "username,userPrincipalName,accountEnabled\nada,ada@example.com,False\n")
    assert (table.form, len(table.rows)) == ("", 1)
    assert len(_judged(table).problems) == 2


@pytest.mark.parametrize(
    ("columns", "email"),
    [
        ({"identity_info.email": "UPN", "username": "UPN"}, "ada@x.org"),
        ({"username": "UPN", "identity_info.email": "UPN"}, "ada@x.org"),
        ({"identity_info.email": "username", "username": "username"}, "ada1"),
        ({"identity_info.email": "username", "identity_info.first_name": "UPN", "username": "UPN"}, "ada1"),
    ],
)
def test_columns_may_share_a_header_in_any_order(tmp_path: Path, columns: dict[str, str], email: str) -> None:
    """Also if the file has a header like the name of one of them, which means something else there."""
    table = _table(tmp_path, "username,UPN\nada1,ada@x.org\n", **columns)
    row = RowReader(table.columns, ValueReader({})).of(table.rows[0], ())
    assert row.problems == []
    assert (row.inputs["username"], row.inputs["identity_info"]["email"]) == (
        "ada1" if columns["username"] == "username" else "ada@x.org",
        email,
    )
