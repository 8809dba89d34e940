"""Rules on who somebody is, on both sides of each limit: username, password, names and addresses."""

from __future__ import annotations

from typing import Any

from connect_users.core.spec import UNKNOWN

#: Sentence, changes of the default user; problems and warnings as "path: beginning of the text".
Row = tuple[str, dict[str, Any], list[str], list[str]]

#: Nothing is the matter.
FINE: list[str] = []
E164 = "characters are not an E.164 number; write + and 2 to 15 digits, the first not 0"
NAMES = {"first_name": "Ada", "last_name": "Lovelace"}
ADA = {**NAMES, "email": "ada@example.com"}


def managed(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "CONNECT_MANAGED", **changes}


def saml(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "SAML", "password": None, "identity_info": NAMES, **changes}


def directory(**changes: Any) -> dict[str, Any]:
    return {"identity_management_type": "EXISTING_DIRECTORY", "password": None, "identity_info": None, **changes}


LONG = "agent-with-a-long-name"  # 22 characters
TWENTY = "x" * 20
#: A user and an organization of Salesforce, by their ids.
VOICE = "005Ah000000ABCEIA2@00DAu000000x110EAA"

USERNAME: list[Row] = [
    ("20 characters are fine", {"username": TWENTY}, FINE, FINE),
    ("21 characters are a warning", {"username": TWENTY + "x"}, FINE, [f"username: '{TWENTY}x' has 21 characters"]),
    ("64 characters are a warning", {"username": "x" * 64}, FINE, [f"username: '{'x' * 64}' has 64 characters"]),
    ("64 characters are fine with SAML", saml(username="x" * 64), FINE, FINE),
    ("22 characters warn with CONNECT_MANAGED", managed(username=LONG), FINE, [f"username: '{LONG}' has 22"]),
    ("22 characters warn with a directory", directory(username=LONG), FINE, [f"username: '{LONG}' has 22"]),
    (
        "22 characters are fine while the type is not known",
        {"username": LONG, "identity_management_type": UNKNOWN},
        FINE,
        FINE,
    ),
    (
        "65 characters are too many",
        saml(username="x" * 65),
        ["username: has 65 characters; AWS allows 1 to 64"],
        FINE,
    ),
    ("no characters are too few", {"username": ""}, ["username: has 0 characters; AWS allows 1 to 64"], FINE),
    ("all allowed characters are fine", {"username": "aZ0_.-"}, FINE, FINE),
    ("a name of Service Cloud Voice is fine", {"username": f"bstone@{VOICE}"}, FINE, FINE),
    ("a name of Service Cloud Voice without an alias is fine", managed(username=VOICE), FINE, FINE),
    ("its ids may have 15 characters", {"username": "b.stone@005Ah000000ABCE@00DAu000000x110"}, FINE, FINE),
    (
        "other names with two @ are not",
        {"username": f"bstone@{VOICE[3:]}", "identity_management_type": UNKNOWN},
        [f"username: 'bstone@{VOICE[3:]}' has an @ but is not an e-mail address"],
        FINE,
    ),
    (
        "other characters are named",
        {"username": "é b/c"},
        ["username: 'é b/c' has a blank, '/', 'é'; AWS allows letters, digits and _ - . @"],
        FINE,
    ),
    ("an @ in a whole address is fine", {"username": "ada@example.com"}, FINE, FINE),
    (
        "an @ without a domain is refused",
        {"username": "testuser@example"},
        ["username: 'testuser@example' has an @ but is not an e-mail address"],
        FINE,
    ),
    (
        "two @ are refused",
        {"username": "a@b@c.de"},
        ["username: 'a@b@c.de' has an @ but is not an e-mail address"],
        FINE,
    ),
]

PASSWORD: list[Row] = [
    ("8 characters are enough", {"password": "Abcdefg1"}, FINE, FINE),
    ("7 characters are too few", {"password": "Abcdef1"}, ["password: has 7 characters; AWS allows 8 to 64"], FINE),
    (
        "1 character is too few",
        {"password": "A"},
        [
            "password: has 1 character; AWS allows 8 to 64",
            "password: lacks a lower-case letter and a digit; AWS requires one of each",
        ],
        FINE,
    ),
    ("64 characters are allowed", {"password": "Ab1" + "x" * 61}, FINE, FINE),
    (
        "65 characters are too many",
        {"password": "Ab1" + "x" * 62},
        ["password: has 65 characters; AWS allows 8 to 64"],
        FINE,
    ),
    ("symbols are allowed", {"password": "Ab1-?!§€"}, FINE, FINE),
    ("a lower-case letter is needed", {"password": "ABCDEFG1"}, ["password: lacks a lower-case letter;"], FINE),
    ("an upper-case letter is needed", {"password": "abcdefg1"}, ["password: lacks an upper-case letter;"], FINE),
    ("a digit is needed", {"password": "Abcdefgh"}, ["password: lacks a digit; AWS requires one of each"], FINE),
    ("a digit of another script is none", {"password": "Abcdefg٣"}, ["password: lacks a digit;"], FINE),
    (
        "letters of another script are none",
        {"password": "äöüÄÖÜ12"},
        ["password: lacks a lower-case letter and an"],
        FINE,
    ),
    ("a blank is refused", {"password": "Abcdefg 1"}, ["password: has a blank; AWS allows none"], FINE),
    ("no password is fine while no type is declared", {"password": None}, FINE, FINE),
    (
        "CONNECT_MANAGED needs a password",
        managed(password=None),
        ["password: missing; CONNECT_MANAGED users need password or password_secret_arn"],
        FINE,
    ),
    ("CONNECT_MANAGED is fine with a secret", managed(password=None, password_secret_arn="arn:x"), FINE, FINE),
    ("CONNECT_MANAGED is fine with an unknown password", managed(password=UNKNOWN), FINE, FINE),
    ("an adopted user needs no password", managed(password=None, adopt_existing=True), FINE, FINE),
    ("a user that may be adopted needs none", managed(password=None, adopt_existing=UNKNOWN), FINE, FINE),
    (
        "a user that is not adopted needs one",
        managed(password=None, adopt_existing=False),
        ["password: missing; CONNECT_MANAGED"],
        FINE,
    ),
    ("SAML allows no password", saml(password="Abcdefg1"), ["password: given, but the instance uses SAML"], FINE),
    (
        "SAML allows no secret",
        saml(password_secret_arn="arn:x"),
        ["password_secret_arn: given, but the instance uses SAML; remove it"],
        FINE,
    ),
    ("SAML allows no password, known or not", saml(password=UNKNOWN), ["password: given, but the instance"], FINE),
    (
        "a directory allows no password",
        directory(password="Abcdefg1"),
        ["password: given, but the instance uses EXISTING_DIRECTORY; remove it"],
        FINE,
    ),
    (
        "one source of the password is enough",
        {"password_secret_arn": "arn:x"},
        ["password: given together with password_secret_arn; keep one of them"],
        FINE,
    ),
    ("2,048 characters name a secret", {"password": None, "password_secret_arn": "x" * 2_048}, FINE, FINE),
    (
        "2,049 characters name none",
        {"password": None, "password_secret_arn": "x" * 2_049},
        ["password_secret_arn: is not the ARN or name of a Secrets Manager secret"],
        FINE,
    ),
    ("an empty text names none", {"password": None, "password_secret_arn": ""}, ["password_secret_arn: is not"], FINE),
    (
        "a text with a blank names none",
        {"password": None, "password_secret_arn": "a b"},
        ["password_secret_arn: is not"],
        FINE,
    ),
]

IDENTITY: list[Row] = [
    ("a whole CONNECT_MANAGED user is fine", managed(), FINE, FINE),
    ("a whole SAML user is fine", saml(identity_info={**NAMES, "secondary_email": "a@example.com"}), FINE, FINE),
    ("a whole directory user is fine", directory(directory_user_id="d"), FINE, FINE),
    ("no identity is fine while no type is declared", {"identity_info": None}, FINE, FINE),
    (
        "CONNECT_MANAGED needs both names, and should have an e-mail",
        managed(identity_info=None),
        ["identity_info.first_name: missing; CONNECT_MANAGED", "identity_info.last_name: missing; CONNECT_MANAGED"],
        ["identity_info.email: missing; AWS documents it as required"],
    ),
    (
        "SAML needs both names, empty ones are none",
        saml(identity_info={"first_name": "", "last_name": ""}),
        ["identity_info.first_name: missing; SAML users", "identity_info.last_name: missing; SAML users"],
        FINE,
    ),
    ("an identity that is not known is not missing", managed(identity_info=UNKNOWN), FINE, FINE),
    (
        "members that are not known are not missing",
        managed(identity_info={"first_name": UNKNOWN, "last_name": UNKNOWN, "email": UNKNOWN}),
        FINE,
        FINE,
    ),
    (
        "SAML allows no e-mail",
        saml(identity_info=ADA),
        ["identity_info.email: given, but the instance uses SAML; remove it (secondary_email is allowed)"],
        FINE,
    ),
    (
        "a directory owns names and e-mail",
        directory(identity_info=ADA),
        FINE,
        [
            "identity_info.first_name: belongs to the directory; Connect cannot change it",
            "identity_info.last_name: belongs to the directory; Connect cannot change it",
            "identity_info.email: belongs to the directory; Connect cannot change it",
        ],
    ),
    ("a directory does not own the mobile", directory(identity_info={"mobile": "+4930123456"}), FINE, FINE),
    (
        "SAML allows no directory id",
        saml(directory_user_id="d"),
        ["directory_user_id: given, but the instance uses SAML; remove it"],
        FINE,
    ),
    ("CONNECT_MANAGED allows a directory id", managed(directory_user_id="d"), FINE, FINE),
    (
        "an empty directory id is refused",
        directory(directory_user_id=""),
        ["directory_user_id: is empty; remove it"],
        FINE,
    ),
    ("255 characters are a first name", {"identity_info": {"first_name": "x" * 255}}, FINE, FINE),
    (
        "256 characters are none",
        {"identity_info": {"first_name": "x" * 256}},
        ["identity_info.first_name: has 256 characters; AWS allows at most 255"],
        FINE,
    ),
    ("300 characters are a last name", {"identity_info": {"last_name": "x" * 300}}, FINE, FINE),
    (
        "301 characters are none",
        {"identity_info": {"last_name": "x" * 301}},
        ["identity_info.last_name: has 301 characters; AWS allows at most 300"],
        FINE,
    ),
    (
        "256 characters are a last name with CONNECT_MANAGED",
        managed(identity_info={**ADA, "last_name": "x" * 256}),
        FINE,
        FINE,
    ),
    (
        "257 characters are none",
        managed(identity_info={**ADA, "last_name": "x" * 257}),
        ["identity_info.last_name: has 257 characters; AWS allows at most 256"],
        FINE,
    ),
    ("a name in NFC is fine", {"identity_info": {"first_name": "Zo\u00eb"}}, FINE, FINE),
    (
        "a name that is not in NFC is refused",
        {"identity_info": {"first_name": "Zoe\u0308"}},
        ["identity_info.first_name: is not in Unicode Normalization Form C; normalize it to NFC"],
        FINE,
    ),
    (
        "an e-mail without an @ is a warning",
        {"identity_info": {"email": "ada.example.com"}},
        FINE,
        ["identity_info.email: does not look like an e-mail address"],
    ),
    (
        "an e-mail with a blank is a warning",
        {"identity_info": {"email": "a da@example.com"}},
        FINE,
        ["identity_info.email: does"],
    ),
    ("an empty e-mail is none", {"identity_info": {"email": ""}}, FINE, FINE),
    (
        "a secondary e-mail of 265 characters is fine",
        {"identity_info": {"secondary_email": "x" * 253 + "@example.com"}},
        FINE,
        FINE,
    ),
    (
        "one of 266 characters is refused",
        {"identity_info": {"secondary_email": "x" * 254 + "@example.com"}},
        ["identity_info.secondary_email: is not an e-mail address of at most 265 characters"],
        FINE,
    ),
    (
        "a secondary e-mail needs a domain",
        {"identity_info": {"secondary_email": "ada@example"}},
        ["identity_info.secondary_email: is not"],
        FINE,
    ),
    ("15 digits are a mobile", {"identity_info": {"mobile": "+" + "1" * 15}}, FINE, FINE),
    (
        "16 digits are none",
        {"identity_info": {"mobile": "+" + "1" * 16}},
        [f"identity_info.mobile: the 17 {E164}"],
        FINE,
    ),
    ("2 digits are a mobile", {"identity_info": {"mobile": "+12"}}, FINE, FINE),
    ("1 digit is none", {"identity_info": {"mobile": "+1"}}, [f"identity_info.mobile: the 2 {E164}"], FINE),
    ("a 0 is no country", {"identity_info": {"mobile": "+0301234"}}, [f"identity_info.mobile: the 8 {E164}"], FINE),
    (
        "a number needs its +",
        {"identity_info": {"mobile": "4930123456"}},
        [f"identity_info.mobile: the 10 {E164}"],
        FINE,
    ),
]

ROWS = [*USERNAME, *PASSWORD, *IDENTITY]
