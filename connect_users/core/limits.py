"""Amazon Connect's documented limits on users, each with its unit and source.

"model" is the Connect service model that botocore ships (API version 2017-08-08); "guide" is the Amazon Connect
administrator guide; "CloudFormation" is the schema of AWS::Connect::User. Where the sources disagree, the comment
says which one is followed and why.
"""

from __future__ import annotations

from typing import Final

from connect_users.core.patterns import pattern

#: Ids of instances and of what is in them, as Connect makes them; the model allows other strings.
ID_PATTERN: Final = pattern(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
#: The alias of an instance. Model: DirectoryAlias, without its ban of "d-".
ALIAS_PATTERN: Final = pattern(r"[0-9a-zA-Z][0-9a-zA-Z-]{0,44}")
#: Characters of a username. Model: AgentUsername 1-100; CloudFormation and SAML: 64, which is followed.
USERNAME_MAX: Final = 64
#: Documented for instances without SAML, not enforced in practice (Terraform's acceptance tests use longer names).
USERNAME_MAX_WITHOUT_SAML: Final = 20
#: CloudFormation; the guide says the same for SAML.
USERNAME_PATTERN: Final = pattern(r"[a-zA-Z0-9_.@-]+")
#: CreateUser: "@" is accepted only inside a whole e-mail address; testuser@example is refused.
USERNAME_EMAIL_PATTERN: Final = pattern(r"[a-zA-Z0-9_.-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+")
#: Salesforce Help, Service Cloud Voice: it names its Connect users ``alias@userId@orgId`` or ``userId@orgId``, whatever
#: CreateUser says of "@". Ids have 15 characters, or 18 with their check; 005 begins a user's, 00D an organization's.
USERNAME_SERVICE_CLOUD_VOICE: Final = pattern(
    r"([a-zA-Z0-9_.-]+@)?005[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?@00D[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?"
)

#: Model: Password, whose pattern is written with JavaScript's slashes.
PASSWORD_MIN: Final = 8
PASSWORD_MAX: Final = 64
PASSWORD_PARTS: Final = {
    "a lower-case letter": pattern(r"[a-z]"),
    "an upper-case letter": pattern(r"[A-Z]"),
    "a digit": pattern(r"[0-9]"),
}
BLANK: Final = pattern(r"\s")

#: Characters. Model: AgentFirstName, AgentLastName; UserIdentityInfo's text has the smaller one for CONNECT_MANAGED.
FIRST_NAME_MAX: Final = 255
LAST_NAME_MAX: Final = 300
LAST_NAME_MAX_CONNECT_MANAGED: Final = 256
#: Characters. UserIdentityInfo, text of SecondaryEmail.
SECONDARY_EMAIL_MAX: Final = 265
SECONDARY_EMAIL_PATTERN: Final = pattern(
    rf"(?=^.{{0,{SECONDARY_EMAIL_MAX}}}$)[a-zA-Z0-9._%+-]+@[a-zA-Z0-9.-]+\.[a-zA-Z]{{2,63}}"
)

#: Model: PhoneNumber and SensitivePhoneNumber (E.164); the former's pattern is escaped twice there.
PHONE_NUMBER_PATTERN: Final = pattern(r"\+[1-9][0-9]{1,14}")

#: Seconds; 0 = unlimited, the agent closes the contact. CreateUser, text of AfterContactWorkTimeLimit.
AFTER_CONTACT_WORK_MAX: Final = 2_000_000
#: Seconds after which after-contact work of a chat ends whatever was set (same text).
AFTER_CONTACT_WORK_CHAT_END: Final = 5_400

#: Model: SecurityProfileIds.
SECURITY_PROFILES_MIN: Final = 1
SECURITY_PROFILES_MAX: Final = 10

#: Proficiencies per agent; guide, service limits (adjustable).
PROFICIENCIES_MAX: Final = 10
#: Model: ProficiencyLevel is a float, of which UserProficiency's text allows 1, 2, 3, 4 and 5.
PROFICIENCY_LEVELS: Final = (1, 2, 3, 4, 5)
#: Characters. Model: PredefinedAttributeName, PredefinedAttributeStringValue.
ATTRIBUTE_TEXT_MAX: Final = 100

#: Tags per resource, those of "aws:" not counted. Model: TagMap.
TAGS_MAX: Final = 50
#: Of them, those that the provider itself sets, unless connect-users:ownershipTag is false.
OWNERSHIP_TAGS: Final = 1
#: Characters. Model: TagKey, TagValue.
TAG_KEY_MAX: Final = 128
TAG_VALUE_MAX: Final = 256
#: Model: TagKey is [\p{L}\p{Z}\p{N}_.:/=+\-@]*; these are the characters beside letters, numbers and separators.
TAG_KEY_PUNCTUATION: Final = frozenset("_.:/=+-@")

#: Characters of an id in a request. Model: InstanceId; the other ids have no length there.
ID_MAX: Final = 100
#: Characters. Secrets Manager: SecretId.
SECRET_ID_MAX: Final = 2_048

CHANNELS: Final = ("VOICE", "CHAT", "TASK", "EMAIL")
PHONE_TYPES: Final = ("SOFT_PHONE", "DESK_PHONE")
VOICE_ENHANCEMENT_MODES: Final = ("VOICE_ISOLATION", "NOISE_SUPPRESSION", "NONE")
#: Model: DirectoryType, the instance's identity management type; fixed when the instance is made.
IDENTITY_MANAGEMENT_TYPES: Final = ("SAML", "CONNECT_MANAGED", "EXISTING_DIRECTORY")
ON_PASSWORD_CHANGE: Final = ("refuse", "ignore", "replace")
SIGN_OUT: Final = ("never", "on_delete", "on_loss")

# Files of people. AWS limits none of this: a roster comes with a pull request, and reading it must end soon, in a few
# hundred megabytes, whoever wrote it. 20,000 people with 60 columns, three times what anybody has, stay within all.

#: Characters of a file's name, on all systems. A longer one is most likely the text of a file.
FILE_NAME_MAX: Final = 255
#: Bytes of a file. 20,000 people with 60 columns are about 25 MB of JSON.
ROSTER_BYTES_MAX: Final = 64 * 2**20
#: Rows with a person.
ROSTER_ROWS_MAX: Final = 100_000
#: Different headers; ours are about 50, and a resource has at most 50 tags.
ROSTER_COLUMNS_MAX: Final = 500
#: Cells, of JSON and YAML values of any kind, as often as aliases repeat them.
ROSTER_CELLS_MAX: Final = 2_000_000
#: Characters of a cell. Excel: specifications and limits.
ROSTER_CELL_MAX: Final = 32_767
#: Characters of a header. Excel's own limit is that of a cell; a sentence or two fits.
ROSTER_HEADER_MAX: Final = 1_000
#: Values within each other, of YAML: five in a person, in a list or two dicts of people, and one to spare.
ROSTER_DEPTH_MAX: Final = 9
#: Problems that are kept of one roster, and characters of each: more are not read, and a log has to hold them.
ROSTER_PROBLEMS_MAX: Final = 1_000
ROSTER_MESSAGE_MAX: Final = 500
#: Rules of a file of personas, and values with ``*`` in them: every row may have to be compared with each.
PERSONAS_RULES_MAX: Final = 500
PERSONAS_PATTERNS_MAX: Final = 500
#: Bytes of all parts of a workbook when inflated; 20,000 people with 60 columns have about 70 MB.
WORKBOOK_BYTES_MAX: Final = 128 * 2**20
#: Parts of a workbook; one has about five for each sheet.
WORKBOOK_PARTS_MAX: Final = 5_000
#: Rows and columns of a sheet. Excel: specifications and limits.
WORKBOOK_ROWS_MAX: Final = 1_048_576
WORKBOOK_COLUMNS_MAX: Final = 16_384
#: Elements of a part of a workbook beside its rows, cells and strings: formats, hyperlinks, rules. Excel allows 65,490
#: formats of cells.
WORKBOOK_ELEMENTS_MAX: Final = 250_000
