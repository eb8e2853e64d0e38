"""Manual pages: manuals.py HELP.json OPERATING.md FOLDER DATE

From what the program says of itself (--experimental-dump-help): aiot-reader.1, and a page for each command with those
below it. From the tables of docs/operating.md: aiot-reader.yaml.5.
"""

import json
import pathlib
import re
import sys

SEE_ALSO = ["aiot-reader(1)", "aiot-reader.yaml(5)"]


def plain(text):
    """Text for roff: what it would take for its own is escaped."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE)


def bold(text):
    return f"\\fB{plain(text)}\\fR"


def paragraphs(text):
    """A discussion: its lines that are indented, or one of several, stay lines; code in backquotes is bold."""
    lines = []
    for line in text.splitlines():
        if not line.strip():
            lines.append(".PP")
        elif line.startswith((" ", "\t")):
            lines += [".nf", ".RS 2", plain(line.strip()), ".RE", ".fi"]
        else:
            lines += [marked(line), ".br"]
    return "\n".join(lines).removesuffix("\n.br").replace(".br\n.nf", ".nf").replace(".RE\n.fi\n.nf\n.RS 2\n", "")


def marked(text):
    """A line of Markdown: code is bold, a link is its text."""
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    return "".join(bold(part) if place % 2 else plain(part) for place, part in enumerate(text.split("`")))


def names(argument):
    def name(entry):
        return ("--" if entry["kind"] == "long" else "-") + entry["name"]
    return [name(entry) for entry in argument.get("names", [])]


def shown(command):
    return [argument for argument in command.get("arguments", []) if argument.get("shouldDisplay", True)]


def synopsis(command, title):
    words = [bold(title)]
    for argument in shown(command):
        value = f"\\fI{plain(argument.get('valueName', 'value').upper())}\\fR"
        if argument["kind"] == "positional":
            word = value
        elif argument["kind"] == "flag":
            word = bold(names(argument)[-1])
        else:
            word = f"{bold(names(argument)[-1])} {value}"
        if argument.get("isRepeating"):
            word += " ..."
        words.append(f"[{word}]" if argument.get("isOptional") else word)
    if command.get("subcommands"):
        words.append("\\fICOMMAND\\fR ...")
    return ".nh\n" + "\n".join(words) + "\n.hy"


def options(command):
    lines = []
    for argument in shown(command):
        value = f"\\fI{plain(argument.get('valueName', 'value').upper())}\\fR"
        if argument["kind"] == "positional":
            term = value
        else:
            term = ", ".join(bold(name) for name in names(argument))
            term += "" if argument["kind"] == "flag" else f" {value}"
        text = marked(argument.get("abstract", ""))
        # The abstract says it in words where the program has them.
        if argument.get("defaultValue") and "default:" not in argument.get("abstract", ""):
            text += f" (default: {plain(argument['defaultValue'])})"
        lines += [".TP", term, text or "\\&"]
    return "\n".join(lines)


def subcommands(command):
    return [sub for sub in command.get("subcommands", []) if sub["commandName"] != "help"]


def head(page, section, date, name, abstract):
    return f'.TH {plain(page.upper())} {section} "{date}" "aiot\\-reader" "Ambient IoT reader"\n' \
           f".SH NAME\n{plain(name)} \\- {plain(abstract.rstrip('.'))}"


def within(command, title):
    """The sections of a command below the one that has the page."""
    parts = [f".SS {bold(title)}", plain(command.get("abstract", "")), ".PP", synopsis(command, title)]
    if command.get("discussion"):
        parts += [".PP", paragraphs(command["discussion"])]
    parts.append(options(command))
    return parts + [line for sub in subcommands(command) for line in within(sub, f"{title} {sub['commandName']}")]


def page(command, title, date, others):
    parts = [head(title.replace(" ", "-"), 1, date, title.replace(" ", "-"), command.get("abstract", "")),
             ".SH SYNOPSIS", synopsis(command, title)]
    if command.get("discussion"):
        parts += [".SH DESCRIPTION", paragraphs(command["discussion"])]
    parts += [".SH OPTIONS", options(command)]
    if subcommands(command):
        parts.append(".SH COMMANDS")
        for sub in subcommands(command):
            if command.get("superCommands"):
                parts += within(sub, f"{title} {sub['commandName']}")
            else:
                parts += [".TP", bold(sub["commandName"]), f"{plain(sub.get('abstract', ''))}"]
    parts += [".SH SEE ALSO", ",\n".join(f"{bold(other[:-3])}{other[-3:]}" for other in others)]
    return "\n".join(parts) + "\n"


def tables(markdown):
    """Rows of each table whose first column is of keys: lists of (heading, cell)."""
    heading = None
    for line in markdown.splitlines():
        if not line.startswith("|"):
            heading = None
            continue
        cells = [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if heading is None:
            heading = cells
        elif heading[0] == "key" and not set(line) <= set("|-: "):
            yield dict(zip(heading, cells))


def configuration(markdown, date):
    parts = [head("aiot-reader.yaml", 5, date, "aiot-reader.yaml", "configuration of the Ambient IoT reader"),
             ".SH DESCRIPTION",
             "The daemon, " + bold("aiot-reader run") + ", reads one YAML file. A dot below is a level of it. All mistakes "
             "are told at once, with file, line and column; a key that is not known is a mistake.",
             ".SH KEYS"]
    count = 0
    for row in tables(markdown):
        count += 1
        parts += [".TP", marked(row.pop("key")), marked(row.pop("meaning", ""))]
        parts += [f".br\n{plain(name)}: {marked(cell)}" for name, cell in row.items() if cell]
    assert count > 40, f"only {count} keys found in the tables of docs/operating.md: packaging/manuals.py reads them"
    parts += [".SH FILES", ".TP", "\\fI/usr/share/doc/aiot\\-reader/examples/reader.yaml\\fR", "every key, annotated",
              ".TP", "\\fI/usr/share/doc/aiot\\-reader/operating.md\\fR", "the reader as a service",
              ".SH SEE ALSO", f"{bold('aiot-reader-run')}(1)"]
    return "\n".join(parts) + "\n"


def main(help_file, operating, folder, date):
    program = json.loads(pathlib.Path(help_file).read_text())["command"]
    target = pathlib.Path(folder)
    commands = subcommands(program)
    pages = [f"{program['commandName']}-{command['commandName']}(1)" for command in commands]
    name = program["commandName"]
    (target / f"{name}.1").write_text(page(program, name, date, [*pages, "aiot-reader.yaml(5)"]))
    for command in commands:
        title = f"{name} {command['commandName']}"
        (target / f"{title.replace(' ', '-')}.1").write_text(page(command, title, date, SEE_ALSO))
    (target / "aiot-reader.yaml.5").write_text(configuration(pathlib.Path(operating).read_text(), date))


if __name__ == "__main__":
    main(*sys.argv[1:])
