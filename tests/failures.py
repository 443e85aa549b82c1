"""Says which tests of a report (xunit's, or the TRX of NUnit and MSTest) failed, or were skipped without being left to the kernel matrix: failures.py <project> <report>."""
import sys
import xml.etree.ElementTree as ET

project, report = sys.argv[1:]


def show(name, result, message, trace):
    if result == "Fail" or (result == "Skip" and not message.startswith("ebpf.")):
        print(f"{project}: {name}: {result}, {' / '.join(message.split(chr(10))[:12])}")
        for line in trace.split("\n")[:6]:
            print(f"    {line.strip()}")


tree = ET.parse(report)
for test in tree.iter("test"):
    show(test.get("name"), test.get("result"), test.findtext("failure/message") or test.findtext("reason") or "", test.findtext("failure/stack-trace") or "")
trx = "{http://microsoft.com/schemas/VisualStudio/TeamTest/2010}"
for test in tree.iter(f"{trx}UnitTestResult"):
    result = {"Passed": "Pass", "NotExecuted": "Skip"}.get(test.get("outcome"), "Fail")
    error = f"{trx}Output/{trx}ErrorInfo/{trx}"
    show(test.get("testName"), result, test.findtext(f"{error}Message") or "", test.findtext(f"{error}StackTrace") or "")
