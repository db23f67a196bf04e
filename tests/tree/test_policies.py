# SPDX-License-Identifier: GPL-3.0-or-later
"""The shipped rules, seen from outside: other people's schema and other people's YAML reader.

That they load and that their cases hold is tested by tests/unit/policy/test-corpus.c.
"""

import json
import os
import re
import uuid
from collections import Counter
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
POLICIES = ROOT / "policies"
SCHEMA = Path(os.environ.get("REEVE_SIGMA_SCHEMA", ROOT.parent / "shared/corpus/sigma-schema"))
FILES = sorted(POLICIES.glob("*.yml"))


class Loader(yaml.SafeLoader):
    """Dates stay text, as Sigma's schema wants them."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def documents(path):
    return list(yaml.load_all(path.read_text(), Loader))


RULES = [pytest.param(rule, path, id=rule["title"]) for path in FILES for rule in documents(path)]


def cases(path):
    return documents(path.with_suffix(".cases.yaml"))[0]


@pytest.mark.parametrize("rule, path", RULES)
def test_rule_is_sigma(rule, path):
    jsonschema = pytest.importorskip("jsonschema")
    kind = "correlation-rules" if "correlation" in rule else "detection-rule"
    schema = SCHEMA / f"sigma-{kind}-schema.json"
    if not schema.exists():
        pytest.skip("no JSON Schema of Sigma: set REEVE_SIGMA_SCHEMA to the folder it is in")
    jsonschema.Draft202012Validator(json.loads(schema.read_text())).validate(rule)


@pytest.mark.parametrize("rule, path", RULES)
def test_rule_is_complete(rule, path):
    own = ("correlation",) if "correlation" in rule else ("logsource", "detection")
    for key in ("title", "id", "status", "description", "author", "date", "tags", *own,
                "taxonomy", "falsepositives", "level", "advice"):
        assert rule.get(key), f"{path.name}: {rule['title']}: {key}"
    assert uuid.UUID(rule["id"]).version == 4
    if "logsource" in own:
        assert rule["logsource"] == {"product": "linux", "service": "reeve"}
    assert rule["taxonomy"] == "reeve"
    for key in ("description", "advice"):
        assert re.match(r".*[.?]$", rule[key].strip()), f"{key} is a sentence"


@pytest.mark.parametrize("rule, path", RULES)
def test_rule_names_its_technique(rule, path):
    if rule["level"] != "informational":
        assert any(re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag) for tag in rule["tags"])


# What a correlation counts says nothing by itself (unless it lets it): its cases are those of the
# correlation.
COUNTED = {name for param in RULES for name in param.values[0].get("correlation", {}).get("rules", ())
           if not param.values[0]["correlation"].get("generate")}
SPEAKING = [param for param in RULES if not COUNTED & {param.values[0].get("name"), param.values[0]["id"]}]
DETECTIONS = [param for param in RULES if "detection" in param.values[0]]


@pytest.mark.parametrize("rule, path", SPEAKING)
def test_rule_has_a_case_and_a_silent_twin(rule, path):
    fires = Counter(case["fires"] for case in cases(path)
                    if case["rule"] in (rule["title"], rule["id"]))
    assert fires[True] >= 1 and fires[False] >= 1


@pytest.mark.parametrize("rule, path", DETECTIONS)
def test_every_selection_is_used(rule, path):
    condition = rule["detection"]["condition"]
    names = re.findall(r"[\w*-]+", condition)
    patterns = [re.escape(name).replace(r"\*", ".*") for name in names]
    for selection in rule["detection"]:
        assert selection == "condition" or "them" in names or \
            any(re.fullmatch(pattern, selection) for pattern in patterns), selection


def has_lines(detection):
    """Whether a selection looks at the lines of a change."""
    if isinstance(detection, list):
        return any(has_lines(entry) for entry in detection)
    return isinstance(detection, dict) and any(key.startswith("Diff") for key in detection)


@pytest.mark.parametrize("rule, path", DETECTIONS)
def test_no_line_excuses_another(rule, path):
    """`not filter` on lines would let a harmless line hide a harmful one beside it."""
    for name, selection in rule["detection"].items():
        assert not (name.startswith("filter") and has_lines(selection)), name


def test_ids_and_titles_are_unique():
    for key in ("id", "title"):
        counts = Counter(param.values[0][key] for param in RULES)
        assert [value for value, n in counts.items() if n > 1] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_file_is_named_as_sigma_wants(path):
    assert re.fullmatch(r"[a-z0-9_]{3,66}\.yml", path.name)
    assert path.with_suffix(".cases.yaml").exists()


def test_every_file_of_cases_has_its_rules():
    for path in POLICIES.glob("*.cases.yaml"):
        assert (POLICIES / path.name.replace(".cases.yaml", ".yml")).exists()


# doc/policies.md has a table of techniques, made of the rules and their cases.

DOCUMENT = ROOT / "doc/policies.md"
TABLE = re.compile(r"(?<=<!-- techniques -->\n).*?(?=<!-- end -->)", re.S)


def attack_table():
    rules, counts = {}, Counter()
    for path in FILES:
        named = Counter(case["rule"] for case in cases(path))
        for rule in documents(path):
            for tag in rule["tags"]:
                if re.fullmatch(r"attack\.t\d{4}(\.\d{3})?", tag):
                    technique = tag.removeprefix("attack.").upper()
                    rules.setdefault(technique, []).append(rule["title"])
                    counts[technique] += named[rule["title"]] + named[rule["id"]]
    lines = [f"| {technique} | {'; '.join(sorted(titles))} | {counts[technique]} |\n"
             for technique, titles in sorted(rules.items())]
    return "| technique | rules | cases |\n|---|---|---|\n" + "".join(lines)


def test_documentation_has_the_table_of_techniques():
    found = TABLE.search(DOCUMENT.read_text())
    assert found and found[0] == attack_table(), "run: /usr/bin/python3 tests/tree/test_policies.py"


if __name__ == "__main__":
    DOCUMENT.write_text(TABLE.sub(lambda _: attack_table(), DOCUMENT.read_text()))
