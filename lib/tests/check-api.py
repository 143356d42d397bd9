#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The names in docs/igt-api.md exist, and are tested by what it says.

check-api.py headers DOC            prints the headers it has a table for
check-api.py source DOC HEADER      prints a C file that compiles if HEADER, included alone, has
                                    all names of its table as they are declared there
check-api.py tests DOC SOURCE-ROOT  prints TAP: one test a header, which fails when a name does
                                    not occur in the test it is said to have
"""

import glob
import os
import re
import sys

FUNCTION = re.compile(r"^[\w\s*]+?[\s*](\w+)\(.*\)$")
MACRO = re.compile(r"^(\w+)(\(.*\))?$")
STRUCT = re.compile(r"^struct (\w+) \{(.*)\}$")
ENUM = re.compile(r"^enum (\w+) \{(.*)\}$")


def tables(doc):
    """Header -> rows of (declaration, test)."""
    result, header = {}, None
    for line in open(doc):
        title = re.match(r"^## (\S+\.h)$", line)
        if line.startswith("## "):
            header = title[1] if title else None
            if header:
                result[header] = []
        row = re.match(r"^\| `(.*)` \| (.*) \|$", line)
        if row and header:
            result[header].append((row[1], row[2]))
    return result


def name_of(declaration):
    """The name that a declaration is about, or that users of an enum write."""
    if declaration.startswith("variable "):
        return declaration.split()[1]
    enum = ENUM.match(declaration)
    if enum:
        return enum[2].split(",")[0].strip()
    for pattern in (STRUCT, MACRO, FUNCTION):
        match = pattern.match(declaration)
        if match:
            return match[1]
    raise SystemExit(f"not understood: {declaration}")


def check(declaration, number):
    """C text that does not compile without the name."""
    name = name_of(declaration)
    if declaration.startswith("variable "):
        return f"const void *use_{number}(void);\nconst void *use_{number}(void) {{ return &{name}; }}"
    struct = STRUCT.match(declaration)
    if struct:
        # Of a bit-field there is no size and no address.
        return "\n".join(
            f'_Static_assert(sizeof(((void)((struct {name} *)0)->{member.strip()}, 0)), "");'
            for member in struct[2].split(","))
    enum = ENUM.match(declaration)
    if enum:
        return "\n".join(f'_Static_assert((enum {enum[1]})({value.strip()}) || 1, "");'
                         for value in enum[2].split(","))
    if MACRO.match(declaration):
        return f"#ifndef {name}\n#error {name} is missing\n#endif"
    # A second declaration must agree with the header's; a missing one has nothing to agree with,
    # so the name is used before.
    return f"const void *use_{number} = (const void *){name};\nextern {declaration};"


def print_source(rows, header):
    print("/* SPDX-License-Identifier: MIT */")
    print(f'#include "{header}"\n')
    for number, (declaration, _) in enumerate(rows):
        print(check(declaration, f"{re.sub(r'[^a-z0-9]', '_', header)}_{number}"))


def complaint(declaration, test, root):
    name = name_of(declaration)
    guest = re.match(r"^(\w+)@([\w-]+)$", test)
    unit = re.match(r"^(test_\w+): (\w+)$", test)
    if guest:
        paths = glob.glob(f"{root}/tests/core/*.c")
        what = f'"{guest[2]}"'
    elif unit:
        # A tester is the other half of a unit test.
        paths = glob.glob(f"{root}/lib/tests/{unit[1]}.c") + glob.glob(f"{root}/lib/tests/tester_*.c")
        what = f"cmocka_unit_test({unit[2]})"
    else:
        return f"{name}: '{test}' is no test"
    texts = {path: open(path).read() for path in paths}
    if not any(what in text for text in texts.values()):
        return f"{name}: there is no {test}"
    if not any(re.search(rf"\b{name}\b", text) for text in texts.values()):
        return f"{name}: {test} does not use it"
    return None


def check_tests(all_tables, root):
    failed = 0
    print(f"1..{len(all_tables)}")
    for number, (header, rows) in enumerate(all_tables.items(), 1):
        complaints = [text for text in (complaint(*row, root) for row in rows) if text]
        if not os.path.exists(f"{root}/lib/{header}"):
            complaints.append("there is no such header")
        print(f"{'not ok' if complaints or not rows else 'ok'} {number} - {header}")
        for text in complaints:
            print(f"# {text}")
        failed += bool(complaints or not rows)
    return failed


def main():
    command, doc = sys.argv[1:3]
    all_tables = tables(doc)
    if command == "headers":
        print("\n".join(all_tables))
    elif command == "source":
        print_source(all_tables[sys.argv[3]], sys.argv[3])
    else:
        sys.exit(check_tests(all_tables, sys.argv[3]) > 0)


main()
