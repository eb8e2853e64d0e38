"""Health rules: counters that grow too fast are logged, degrade the service, or have it started anew."""

import metrics
import processes

COLLIDED = 'aiot_reader_occasions_total{outcome="collided"}'


def rule(deed, above=0, window=60, counter=COLLIDED):
    return f"health: [{{name: crowd, counter: '{counter}', above: {above}, window-s: {window}, do: {deed}}}]\n"


def degrade(program, options):
    """A rule that degrades shows in the log, in STATUS, in the metrics and at /healthz, and is over when its window is."""
    # One occasion a round is enough to have devices collide.
    with metrics.watched(program, options, rule("degrade", window=4), devices=40) as setting:
        setting.start()
        setting.order()
        setting.reader.wait(r"health rule crowd: .*outcome=\"collided\".* grew by \d+ within 4 s, more than 0")
        setting.reader.wait_state("degraded by rule crowd: ")
        port = setting.metrics_port
        status, _, text = metrics.get(port, "/healthz")
        samples = metrics.scrape(port)
        if metrics.total(samples, "aiot_reader_health_rule_firing", 'rule="crowd"') == 1:
            assert status == 503 and "rule crowd" in text, (status, text)
        setting.reader.wait(r"health rule crowd is over: .* no more than 0")
        processes.wait_until(lambda: metrics.get(port, "/healthz")[0] == 200, "it is not well again")
        assert "degraded" not in setting.reader.states[-1][1], setting.reader.states[-1]
        assert setting.reader.stop() == 0


def log(program, options):
    """A rule that logs changes nothing else: the service is well, and goes on."""
    with metrics.watched(program, options, rule("log"), devices=40) as setting:
        setting.start()
        setting.order()
        setting.reader.wait("health rule crowd: ")
        assert metrics.get(setting.metrics_port, "/healthz")[0] == 200
        _, devices, summary = setting.order()
        setting.check_found_once(devices, summary)
        assert not any("degraded by" in text for _, text in setting.reader.states)
        assert setting.reader.count("health rule crowd: ") == 1


def undecodable(program, options):
    """A rule on bursts that do not decode fires where frames are lost, and not where they are not."""
    lossy = rule("log", above=5, counter='aiot_reader_d2r_bursts_total{fate="undecodable"}')
    for loss, expected in ((0.4, True), (0, False)):
        with metrics.watched(program, options, lossy.replace("crowd", "deaf"), devices=1) as setting:
            text = (setting.folder / "reader.yaml").read_text()
            (setting.folder / "reader.yaml").write_text(text.replace("air: burst,", f"air: burst, loss: {loss},"))
            setting.start()
            for _ in range(12):
                setting.order(within=60)
            if expected:
                setting.reader.wait("health rule deaf: ")
            else:
                metrics.settled(setting, "aiot_reader_inventories_total", "", 12)
                assert setting.reader.count("health rule") == 0


def restart(program, options):
    """A rule that restarts ends the service in good order with 75: exchanges end, nothing is lost, the next start serves."""
    with metrics.watched(program, options, rule("restart"), devices=60) as setting:
        setting.start()
        ordered = setting.ordered()
        assert setting.reader.ended(within=20) == 75
        assert setting.reader.find("ended for a new start by the health rule crowd: ")
        assert setting.reader.find(" stopped$")
        assert any("STOPPING=1" in text for _, text in setting.reader.states)
        text = (setting.folder / "reader.yaml").read_text()
        (setting.folder / "reader.yaml").write_text(text.replace("do: restart", "do: log"))
        setting.start_reader()
        _, devices, summary = ordered.result(90)
        setting.check_found_once(devices, summary)
        setting.check()


SCENARIOS = {"health-log": log, "health-degrade": degrade, "health-undecodable": undecodable, "health-restart": restart}
