#!/usr/bin/env python3
"""judge.py <required> [--here <report>] <kernel>=<report>...: whether what the kernels of the matrix report is good.

A test that failed is not; nor is one of `required` that was skipped, or that is not there; nor is a test that passed on no kernel of the matrix
although this machine left it to the matrix: its kernel lacks something, so that the test saw no more than the refusal, or was skipped.
"""
import re
import sys
import xml.etree.ElementTree as xml


LEFT = re.compile(r"left to the kernel matrix: (ebpf\.\S+)")


def read(path):
    """The results by the tests' names, and what was missing to those that were skipped or saw only the refusal."""
    tests = {}
    for test in xml.parse(path).iter("test"):
        reason, left = test.find("reason"), LEFT.search(test.findtext("output") or "")
        missing = left[1] if left else "" if reason is None else (reason.text or "").strip()
        tests[test.get("name").replace('\\"', '"')] = (test.get("result"), missing)
    return tests


def matches(name, pattern):
    """Only * is special: the arguments of tests have quotes and parentheses."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None


def main(arguments):
    required = [line.split(None, 1) for line in open(arguments.pop(0), encoding="utf-8") if line.strip() and not line.startswith("#")]
    here = {}
    if arguments[0] == "--here":
        here = read(arguments[1])
        del arguments[:2]

    kernels, wrong = {}, []
    for argument in arguments:
        kernel, path = argument.split("=", 1)
        try:
            tests = kernels[kernel] = read(path)
        except (OSError, xml.ParseError) as unreadable:
            wrong.append(f"{kernel}: no report ({unreadable})")
            continue

        count = lambda result: sum(1 for one, _ in tests.values() if one == result)
        print(f"{kernel}: {len(tests)} tests, {count('Pass')} passed, {count('Fail')} failed, {count('Skip')} skipped")
        wrong += [f"{kernel}: failed: {name}" for name, (result, _) in tests.items() if result not in ("Pass", "Skip", "NotRun")]
        for _, pattern in (one for one in required if one[0] in ("*", kernel)):
            pattern = pattern.strip()
            named = {name: result for name, result in tests.items() if matches(name, pattern)}
            if not named:
                wrong.append(f"{kernel}: no test is named {pattern}")
            wrong += [f"{kernel}: skipped: {name}: {reason}" for name, (result, reason) in named.items() if result == "Skip"]

    left = [name for name, (_, missing) in here.items() if missing.startswith("ebpf.")]
    passed = {name for tests in kernels.values() for name, (result, missing) in tests.items() if result == "Pass" and not missing}
    wrong += [f"left to the matrix, and passed on no kernel: {name}: {here[name][1]}" for name in left if name not in passed]
    if here:
        print(f"{len(left)} tests of what this machine's kernel lacks, {sum(name in passed for name in left)} of them passed in the matrix")
    for one in wrong:
        print(one)
    return 1 if wrong or not kernels else 0


sys.exit(main(sys.argv[1:]))
