#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The tables of docs/igt-api.md and docs/igt-compat.md say what is so.

Names exist, and are used by the tests they are said to have; what a test binary does is pinned by
tests that exist.

check-api.py headers DOC            prints the headers it has names of
check-api.py source DOC HEADER      prints a C file that compiles if HEADER, included alone, has
                                    all names of its table as they are declared there, and those
                                    of the headers that it "brings"
check-api.py tests DOC SOURCE-ROOT  prints TAP: one test a header, which fails when a name does
                                    not occur in the test it is said to have
check-api.py pins DOC SOURCE-ROOT   prints TAP: one test a section of docs/igt-compat.md, which
                                    fails when a row names no test or one that does not exist, and
                                    one for each file of the core's tests, which fails when a test
                                    of it is named nowhere
"""

import glob
import re
import sys

FUNCTION = re.compile(r"^[\w\s*]+?[\s*](\w+)\(.*\)$")
MACRO = re.compile(r"^(\w+)(\(.*\))?$")
STRUCT = re.compile(r"^struct (\w+) \{(.*)\}$")
ENUM = re.compile(r"^enum (\w+) \{(.*)\}$")


def tables(doc):
    """Header -> rows of (declaration, test), and header -> headers it brings.

    A section has the header's name. In one with another title, each row tells the header.
    """
    rows, brought = {}, {}
    for section in re.split(r"^## ", open(doc).read(), flags=re.MULTILINE)[1:]:
        title = re.match(r"(\S+\.h)\n", section)
        for declaration, test in re.findall(r"^\| `(.*)` \| (.*) \|$", section, re.MULTILINE):
            header = title[1] if title else test.strip("`")
            rows.setdefault(header, []).append((declaration, test))
        brings = re.search(r"^Brings (.*?)\.$", section, re.MULTILINE | re.DOTALL)
        if brings:
            brought[title[1]] = re.findall(r"`(\S+\.h)`", brings[1])
    return rows, brought


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


def print_source(rows, brought, header):
    print("/* SPDX-License-Identifier: MIT */")
    print(f'#include "{header}"\n')
    declarations = [declaration for name in [header] + brought.get(header, [])
                    for declaration, _ in rows[name]]
    for number, declaration in enumerate(dict.fromkeys(declarations)):
        print(check(declaration, f"{re.sub(r'[^a-z0-9]', '_', header)}_{number}"))


def texts_of(pattern):
    return [open(path).read() for path in glob.glob(pattern)]


def guest_test(subtest, root):
    """The texts that the subtest of core_helpers is made of, or None."""
    texts = texts_of(f"{root}/tests/core/*.c")
    return texts if any(f'"{subtest}"' in text for text in texts) else None


def unit_test(file, case, root):
    """The texts that the unit test is made of, or None. A tester is its other half."""
    texts = texts_of(f"{root}/lib/tests/test_{file}.c")
    if not any(f"cmocka_unit_test({case})" in text for text in texts):
        return None
    return texts + texts_of(f"{root}/lib/tests/tester_*.c")


def complaint(declaration, test, root):
    name = name_of(declaration)
    if re.fullmatch(r"`[\w/-]+\.h`", test):
        return None
    guest = re.match(r"^core_helpers@([\w-]+)$", test)
    unit = re.match(r"^test_(\w+): (\w+)$", test)
    if guest:
        texts = guest_test(guest[1], root)
    elif unit:
        texts = unit_test(unit[1], unit[2], root)
    else:
        return f"{name}: '{test}' is no test"
    if not texts:
        return f"{name}: there is no {test}"
    if not any(re.search(rf"\b{name}\b", text) for text in texts):
        return f"{name}: {test} does not use it"
    return None


def print_tap(results):
    """Of (name, complaints). Returns how many failed."""
    print(f"1..{len(results)}")
    for number, (name, complaints) in enumerate(results, 1):
        print(f"{'not ok' if complaints else 'ok'} {number} - {name}")
        for text in complaints:
            print(f"# {text}")
    return sum(bool(complaints) for _, complaints in results)


def check_tests(all_tables, root):
    return print_tap([
        (header, [text for text in (complaint(*row, root) for row in rows) if text])
        for header, rows in all_tables.items()])


# Tests of what docs/igt-compat.md is about; those of the helpers are in docs/igt-api.md.
CORE = ("asserts children comms config device_filter drm dynamic fixtures interrupts listing "
        "logging markers modules options outcomes stack wildmat").split()


def is_a_test(word, root):
    guest = re.fullmatch(r"core_helpers@([\w-]+)", word)
    unit = re.fullmatch(r"(\w+):(\w+)", word)
    if guest:
        return guest_test(guest[1], root) is not None
    if unit:
        return unit_test(unit[1], unit[2], root) is not None
    return word.endswith(".sh") and glob.glob(f"{root}/scripts/tests/**/{word}", recursive=True)


def complaints_of_section(text, root):
    rows = re.findall(r"^\| (.*) \| (.*) \|$", text, re.MULTILINE)
    if not any(second == "pinned by" for _, second in rows):
        # Prose, and the table of differences: tests stand in parentheses.
        groups = re.findall(r"\(((?:\w+:\w+ ?)+)\)", text)
        return [f"there is no {word}" for word in " ".join(groups).split()
                if not is_a_test(word, root)]
    return [f"{first}: there is no test '{word}'"
            for first, second in rows if second != "pinned by"
            for word in second.split(" ") if not is_a_test(word, root)]


def check_pins(doc, root):
    text = open(doc).read()
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    results = [(section.split("\n")[0], complaints_of_section(section, root))
               for section in sections]
    for file in CORE:
        source = "".join(texts_of(f"{root}/lib/tests/test_{file}.c"))
        tests = re.findall(r"cmocka_unit_test\((\w+)", source)
        results.append((file, [f"{file}:{test} is named nowhere" for test in tests
                               if not re.search(rf"\b{file}:{test}\b", text)] or
                        ([] if tests else ["there are no tests in it"])))
    return print_tap(results)


def main():
    command, doc = sys.argv[1:3]
    if command == "pins":
        sys.exit(check_pins(doc, sys.argv[3]) > 0)
    rows, brought = tables(doc)
    if command == "headers":
        print("\n".join(rows))
    elif command == "source":
        print_source(rows, brought, sys.argv[3])
    else:
        sys.exit(check_tests(rows, sys.argv[3]) > 0)


main()
