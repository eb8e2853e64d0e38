#ifndef MOCKDEV_H
#define MOCKDEV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// USB devices that do not exist, for programs that run under umockdev-wrapper with UMOCKDEV_DIR set to the root of a bed.
//
// This file is all that Swift sees of GObject and of usbfs. Devices are named by their address on bus 1; URBs by
// numbers that are never given twice, so that a late completion of one that is gone already is harmless.

typedef struct mockdev mockdev;

// What clients do. Calls come on umockdev's worker thread, one at a time, with no lock held; the client waits meanwhile.
typedef struct {
    void *context;
    // An URB was submitted and stays pending until mockdev_complete. `octets` is what goes to the device: the setup packet
    // and its data for endpoint 0, the data of an OUT endpoint, nothing for an IN endpoint. `length` is the room for the
    // answer, or the length of the data.
    void (*submitted)(void *context, int address, uint64_t urb, uint8_t endpoint, const uint8_t *octets, size_t length);
    // It was discarded by its client, or the client is gone: it needs no completion any more.
    void (*cancelled)(void *context, int address, uint64_t urb);
    // The halt of an endpoint is to be cleared.
    void (*cleared)(void *context, int address, uint8_t endpoint);
    // The port was reset; all URBs were returned before.
    void (*reset)(void *context, int address);
    // No client has it open any more.
    void (*closed)(void *context, int address);
} mockdev_events;

typedef struct {
    // Port in sysfs, such as "1-3": a device that comes back has the same port and another address.
    const char *port;
    uint16_t vendor, product, release;
    const char *manufacturer, *name, *serial;
    // Device descriptor and configurations, as in the sysfs attribute of that name.
    const uint8_t *descriptors;
    size_t descriptors_length;
} mockdev_description;

// Makes an empty test bed; NULL where the process does not run under umockdev-wrapper.
mockdev *mockdev_new(mockdev_events events);
const char *mockdev_root(mockdev *bed);
// Plugs a device in and sends its uevent. Returns its address, 2 to 127, or a negative errno.
int mockdev_plug(mockdev *bed, const mockdev_description *description);
// Returns all URBs with ESHUTDOWN, takes node and sysfs entry away and sends the uevent.
void mockdev_unplug(mockdev *bed, int address);
// Makes the node such that open fails with EACCES (also for root), or as it was.
bool mockdev_set_denied(mockdev *bed, int address, bool denied);
// Ends an URB: `status` 0 or a negative errno, `octets` what the device gives. Unknown ones are ignored.
void mockdev_complete(mockdev *bed, uint64_t urb, int status, const uint8_t *octets, size_t length);
// Removes the test bed from the disk.
void mockdev_free(mockdev *bed);

#endif
