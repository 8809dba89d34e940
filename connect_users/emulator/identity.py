"""Rules of a user's identity, which depend on the instance's identity management type.

A violation across fields, or of the identity management type, is InvalidRequestException. A value outside its own
limits is InvalidParameterException [I].
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
_SAML_USERNAME: Final = re.compile(r"[a-zA-Z0-9_\-.@]{1,64}")
#: `alias@userId@orgId` or `userId@orgId` of Salesforce Service Cloud Voice (Salesforce Help): live instances have such.
_VOICE_USERNAME: Final = re.compile(r"([\w.-]+@)?005(\w{12}|\w{15})@00D(\w{12}|\w{15})", re.ASCII)
#: For CONNECT_MANAGED, names have 1-255 and 1-256 characters; the shapes allow 0-255 and 0-300 [M].
NAMES: Final = {"FirstName": 255, "LastName": 256}
#: What a directory owns, so that Connect cannot change it [M].
OWNED: Final = (*NAMES, "Email")


def check_new_user(params: Mapping[str, Any], info: Mapping[str, Any], management: str, username_limit: int) -> None:
    """CreateUser. Names are required unless a directory owns them [M]; an e-mail address is optional [O]."""
    username = params["Username"]
    if len(username) > username_limit:
        raise invalid_parameter(f"Username has {len(username)} characters; it must have 1 to {username_limit}")
    if management == "SAML" and not _SAML_USERNAME.fullmatch(username):
        raise invalid_parameter("Username: with SAML, up to 64 characters of [a-zA-Z0-9_-.@] are allowed")
    if "@" in username and not (_EMAIL.fullmatch(username) or _VOICE_USERNAME.fullmatch(username)):
        raise invalid_parameter("Username: @ is allowed only in an e-mail address, such as testuser@example.com")
    # The pattern of the password is checked with its shape.
    password = params.get("Password")
    if management == "CONNECT_MANAGED" and password is None:
        raise missing("Password")
    if management != "CONNECT_MANAGED" and password is not None:
        raise _not_allowed("Password", management)
    if management == "SAML" and params.get("DirectoryUserId") is not None:
        raise _not_allowed("DirectoryUserId", management)
    if management != "EXISTING_DIRECTORY":
        for name in NAMES:
            if info.get(name) is None:
                raise missing(f"IdentityInfo.{name}")
    _check_values(info, management)


def check_change(info: Mapping[str, Any], management: str) -> None:
    """UpdateUserIdentityInfo: a directory's names and e-mail cannot be changed in Connect [M]."""
    if management == "EXISTING_DIRECTORY":
        for name in OWNED:
            if info.get(name) is not None:
                raise invalid_request(f"IdentityInfo.{name} belongs to the directory and cannot be changed")
    _check_values(info, management)


def _check_values(info: Mapping[str, Any], management: str) -> None:
    for name, limit in NAMES.items():
        value = info.get(name)
        if value is None:
            continue
        if management == "CONNECT_MANAGED" and not 1 <= len(value) <= limit:
            raise invalid_parameter(f"IdentityInfo.{name} has {len(value)} characters; it must have 1 to {limit}")
        if not unicodedata.is_normalized("NFC", value):
            raise invalid_parameter(f"IdentityInfo.{name} must be in Unicode Normalization Form C (NFC)")
    if info.get("Email") is not None and management == "SAML":
        raise _not_allowed("IdentityInfo.Email", management)
    secondary = info.get("SecondaryEmail")
    if secondary is not None and not _EMAIL.fullmatch(secondary):
        raise invalid_parameter(f"IdentityInfo.SecondaryEmail must satisfy the pattern {_EMAIL.pattern}")


def _not_allowed(member: str, management: str) -> Exception:
    return invalid_request(f"{member} is not allowed: the instance uses {management} for identity management")
