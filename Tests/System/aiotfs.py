"""More than one AIoTF: at once, and one after the other."""

import world

PROFILE = 0x56  # Without replay protection: two AIoTFs do not share counters.


def several(program, options):
    """Two AIoTFs at once, each inventory belonging to one; when the first of a list dies the next takes over."""
    with world.World(program, devices=50, seed=options.seed, profile=PROFILE) as first, \
            world.World(program, devices=50, seed=options.seed, profile=PROFILE) as second:
        tls = {"certificate": first.folder / "tls/aiotf", "authorities": first.folder / "tls/authority.pem"}
        first.start_aiotf()
        second.start_aiotf("--aiotf-id", "b2", **tls)
        _links(first, f'{{name: core, endpoints: [{_at(first)}]}}, {{name: other, endpoints: [{_at(second)}]}}')
        first.start_reader()
        first.reader.wait(world.UP)
        first.reader.wait("link=other .*link up")
        orders = [(setting, setting.ordered("read:0,4")) for setting in (first, second)]
        for setting, order in orders:
            _, devices, summary = order.result(90)
            setting.check_found_once(devices, summary)
        print("  two AIoTFs at once: all 50 found by each")
        assert first.reader.stop(within=5) == 0

        _links(first, f"{{name: core, endpoints: [{_at(first)}, {_at(second)}]}}")
        first.start_reader()
        first.reader.wait("aiotf=a1 .*link up")
        first.aiotf.kill()
        first.reader.wait("aiotf=b2 .*link up", within=5)
        _, devices, summary = second.order()
        second.check_found_once(devices, summary)
        print("  the first of a list killed: all 50 found by the second")


def _at(setting):
    return f'"tls://localhost:{setting.port}"'


def _links(setting, links):
    path = setting.folder / "reader.yaml"
    lines = [f"links: [{links}]" if line.startswith("links:") else line for line in path.read_text().split("\n")]
    path.write_text("\n".join(lines))
