"""The checker itself: it must find faults that are planted."""

import pathlib
import shutil
import sqlite3

import checker
import exchange
import processes
import world


def planted(program, options):
    """Faults are planted in the AIoTF's store, and the checker finds each."""
    with world.World(program, devices=10, seed=options.seed) as setting:
        shutil.copy(setting.store_path, setting.folder / "before.db")
        setting.start()
        setting.order(exchange.READ)
        setting.check()
        setting.aiotf.kill()
        first, second = setting.store.devices[:2]
        for what, change, names, finding in [
                ("a result is lost", "DELETE FROM results WHERE device_id = ?", [first], "results lack it"),
                ("a stranger is reported",
                 "INSERT INTO results VALUES (1, ?, 1, NULL, NULL)", ["c0ffee"], "nobody provisioned"),
                ("a device stands under another's name",
                 "UPDATE results SET command_data = (SELECT command_data FROM results WHERE device_id = ?) "
                 "WHERE device_id = ?", [second, first], "under the name"),
                ("a request is forgotten", "DELETE FROM system_test_requests", [], "no order asked for")]:
            found = checker.faults(setting.journal, _changed(setting, change, names), setting.memory)
            _expect(what, finding, found)
        told = [[(1, first), (1, second), (1, first)]]
        _expect("a device is told twice", "told", checker.faults(setting.journal, setting.store, setting.memory, told))
        _roll_back(setting)


def _changed(setting, change, names):
    """The store as it would be after a change of its database."""
    copy = setting.folder / "changed.db"
    for suffix in ("", "-wal"):
        if pathlib.Path(f"{setting.store_path}{suffix}").exists():
            shutil.copy(f"{setting.store_path}{suffix}", f"{copy}{suffix}")
    database = sqlite3.connect(copy)
    database.execute(change, [bytes.fromhex(name) for name in names])
    database.commit()
    database.close()
    return checker.Store(copy, is_served=False)


def _roll_back(setting):
    """An AIoTF that has forgotten its counters pages a confirmed one again."""
    for path in setting.folder.glob("aiotf.db*"):
        path.unlink()
    shutil.copy(setting.folder / "before.db", setting.store_path)
    setting.start_aiotf()
    mark = len(setting.journal.pages)
    setting.order(wait=False)
    processes.wait_until(lambda: len(setting.journal.pages) > mark, "nothing was paged", 20)
    _expect("the store is replaced by an older one", "is paged with",
            checker.faults(setting.journal, setting.store, setting.memory))


def _expect(what, finding, found):
    hit = [text for text in found if finding in text]
    assert hit, f"{what}: the checker finds only {found}"
    print(f"  {what}: {hit[0][:150]}")
