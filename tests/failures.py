"""Says which tests of an xunit report failed, or were skipped without being left to the kernel matrix: failures.py <project> <report>."""
import sys
import xml.etree.ElementTree as ET

project, report = sys.argv[1:]
for test in ET.parse(report).iter("test"):
    message = test.findtext("failure/message") or test.findtext("reason") or ""
    if test.get("result") == "Fail" or (test.get("result") == "Skip" and not message.startswith("ebpf.")):
        print(f"{project}: {test.get('name')}: {test.get('result')}, {' / '.join(message.split(chr(10))[:12])}")
        for line in (test.findtext("failure/stack-trace") or "").split("\n")[:6]:
            print(f"    {line.strip()}")
