"""The text of a rehearsal: Pulumi's look, a first line that says what it is, and no secret."""

from __future__ import annotations

import re

import pulumi

from tests.contract.programs.toy import Toy
from tests.contract.programs.toys import SECRET, Toys

BEFORE = """\
REHEARSAL of shop/dev: no Pulumi engine, nothing is deployed
Previewing update (dev):
+ pulumi:pulumi:Stack shop-dev: (create)
    + my:mod:Group team: (create)
        + pulumi-python:dynamic/toy:Toy a: (create)
            cloud   : "CLOUD"
            items   : ["p", 1.5]
            name    : "a"
            note    : "x\\ny\\""
            password: [secret]
            tags    : {t: "1"}
    + pulumi-python:dynamic/toy:Toy b: (create)
        cloud: "CLOUD"
        name : "b"
        note : [unknown]
    --outputs:--
    arn: [unknown]
    pin: [secret]
Resources:
    + 4 to create"""

AFTER = """\
REHEARSAL of shop/dev: no Pulumi engine, nothing is deployed
Updating (dev):
  pulumi:pulumi:Stack shop-dev: (same)
        +-pulumi-python:dynamic/toy:Toy a: (replace) [replaces: name]
            [id=ID]
          ~ items   : [
              ~ [1]: 1.5 => 2
              + [2]: true
            ]
          ~ name    : "a" => "aa"
          - note    : "x\\ny\\""
          ~ password: [secret] => [secret]
          ~ tags    : {
              ~ t: "1" => "2"
            }
    + pulumi-python:dynamic/toy:Toy c: (create)
        cloud: "CLOUD"
        name : "c"
        note : "loud"
    - pulumi-python:dynamic/toy:Toy b: (delete)
        [id=ID]
Diagnostics:
  pulumi-python:dynamic/toy:Toy (c):
    warning: a loud note
Resources:
    + 1 created
    - 1 deleted
    +-1 replaced
    3 changes. 2 unchanged"""


def test_the_plan_reads_like_pulumis(toys: Toys) -> None:
    """The same twice, ids and directories aside."""

    def before() -> None:
        secret = pulumi.Output.secret(SECRET)
        team = pulumi.ComponentResource("my:mod:Group", "team", None)
        opts = pulumi.ResourceOptions(parent=team)
        a = Toy("a", opts=opts, note='x\ny"', password=secret, tags={"t": "1"}, items=["p", 1.5])
        Toy("b", note=a.arn)
        pulumi.export("arn", a.arn)
        pulumi.export("pin", secret)

    def after() -> None:
        team = pulumi.ComponentResource("my:mod:Group", "team", None)
        opts = pulumi.ResourceOptions(parent=team)
        secret = pulumi.Output.secret("another")
        Toy("a", name="aa", opts=opts, password=secret, tags={"t": "2"}, items=["p", 2, True])
        Toy("c", note="loud")

    def text(result: str) -> str:
        return re.sub(r"\[id=.*\]", "[id=ID]", result.replace(str(toys.cloud), "CLOUD"))

    rehearsal = toys.rehearse(before, project="shop")
    assert text(rehearsal.preview().render(color=False, width=500)) == BEFORE
    assert rehearsal.preview().render(color=False) == rehearsal.preview().render(color=False)
    rehearsal.up().raise_for_errors()
    rehearsal.use(after)
    assert text(rehearsal.up().raise_for_errors().render(color=False, width=500)) == AFTER


def test_colours_and_cuts(toys: Toys) -> None:
    """Colours only where asked for; long values end in an ellipsis at the given width."""
    result = toys.rehearse(lambda: Toy("a", note="n" * 300)).preview()
    plain, coloured = result.render(color=False, width=80), result.render(color=True, width=80)
    assert "\033[" not in plain
    assert "\033[32m+ pulumi-python:dynamic/toy:Toy a: (create)\033[0m" in coloured
    assert max(len(line) for line in plain.splitlines()) <= 80
    assert "nnn…" in plain
    assert "n" * 300 in result.render(color=False, width=1000)


def test_errors_stand_under_their_resource_and_in_the_summary(toys: Toys) -> None:
    """With all their lines."""
    text = toys.rehearse(lambda: Toy("a", partial=True)).up().render(color=False)
    assert "  pulumi-python:dynamic/toy:Toy (a):\n    error: 1 error occurred:\n    \t* made, but not complete" in text
    assert text.endswith("Resources:\n    + 1 created\n    1 error")
    assert "(create failed)" in text


def test_a_refresh_and_a_destruction_are_told(toys: Toys) -> None:
    """Drift as from the state to what is live."""
    rehearsal = toys.rehearse(lambda: Toy("a", note="x"))
    rehearsal.up().raise_for_errors()
    toys.edit(rehearsal.resource("a").id, note="DRIFT")
    refreshed = rehearsal.refresh().render(color=False)
    assert "Refreshing (dev):" in refreshed
    assert '~ note: "x" => "DRIFT"' in refreshed
    destroyed = rehearsal.destroy().render(color=False)
    assert "Destroying (dev):" in destroyed
    assert destroyed.endswith("Resources:\n    - 2 deleted")
