#!/usr/bin/env python3
"""Compares the types that cross between host and plugin with the record of their ABI number.

The record plugins/sdk/abi/MAJOR.MINOR.txt tells the size and the members of every struct and the virtual functions of every
class, as GCC laid them out (read from its debug information by libabigail's abidw). A change of any of them needs another
number in abi.h: docs/plugins.md, "How the interfaces grow".

usage: check.py [--include FOLDER] [--write]
  --include FOLDER  the headers to look at (default: those of this tree)
  --write           make the record of a number that has none
"""
import argparse
import difflib
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
OURS = ("dbackup::", "dbackup_")


def abi_number(include):
    text = (include / "dbackup/sdk/abi.h").read_text()
    return ".".join(re.search(rf"DBACKUP_ABI_{part} (\d+)u", text)[1] for part in ("MAJOR", "MINOR"))


def debug_information(include):
    with tempfile.TemporaryDirectory() as folder:
        probe = f"{folder}/probe.so"
        subprocess.run(["g++", "-std=c++20", "-g", "-O0", "-femit-class-debug-always", "-fPIC", "-shared", "-I", include,
                        HERE / "probe.cpp", "-o", probe], check=True)
        return xml.fromstring(subprocess.run(["abidw", "--no-corpus-path", probe], check=True, capture_output=True).stdout)


class Types:
    """Names of types by their ids, and the layout of those that are ours."""

    def __init__(self, root):
        self.elements = {}
        self.spaces = {}
        self.collect(root, "")

    def collect(self, element, space):
        for child in element:
            inner = space
            if child.tag in ("namespace-decl", "class-decl", "union-decl", "enum-decl"):
                inner = f"{space}{child.get('name')}::"
            if "id" in child.attrib:
                known = self.elements.get(child.get("id"))
                if known is None or known.get("is-declaration-only") == "yes":
                    self.elements[child.get("id")] = child
                    self.spaces[child.get("id")] = space
            self.collect(child, inner)

    def name(self, identity):
        element = self.elements[identity]
        if element.tag == "pointer-type-def":
            return self.name(element.get("type-id")) + "*"
        if element.tag == "reference-type-def":
            return self.name(element.get("type-id")) + ("&&" if element.get("kind") == "rvalue" else "&")
        if element.tag == "qualified-type-def":
            words = [word for word in ("const", "volatile") if element.get(word) == "yes"]
            return " ".join(words + [self.name(element.get("type-id"))])
        if element.tag == "function-type":
            return self.function(element)
        return self.spaces[identity] + element.get("name")

    def function(self, element):
        parameters = [self.name(each.get("type-id")) for each in element.findall("parameter")
                      if each.get("is-artificial") != "yes"]
        result = element.find("return")
        return (self.name(result.get("type-id")) if result is not None else "void") + "(" + ", ".join(parameters) + ")"

    def layouts(self):
        found = {}
        for identity, element in self.elements.items():
            name = self.name(identity) if element.tag in ("class-decl", "enum-decl") else ""
            if name.startswith(OURS) and element.get("is-declaration-only") != "yes":
                found[name] = self.layout(name, element)
        return "\n".join(found[name] for name in sorted(found))

    def layout(self, name, element):
        if element.tag == "enum-decl":
            values = [f"    {each.get('name')} = {each.get('value')}\n" for each in element.findall("enumerator")]
            return f"enum {name}\n" + "".join(values)
        lines = [f"{name}: {int(element.get('size-in-bits')) // 8} bytes\n"]
        for base in element.findall("base-class"):
            lines.append(f"    base {self.name(base.get('type-id'))}\n")
        for member in element.findall("data-member"):
            variable = member.find("var-decl")
            if member.get("static") != "yes":
                offset = int(member.get("layout-offset-in-bits")) // 8
                lines.append(f"    {offset:4} {self.name(variable.get('type-id'))} {variable.get('name')}\n")
        virtual = {}
        for member in element.findall("member-function"):
            if member.get("vtable-offset") is not None:
                function = member.find("function-decl")
                const = " const" if member.get("const") == "yes" else ""
                virtual[int(member.get("vtable-offset"))] = f"{function.get('name')}: {self.function(function)}{const}"
        lines += [f"    virtual {number} {virtual[number]}\n" for number in sorted(virtual)]
        return "".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--include", type=pathlib.Path, default=HERE.parent / "include")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    number = abi_number(options.include)
    record = HERE / f"{number}.txt"
    now = Types(debug_information(options.include)).layouts()
    if options.write:
        if record.exists():
            sys.exit(f"{record.name} exists. What was released under a number stays as it is: raise the number in abi.h")
        record.write_text(now)
        return
    if not record.exists():
        sys.exit(f"ABI {number} has no record: check.py --write makes it")
    differences = list(difflib.unified_diff(record.read_text().splitlines(), now.splitlines(),
                                            f"ABI {number} as recorded", "as it is", lineterm=""))
    if differences:
        sys.exit("\n".join(differences) + f"\nThis is no longer ABI {number}: raise the number in abi.h and record it with "
                                          "check.py --write")


if __name__ == "__main__":
    main()
