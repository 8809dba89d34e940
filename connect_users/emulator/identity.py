"""Rules of a user's identity, which depend on the instance's identity management type (facts, section 3).

Cross-field and identity-management violations are InvalidRequestException, a value outside its own limits is
InvalidParameterException (facts, section 3, proposal [I]).
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from connect_users.emulator.errors import invalid_parameter, invalid_request, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Pattern in the text of UserIdentityInfo$SecondaryEmail [M].
_EMAIL: Final = re.compile(r"(?=^.{0,265}$)[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{2,63}")
#: CreateUser$Username [M]: `[a-zA-Z0-9_-.\@]+` for SAML.
_SAML_USERNAME: Final = re.compile(r"[a-zA-Z0-9_\-.@]+")
#: `alias@userId@orgId` or `userId@orgId` of Salesforce Service Cloud Voice (Salesforce Help): live instances have such.
_VOICE_USERNAME: Final = re.compile(r"([\w.-]+@)?005(\w{12}|\w{15})@00D(\w{12}|\w{15})", re.ASCII)
#: Section 3: for CONNECT_MANAGED, names have 1-255 and 1-256 characters; the shapes allow 0-255 and 0-300 [M].
_MANAGED_NAMES: Final = {"FirstName": 255, "LastName": 256}


def check_username(username: str, management: str, limit: int) -> None:
    """Length, characters (SAML) and `@` only in an e-mail-shaped name [M] or one of Service Cloud Voice."""
    if len(username) > limit:
        raise invalid_parameter(f"Username: {len(username)} characters given, 1 to {limit} allowed")
    if management == "SAML" and (len(username) > 64 or not _SAML_USERNAME.fullmatch(username)):
        raise invalid_parameter("Username: with SAML, up to 64 characters of [a-zA-Z0-9_-.@] are allowed")
    if "@" in username and not (_EMAIL.fullmatch(username) or _VOICE_USERNAME.fullmatch(username)):
        raise invalid_parameter("Username: @ is allowed in an e-mail address only, as in testuser@example.com")


def check_password(password: str | None, management: str) -> None:
    """Required for CONNECT_MANAGED, an error otherwise [M]; its pattern is checked with the shape."""
    if management == "CONNECT_MANAGED":
        if password is None:
            raise missing("Password")
    elif password is not None:
        raise invalid_request(f"Password must not be given: the instance uses {management} for identity management")


def check_directory_user_id(directory_user_id: str | None, management: str) -> None:
    """With SAML the parameter is an error [M]."""
    if directory_user_id is not None and management == "SAML":
        raise invalid_request("DirectoryUserId must not be given: the instance uses SAML for identity management")


def check_new(info: Mapping[str, Any], management: str) -> None:
    """Identity of a new user: names required unless a directory owns them [M]; e-mail observed optional [O]."""
    if management != "EXISTING_DIRECTORY":
        for name in ("FirstName", "LastName"):
            if info.get(name) is None:
                raise missing(f"IdentityInfo.{name}")
    check_values(info, management)


def check_change(info: Mapping[str, Any], management: str) -> None:
    """UpdateUserIdentityInfo: a directory's names and e-mail cannot be changed from Connect (section 2 [M])."""
    if management == "EXISTING_DIRECTORY":
        for name in ("FirstName", "LastName", "Email"):
            if info.get(name) is not None:
                raise invalid_request(f"IdentityInfo.{name} belongs to the directory and cannot be changed")
    check_values(info, management)


def check_values(info: Mapping[str, Any], management: str) -> None:
    """Values of names and addresses that are given."""
    for name, limit in _MANAGED_NAMES.items():
        value = info.get(name)
        if value is None:
            continue
        if management == "CONNECT_MANAGED" and not 1 <= len(value) <= limit:
            raise invalid_parameter(f"IdentityInfo.{name}: {len(value)} characters given, 1 to {limit} allowed")
        if not unicodedata.is_normalized("NFC", value):
            raise invalid_parameter(f"IdentityInfo.{name} must be in Unicode Normalization Form C (NFC)")
    if info.get("Email") is not None and management == "SAML":
        raise invalid_request("IdentityInfo.Email must not be given: the instance uses SAML for identity management")
    secondary = info.get("SecondaryEmail")
    if secondary is not None and not _EMAIL.fullmatch(secondary):
        raise invalid_parameter(f"IdentityInfo.SecondaryEmail must satisfy the pattern {_EMAIL.pattern}")
