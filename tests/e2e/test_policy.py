# SPDX-License-Identifier: GPL-3.0-or-later
"""`reeve policy` as a person meets it, and the examples of doc/policies.md."""

import json
import re
import subprocess

import pytest

from conftest import PROGRAMS, ROOT

RULE = """title: t
logsource: {product: linux, service: reeve}
detection:
    selection:
        TargetFilename: /etc/x
    condition: selection
"""
CASES = """- {case: a, rule: t, fires: true, path: /etc/x}
- {case: b, rule: t, fires: false, path: /etc/y}
"""


def policy(*arguments):
    return subprocess.run([PROGRAMS / "reeve", "policy", *arguments], capture_output=True,
                          text=True, timeout=60)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.yml").write_text(RULE)
    (tmp_path / "a.cases.yaml").write_text(CASES)
    return tmp_path


def test_sound_rules_pass(folder):
    done = policy("check", folder)
    assert (done.returncode, done.stdout) == (0, "1 rules, 0 inactive, 0 problems\n")
    done = policy("test", folder)
    assert (done.returncode, done.stdout) == (0, "2 cases, 0 failed\n")


def test_a_file_is_tested_with_the_cases_beside_it(folder):
    for name in ("a.yml", "a.cases.yaml"):
        assert policy("test", folder / name).stdout == "2 cases, 0 failed\n"


def test_a_problem_has_place_caret_and_advice(folder):
    (folder / "a.yml").write_text(RULE.replace("TargetFilename", "TargetFileName"))
    done = policy("check", folder)
    assert done.returncode == 1
    assert done.stdout.splitlines()[0] == f"{folder}/a.yml:5:9: unknown field `TargetFileName`"
    assert re.search(r"^ +\| +\^~+ did you mean `TargetFilename`\?$", done.stdout, re.M)
    assert done.stdout.endswith("0 rules, 0 inactive, 1 problems\n")


def test_a_failed_case_fails(folder):
    (folder / "a.cases.yaml").write_text(CASES.replace("/etc/y", "/etc/x"))
    done = policy("test", folder)
    assert done.returncode == 1
    assert "a.cases.yaml:2: b: `t` fired and should be silent" in done.stdout
    assert done.stdout.endswith("2 cases, 1 failed\n")


def test_list_speaks_json(folder):
    line, = policy("list", "--json", folder).stdout.splitlines()
    rule = json.loads(line)
    assert (rule["title"], rule["level"], rule["active"]) == ("t", "low", True)


def test_exit_codes_for_trouble(folder):
    assert policy("check", folder / "missing").returncode == 2
    (folder / "notes.txt").write_text("x")
    assert policy("check", folder / "notes.txt").returncode == 2
    assert policy("frobnicate").returncode == 64
    assert policy().returncode == 64


def test_the_shipped_rules_are_the_default():
    done = policy("test")
    assert done.returncode == 0
    assert re.fullmatch(r"\d{3} cases, 0 failed\n", done.stdout)


def test_examples_of_the_documentation_work(tmp_path):
    text = (ROOT / "doc/policies.md").read_text()
    rule, correlation, cases = re.findall(r"^```yaml\n(.*?)^```$", text, re.M | re.S)
    (tmp_path / "backup.yml").write_text(f"{rule}---\n{correlation}")
    (tmp_path / "backup.cases.yaml").write_text(cases)
    assert policy("check", tmp_path).returncode == 0
    done = policy("test", tmp_path)
    assert (done.returncode, done.stdout) == (0, "3 cases, 0 failed\n")


def test_documentation_names_every_field():
    source = (ROOT / "src/policy/field.c").read_text()
    fields = set(re.findall(r'^\t\{"(\w+)", ', source, re.M))
    assert len(fields) > 30
    text = (ROOT / "doc/policies.md").read_text()
    assert [field for field in fields if f"`{field}`" not in text and field != "type"] == []


def test_techniques():
    done = policy("list", "--attack", "--json", ROOT / "policies")
    assert done.returncode == 0
    covered = {one["technique"]: one["rules"] for one in map(json.loads, done.stdout.splitlines())}
    assert "cron: job added or changed" in covered["T1053.003"]
    text = (ROOT / "doc/policies.md").read_text()
    assert set(covered) == set(re.findall(r"^\| (T[\d.]+) \|", text, re.M))
