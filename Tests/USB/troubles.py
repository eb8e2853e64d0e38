"""What befalls boxes: the daemon says it, and goes on when it is over."""

import time

import inventories


def denied(program, options):
    """A box that may not be opened: denied, with what to do, and taken up when it may."""
    with inventories.one_pluto(program, options, devices=3) as (usb, setting):
        usb.order("deny 0")
        setting.start(usable=False)
        line = setting.reader.wait("front end denied")[1]
        assert "70-aiot-reader.rules" in line, line
        setting.reader.wait_state("STATUS=waiting for the front end: denied")
        usb.order("allow 0")
        setting.reader.wait("front end ready")
        setting.found_all()


def wrong_firmware(program, options):
    """Firmware that the driver does not know: said with a remedy, and taken up once it is right."""
    with inventories.two_boxes(program, options, devices=3) as (usb, setting):
        usb.order("wrong-firmware 0")
        setting.start(usable=False)
        line = setting.reader.wait("firmware", within=30)[1]
        print(f"  {line}")
        assert setting.reader.find("front end ready") is None
        usb.order("right-firmware 0")
        setting.reader.wait("front end ready", within=30)
        setting.found_all()


def old_firmware(program, options):
    """Firmware that counts no losses is used, and a person is told that they go unseen."""
    with inventories.two_boxes(program, options, devices=3) as (usb, setting):
        usb.order("old-firmware 0")
        setting.start(usable=False)
        setting.reader.wait("front end ready", within=30)
        line = setting.reader.wait("counts no shortfalls", within=30)[1]
        print(f"  {line}")
        setting.found_all()


def slow_names(program, options):
    """A box whose names do not come in time is asked again, and nobody is told to flash its firmware."""
    with inventories.one_pluto(program, options, devices=3) as (usb, setting):
        usb.order("slow-control 0 60000")
        setting.start(usable=False)
        line = setting.reader.wait("did not answer in time", within=30)[1]
        print(f"  {line}")
        assert "flash" not in line and "cable" in line, line
        usb.order("slow-control 0 0")
        setting.reader.wait("front end ready", within=30)
        setting.found_all()


def silence(program, options):
    """Samples stop coming without an error: stalled within 500 ms, and back when they come again."""
    with inventories.one_pluto(program, options, devices=3) as (usb, setting):
        setting.start()
        setting.found_all()
        mark = setting.reader.mark()
        begin = time.monotonic()
        usb.order("silence 0")
        seen = setting.reader.wait("front end stalled", mark)[0] - begin
        usb.order("resume 0")
        setting.reader.wait("front end ready", mark, within=30)
        print(f"  seen after {seen:.3f} s")
        # What is allowed is 0.5 s; a busy machine may be late to tell.
        assert seen < 2, seen
        setting.found_all()


def stall(program, options):
    """An endpoint that refuses transfers: the daemon recovers it, by a reset where nothing less helps."""
    with inventories.two_boxes(program, options, devices=3) as (usb, setting):
        setting.start()
        mark = setting.reader.mark()
        usb.order("stall 1 0x81")
        setting.reader.wait("front end (stalled|opening)", mark)
        setting.reader.wait("front end (ready|degraded)", mark, within=60)
        setting.found_all()


def gap(program, options):
    """Samples that the box loses are counted, and cost what was on the air at most."""
    with inventories.one_pluto(program, options, devices=20) as (usb, setting):
        setting.start()
        ordered = setting.ordered()
        for _ in range(5):
            usb.order("gap 0 3000")
        _, devices, summary = ordered.result(60)
        setting.check_found_once(devices, summary)
        setting.found_all()
        assert setting.reader.is_running
