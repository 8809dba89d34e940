"""The program that an import writes, in the language of the project, and the project's own files. Pure.

A program in Python has a `ConnectUserRoster`, with the dynamic provider. One in another language goes by the plugin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from connect_users.core import spelling, tokens
from connect_users.core.errors import ConfigurationError
from connect_users.importing.literals import Go, quoted, typescript, yaml_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.core.spec import Props
    from connect_users.importing.literals import Json


class Language(Enum):
    """A language of programs, by the option's word."""

    PYTHON = "python"
    YAML = "yaml"
    TYPESCRIPT = "typescript"
    GO = "go"

    @property
    def runtime(self) -> str:
        """As a project's file calls it."""
        return "nodejs" if self is Language.TYPESCRIPT else self.value

    @property
    def main(self) -> str:
        """The file with the program."""
        return _MAIN[self]

    @property
    def plugin(self) -> bool:
        """Whether the program goes by the plugin."""
        return self is not Language.PYTHON

    @property
    def has_sdk(self) -> bool:
        """Whether programs need an SDK that Pulumi generates from the plugin's schema."""
        return self in (Language.TYPESCRIPT, Language.GO)


_MAIN: Final = {
    Language.PYTHON: "__main__.py",
    Language.YAML: "Pulumi.yaml",
    Language.TYPESCRIPT: "index.ts",
    Language.GO: "main.go",
}
PROJECT: Final = "Pulumi.yaml"
#: Of a project's file: ``runtime: go``, or ``runtime:`` with ``name: go`` among the lines below it.
_RUNTIME: Final = re.compile(
    r"""(?m)^["']?runtime["']?:[ \t]*(?:["']?(?P<word>[\w-]+)"""
    r"""|(?:\n[ \t]+.*?)*?\n[ \t]+name:[ \t]*["']?(?P<name>[\w-]+))"""
)


def language_of(project: str, wanted: Language | None) -> Language:
    """The language of a folder.

    Args:
        project: the text of its project's file; "" where there is none.

    Raises:
        ConfigurationError: the project has another language than is wanted, or one in which no program is written.
    """
    found = _RUNTIME.search(project)
    if found is None:
        return wanted or Language.PYTHON
    runtime = found["word"] or found["name"]
    there = next((each for each in Language if each.runtime == runtime), None)
    if there is None or wanted not in (None, there):
        what = f"not in {wanted.value}" if wanted else f"in which import writes no program ({', '.join(_words())})"
        raise ConfigurationError(
            f"the project of this folder has the runtime {runtime}, {what}; give another folder by --out"
        )
    return there


def _words() -> list[str]:
    return [each.value for each in Language]


def has_roster(language: Language) -> bool:
    """Whether a program of the language has its people by a roster; else it declares each of them."""
    return not language.plugin


@dataclass(frozen=True)
class Content:
    """What a program is about.

    Attributes:
        name: of the roster, and the beginning of its people's names as resources.
        roster: the name of its file.
        alias: "" of an instance that has none.
        people: username -> canonical inputs.
        identity_management_type: None where the program does not say it.
    """

    language: Language
    name: str
    roster: str
    arn: str
    alias: str
    region: str
    people: Mapping[str, Props]
    identity_management_type: str | None = None

    @property
    def project(self) -> str:
        """The name of the project."""
        return f"{self.alias or self.arn.rpartition('/')[2]}-users"

    @property
    def about(self) -> str:
        """What the program is, in a sentence for its first line."""
        joiners = f": joiners, movers and leavers are lines of {self.roster}." if has_roster(self.language) else "."
        return f"People of Amazon Connect {self.alias or self.arn}{joiners}"


def files(content: Content) -> dict[str, str]:
    """The files of a new project: name -> text, the program first."""
    if content.language is Language.YAML:
        return {PROJECT: f"{_project(content)}resources:\n{declarations(content)}"}
    return {
        content.language.main: _TEXTS[content.language](content),
        PROJECT: _project(content),
        **_package(content),
    }


def declarations(content: Content, program: str = "") -> str:
    """What a program has to declare and does not mention yet, as text to be put into it; "" for nothing."""
    if has_roster(content.language):
        return "" if content.roster in program else _python_roster(content)
    resources = {
        name: inputs
        for name, inputs in _resources(content).items()
        if not re.search(rf"(?<![\w.@-]){re.escape(name)}(?![\w.@-])", program)
    }
    return _RESOURCES[content.language](resources)


def _resources(content: Content) -> dict[str, Json]:
    """Name -> inputs of a resource for each person, in the plugin's words."""
    return {
        f"{content.name}-{username}": spelling.theirs(inputs) for username, inputs in sorted(content.people.items())
    }


def _project(content: Content) -> str:
    return (
        f"name: {content.project}\n"
        f"runtime: {content.language.runtime}\n"
        f"description: People of Amazon Connect {content.alias or content.arn.rpartition('/')[2]}\n"
        f"config:\n  connect-users:region:\n    value: {content.region}\n"
    )


# Python.


def _python(content: Content) -> str:
    return (
        f'"""{content.about}"""\n\nfrom connect_users import ConnectInstance, ConnectUserRoster\n\n'
        f"{_python_roster(content)}"
    )


def _python_roster(content: Content) -> str:
    identity = content.identity_management_type
    more = f"    identity_management_type={quoted(identity)},\n" if identity else ""
    return (
        f"ConnectUserRoster(\n    {quoted(content.name)},\n    roster={quoted(content.roster)},\n"
        f"    instance=ConnectInstance({quoted(content.arn)}),\n{more})\n"
    )


# YAML.


def _yaml_resources(resources: Mapping[str, Json]) -> str:
    declared = {name: {"type": "connect-users:User", "properties": inputs} for name, inputs in resources.items()}
    return "".join(f"{line}\n" for line in yaml_lines(declared, "  "))


# TypeScript.

_NODE_PACKAGE: Final = """{
    "name": %s,
    "main": "index.ts",
    "devDependencies": {
        "@types/node": "^20",
        "typescript": "^5"
    },
    "dependencies": {
        "@pulumi/pulumi": "^3"
    }
}
"""
_TSCONFIG: Final = """{
    "compilerOptions": {
        "strict": true,
        "outDir": "bin",
        "target": "es2020",
        "module": "commonjs",
        "moduleResolution": "node",
        "sourceMap": true,
        "forceConsistentCasingInFileNames": true
    },
    "files": ["index.ts"]
}
"""


def _typescript(content: Content) -> str:
    return (
        f'// {content.about}\n\nimport * as connectUsers from "pulumi-amazon-connect-users";\n\n{declarations(content)}'
    )


def _typescript_resources(resources: Mapping[str, Json]) -> str:
    return "".join(
        f"new connectUsers.User({quoted(name)}, {typescript(inputs)});\n" for name, inputs in resources.items()
    )


# Go.

_GO_PACKAGE: Final = "connectusers"


def _go(content: Content) -> str:
    return (
        f"// {content.about}\npackage main\n\nimport (\n"
        f'\t"example.com/pulumi-connect-users/sdk/go/{_GO_PACKAGE}"\n'
        '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n)\n\n'
        "func main() {\n\tpulumi.Run(func(ctx *pulumi.Context) error {\n"
        f"{declarations(content)}\t\treturn nil\n\t}})\n}}\n"
    )


def _go_resources(resources: Mapping[str, Json]) -> str:
    from connect_users.plugin import schema

    document = schema.document()
    go = Go(_GO_PACKAGE, document)
    properties = document["resources"][tokens.PLUGIN_USER]["inputProperties"]
    tabs = "\t\t"
    return "".join(
        f"{tabs}if _, err := {_GO_PACKAGE}.NewUser(ctx, {quoted(name)}, &{_GO_PACKAGE}.UserArgs{{\n"
        f"{go.members(inputs, properties, tabs + chr(9))}\n{tabs}}}); err != nil {{\n{tabs}\treturn err\n{tabs}}}\n"
        for name, inputs in resources.items()
    )


def _package(content: Content) -> dict[str, str]:
    """The files by which a language's package manager and its compiler know the project."""
    if content.language is Language.TYPESCRIPT:
        return {"package.json": _NODE_PACKAGE % quoted(content.project.lower()), "tsconfig.json": _TSCONFIG}
    return {"go.mod": f"module {content.project}\n\ngo 1.25\n"} if content.language is Language.GO else {}


_TEXTS: Final[Mapping[Language, Callable[[Content], str]]] = {
    Language.PYTHON: _python,
    Language.TYPESCRIPT: _typescript,
    Language.GO: _go,
}
_RESOURCES: Final[Mapping[Language, Callable[[Mapping[str, Json]], str]]] = {
    Language.YAML: _yaml_resources,
    Language.TYPESCRIPT: _typescript_resources,
    Language.GO: _go_resources,
}
