"""The program that an import writes, in the project's language, and the project's own files. Pure.

A program declares a roster, or each person. Python programs use the dynamic provider, other languages the plugin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from connect_users.core import spelling, tokens
from connect_users.core.errors import ConfigurationError
from connect_users.importing.literals import GoLiterals, python, quoted, typescript, yaml_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from connect_users.core.spec import Props
    from connect_users.importing.literals import Json


class Language(Enum):
    """A language of Pulumi programs, by its word in ``--language``."""

    PYTHON = "python"
    YAML = "yaml"
    TYPESCRIPT = "typescript"
    GO = "go"

    @property
    def runtime(self) -> str:
        """Its name in Pulumi.yaml."""
        return "nodejs" if self is Language.TYPESCRIPT else self.value

    @property
    def main(self) -> str:
        """The file with the program."""
        return _SYNTAX[self].main

    @property
    def has_sdk(self) -> bool:
        """Whether programs need an SDK that Pulumi generates from the plugin's schema."""
        return self in (Language.TYPESCRIPT, Language.GO)


PROJECT: Final = "Pulumi.yaml"
#: Possible names of a person's resource or of a roster's file in a program.
_NAME: Final = re.compile(r"[\w.@-]+")
#: In Pulumi.yaml: ``runtime: go``, or ``runtime:`` with ``name: go`` among the lines below it.
_RUNTIME: Final = re.compile(
    r"""(?m)^["']?runtime["']?:[ \t]*(?:["']?(?P<word>[\w-]+)"""
    r"""|(?:\n[ \t]+.*?)*?\n[ \t]+name:[ \t]*["']?(?P<name>[\w-]+))"""
)
#: In Pulumi.yaml: the package of the plugin, as `pulumi package add` declares it.
_PACKAGE: Final = re.compile(r"""(?m)^[ \t]+["']?connect-users["']?:[ \t]""")
#: The module of the SDK that Pulumi generates for Python, and the beginning of the dynamic provider's classes.
_PYTHON_SDK: Final = "pulumi_amazon_connect_users"
_DYNAMIC: Final = "ConnectUser"
#: Where the program is: in Pulumi.yaml, and in package.json, where an index is the usual one.
_MAIN: Final = re.compile(r"""(?m)^["']?main["']?:[ \t]*["']?([^"'#\s]+)""")
_NODE_MAIN: Final = re.compile(r"""["']main["']\s*:\s*"((?!(?:\./)?index(?:\.[jt]s)?")[^"]+)\"""")


def uses_plugin(language: Language, project: str, program: str) -> bool:
    """Whether a program uses the plugin: in Python, one that exists may.

    Args:
        project: the text of Pulumi.yaml.
        program: its text; "" if there is none.
    """
    if language is not Language.PYTHON:
        return True
    return bool(program and _PACKAGE.search(project)) and _DYNAMIC not in program


def declared_main(language: Language, project: str, package: str) -> str:
    """The folder or file of the program, by a project that has it in another place than its own folder; or "".

    Args:
        project: the text of Pulumi.yaml.
        package: the text of package.json.
    """
    main = _MAIN.search(project) or (language is Language.TYPESCRIPT and _NODE_MAIN.search(package))
    return main[1].strip("/") if main and main[1].strip("./") else ""


def language_of(project: str, wanted: Language | None) -> Language:
    """The language of a folder.

    Args:
        project: the text of its Pulumi.yaml; "" if there is none.

    Raises:
        ConfigurationError: the project has another language than wanted, or one that import does not write.
    """
    declared = _RUNTIME.search(project)
    if declared is None:
        return wanted or Language.PYTHON
    runtime = declared["word"] or declared["name"]
    language = next((each for each in Language if each.runtime == runtime), None)
    if language is None or wanted not in (None, language):
        words = ", ".join(each.value for each in Language)
        what = f"not {wanted.value}" if wanted else f"which import does not write (only {words})"
        raise ConfigurationError(
            f"the project in this folder has the runtime {runtime}, {what}; choose another folder with --out"
        )
    return language


@dataclass(frozen=True)
class Content:
    """The content of a program.

    Attributes:
        name: the roster's name, and the prefix of its people's resource names.
        roster: the name of the roster's file.
        alias: "" if the instance has none.
        people: username -> canonical inputs.
        each: declare every person instead of the roster.
        identity_management_type: None if the program does not declare it.
        personas: the name of the file of personas; "" without one.
        plugin: use the plugin; in other languages than Python always.
    """

    language: Language
    name: str
    roster: str
    arn: str
    alias: str
    region: str
    people: Mapping[str, Props]
    each: bool = False
    identity_management_type: str | None = None
    personas: str = ""
    plugin: bool = False

    @property
    def project(self) -> str:
        """The name of the project."""
        return f"{self.alias or self.arn.rpartition('/')[2]}-users"

    @property
    def about(self) -> str:
        """A sentence for the program's first line."""
        joiners = "." if self.each else f": joiners, movers and leavers are lines of {self.roster}."
        return f"The people of Amazon Connect {self.alias or self.arn}{joiners}"


def files(content: Content) -> dict[str, str]:
    """The files of a new project: name -> text, the program first."""
    # The program in YAML is the project's file.
    files = {content.language.main: "", PROJECT: _project(content)}
    files[content.language.main] += _SYNTAX[content.language].program(content)
    if content.language is Language.TYPESCRIPT:
        return files | {"package.json": _NODE_PACKAGE % quoted(content.project.lower()), "tsconfig.json": _TSCONFIG}
    return files | ({"go.mod": f"module {content.project}\n\ngo 1.25\n"} if content.language is Language.GO else {})


def declarations(content: Content, program: str = "") -> str:
    """The declarations that a program does not have yet, as source code to add; "" if it has all."""
    mentioned = set(_NAME.findall(program))
    resources = {
        name: resource
        for name, resource in _resources(content).items()
        if (name if content.each else content.roster) not in mentioned
    }
    return _SYNTAX[content.language].resources(resources)


def additions(content: Content, program: str) -> str:
    """What to add to a program: the declarations that it does not have yet, and the import that they need."""
    declared, sdk = declarations(content, program), _sdk_import(content)
    return f"{sdk}\n{declared}" if declared and sdk.removeprefix("import ") not in program else declared


def _sdk_import(content: Content) -> str:
    """The import of the resources; "" in YAML."""
    if content.language is Language.PYTHON:
        names = "ConnectUser" if content.each else "ConnectInstance, ConnectUserRoster"
        return f"import {_PYTHON_SDK}" if content.plugin else f"from connect_users import {names}"
    lines = {
        Language.TYPESCRIPT: 'import * as connectUsers from "pulumi-amazon-connect-users";',
        Language.GO: f'import "example.com/pulumi-connect-users/sdk/go/{_GO_PACKAGE}"',
    }
    return lines.get(content.language, "")


def missing_argument(content: Content, program: str) -> str:
    """The argument that the roster of a program needs for its personas; "" if it has it, or is not declared yet."""
    mentioned = set(_NAME.findall(program))
    if not content.personas or content.roster not in mentioned or content.personas in mentioned:
        return ""
    return _SYNTAX[content.language].argument.format(quoted(content.personas))


@dataclass(frozen=True)
class _Resource:
    """A resource: its kind and its inputs, in the spelling of the language."""

    kind: str
    inputs: Json


def _resources(content: Content) -> dict[str, _Resource]:
    """Name -> resource: each person, or the roster."""
    python_prefix = f"{_PYTHON_SDK}." if content.plugin else "Connect"
    prefix, spelled = (python_prefix, dict) if content.language is Language.PYTHON else ("", spelling.theirs)
    if content.each:
        return {
            f"{content.name}-{username}": _Resource(f"{prefix}User", spelled(inputs))
            for username, inputs in sorted(content.people.items())
        }
    inputs = {
        "roster": content.roster,
        "personas": content.personas,
        "instance": content.arn,
        "identity_management_type": content.identity_management_type,
    }
    declared = {name: value for name, value in inputs.items() if value}
    return {content.name: _Resource(f"{prefix}UserRoster", spelled(declared))}


def _project(content: Content) -> str:
    return (
        f"name: {content.project}\n"
        f"runtime: {content.language.runtime}\n"
        f"description: The people of Amazon Connect {content.alias or content.arn.rpartition('/')[2]}\n"
        f"config:\n  connect-users:region:\n    value: {content.region}\n"
    )


# Python.


def _python(content: Content) -> str:
    return f'"""{content.about}"""\n\n{_sdk_import(content)}\n\n{declarations(content)}'


def _python_resources(resources: Mapping[str, _Resource]) -> str:
    return "".join(
        f"{resource.kind}(\n    {quoted(name)},\n"
        + "".join(f"    {key}={_python_value(resource.kind, key, value)},\n" for key, value in resource.inputs.items())
        + ")\n"
        for name, resource in resources.items()
    )


def _python_value(kind: str, key: str, value: Any) -> str:
    looked_up = key == "instance" and kind.startswith(_DYNAMIC)
    return f"ConnectInstance({quoted(value)})" if looked_up else python(value, "    ")


# YAML.


def _yaml(content: Content) -> str:
    declared = declarations(content)
    return f"resources:\n{declared}" if declared else "resources: {}\n"


def _yaml_resources(resources: Mapping[str, _Resource]) -> str:
    declared = {
        name: {"type": f"connect-users:{resource.kind}", "properties": resource.inputs}
        for name, resource in resources.items()
    }
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
    return f"// {content.about}\n\n{_sdk_import(content)}\n\n{declarations(content)}"


def _typescript_resources(resources: Mapping[str, _Resource]) -> str:
    return "".join(
        f"new connectUsers.{resource.kind}({quoted(name)}, {typescript(resource.inputs)});\n"
        for name, resource in resources.items()
    )


# Go.

_GO_PACKAGE: Final = "connectusers"


def _go(content: Content) -> str:
    declared = declarations(content)
    # Go refuses an unused import.
    sdk = f"\t{_sdk_import(content).removeprefix('import ')}\n" if declared else ""
    return (
        f"// {content.about}\npackage main\n\nimport (\n{sdk}"
        '\t"github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n)\n\n'
        "func main() {\n\tpulumi.Run(func(ctx *pulumi.Context) error {\n"
        f"{declared}\t\treturn nil\n\t}})\n}}\n"
    )


def _go_resources(resources: Mapping[str, _Resource]) -> str:
    from connect_users.plugin import schema

    document = schema.document()
    go = GoLiterals(_GO_PACKAGE, document)
    tabs = "\t\t"
    declared = []
    for name, resource in resources.items():
        properties = document["resources"][f"{tokens.PLUGIN}{resource.kind}"]["inputProperties"]
        declared.append(
            f"{tabs}if _, err := {_GO_PACKAGE}.New{resource.kind}(ctx, {quoted(name)}, "
            f"&{_GO_PACKAGE}.{resource.kind}Args{{\n{go.members(resource.inputs, properties, tabs + chr(9))}\n"
            f"{tabs}}}); err != nil {{\n{tabs}\treturn err\n{tabs}}}\n"
        )
    return "".join(declared)


class _Syntax(NamedTuple):
    """How a language writes programs.

    Attributes:
        main: the file with the program.
        program: writes the whole program.
        resources: writes declarations, name -> resource.
        argument: how the roster gets its personas.
    """

    main: str
    program: Callable[[Content], str]
    resources: Callable[[Mapping[str, _Resource]], str]
    argument: str


_SYNTAX: Final = {
    Language.PYTHON: _Syntax("__main__.py", _python, _python_resources, "personas={}"),
    Language.YAML: _Syntax(PROJECT, _yaml, _yaml_resources, "personas: {}"),
    Language.TYPESCRIPT: _Syntax("index.ts", _typescript, _typescript_resources, "personas: {}"),
    Language.GO: _Syntax("main.go", _go, _go_resources, "Personas: {}"),
}
