"""Boxes that are pulled out and plugged in again."""

import time

import inventories


def unplug(program, options):
    """Unplugged in the middle of exchanges: no acknowledged device is unreported, and the order finds all."""
    with inventories.one_pluto(program, options, devices=30) as (usb, setting):
        setting.start()
        for round_ in range(3):
            ordered = setting.ordered("read:0,16")
            setting.acknowledgements(more_than=3 + 31 * round_)
            mark = setting.reader.mark()
            usb.order("unplug 0")
            setting.reader.wait("front end absent", mark)
            usb.order("plug 0")
            plugged = time.monotonic()
            back = setting.reader.wait("front end (ready|degraded)", mark, within=30)[0] - plugged
            _, devices, summary = ordered.result(90)
            setting.check_found_once(devices, summary)
            setting.check()
            print(f"  usable {back:.2f} s after it was plugged in again")


def pull(usb, setting, state):
    """Unplugs the box in one of four states; it is away afterwards."""
    mark = setting.reader.mark()
    if state == 1:  # in the middle of an inventory
        setting.ordered()
        setting.reader.wait("at transmit sample", mark)
    elif state == 2:  # when no samples come
        usb.order("silence 0")
        setting.reader.wait("front end stalled", mark)
    usb.order("unplug 0")
    if state == 2:
        usb.order("resume 0")
    elif state == 3:  # while it is being opened
        setting.reader.wait("front end absent", mark)
        usb.order("plug 0")
        usb.order("unplug 0")
    if state:  # 0: it is back before anybody has noticed
        setting.reader.wait("front end absent", mark)


def cycles(program, options):
    """Unplugged and plugged in again and again, in every state: nothing leaks. --cycles N"""
    with inventories.one_pluto(program, options, devices=3) as (usb, setting):
        setting.start()
        setting.found_all()
        before, times = None, []
        for number in range(options.cycles):
            pull(usb, setting, number % 4)
            mark = setting.reader.mark()
            begin = time.monotonic()
            usb.order("plug 0")
            times.append(setting.reader.wait("front end ready", mark, within=30)[0] - begin)
            if number == 3:
                before = setting.handles()
        setting.found_all()
        after = setting.handles()
        times.sort()
        print(f"  {options.cycles} rounds: usable after {times[len(times) // 2]:.2f} s (median), {times[-1]:.2f} s at worst; "
              f"descriptors, threads, KiB: {before} to {after}")
        assert after[0] <= before[0] and after[1] <= before[1], f"{before} has become {after}"
        assert after[2] < before[2] + 4_096, f"{before[2]} KiB have become {after[2]}"
