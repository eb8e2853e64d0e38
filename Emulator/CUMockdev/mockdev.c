// The test bed: devices come and go.

#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

// umockdev complains of a client that was killed in the middle of an ioctl, which is what tests do to clients.
static void log_message(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer data) {
    if (!strstr(message, "Destroying IoctlClient")) g_log_default_handler(domain, level, message, data);
}

mockdev *mockdev_new(mockdev_events events) {
    // umockdev_in_mock_environment looks at the links of /sys, which say nothing in a container.
    const char *preload = getenv("LD_PRELOAD");
    if (!preload || !strstr(preload, "libumockdev-preload")) return NULL;
    g_log_set_handler(NULL, G_LOG_LEVEL_CRITICAL, log_message, NULL);
    mockdev *bed = g_new0(mockdev, 1);
    bed->events = events;
    pthread_mutexattr_t recursive;
    pthread_mutexattr_init(&recursive);
    pthread_mutexattr_settype(&recursive, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&bed->lock, &recursive);
    pthread_mutexattr_destroy(&recursive);
    bed->last_address = FIRST_ADDRESS - 1;
    bed->testbed = umockdev_testbed_new();
    bed->root = umockdev_testbed_get_root_dir(bed->testbed);
    bed->handler = umockdev_ioctl_base_new();
    g_signal_connect(bed->handler, "handle-ioctl", G_CALLBACK(mock_on_ioctl), bed);
    g_signal_connect(bed->handler, "client-connected", G_CALLBACK(mock_on_connected), bed);
    return bed;
}

const char *mockdev_root(mockdev *bed) { return bed->root; }

// The next address that is free, as the kernel gives them: one that was used just now comes last.
static int free_address(mockdev *bed) {
    for (int tries = FIRST_ADDRESS; tries <= LAST_ADDRESS; tries++) {
        bed->last_address = bed->last_address == LAST_ADDRESS ? FIRST_ADDRESS : bed->last_address + 1;
        if (!bed->devices[bed->last_address]) return bed->last_address;
    }
    return -ENFILE;
}

static char *add_to_sysfs(mockdev *bed, int address, const mockdev_description *what) {
    g_autofree char *vendor = g_strdup_printf("%04x\n", what->vendor), *product = g_strdup_printf("%04x\n", what->product);
    g_autofree char *release = g_strdup_printf("%04x\n", what->release), *number = g_strdup_printf("%d\n", address);
    g_autofree char *numbers = g_strdup_printf("189:%d\n", address - 1), *minor = g_strdup_printf("%d", address - 1);
    g_autofree char *node = g_strdup_printf("/dev/bus/usb/001/%03d", address);
    g_autofree char *address3 = g_strdup_printf("%03d", address);
    g_autofree char *id = g_strdup_printf("%x/%x/%x", what->vendor, what->product, what->release);
    g_autofree char *vendor_id = g_strdup_printf("%04x", what->vendor), *product_id = g_strdup_printf("%04x", what->product);
    g_strchomp(numbers);  // umockdev makes a link of it.
    gchar *attributes[] = {
        "busnum", "1\n", "devnum", number, "dev", numbers, "idVendor", vendor, "idProduct", product, "bcdDevice",
        release, "manufacturer", (gchar *)what->manufacturer, "product", (gchar *)what->name, "serial",
        (gchar *)what->serial, "speed", "480\n", "version", " 2.00\n", "bConfigurationValue", "1\n",
        "bNumConfigurations", "1\n", "bDeviceClass", "00\n", "removable", "removable\n", NULL};
    gchar *properties[] = {
        "DEVNAME", node, "DEVTYPE", "usb_device", "SUBSYSTEM", "usb", "DRIVER", "usb", "BUSNUM", "001", "DEVNUM",
        address3, "MAJOR", "189", "MINOR", minor, "PRODUCT", id, "TYPE", "0/0/0", "ID_VENDOR_ID", vendor_id,
        "ID_MODEL_ID", product_id, "ID_SERIAL_SHORT", (gchar *)what->serial, NULL};
    char *path = umockdev_testbed_add_devicev(bed->testbed, "usb", what->port, NULL, attributes, properties);
    if (path)
        umockdev_testbed_set_attribute_binary(
            bed->testbed, path, "descriptors", (guint8 *)what->descriptors, (gint)what->descriptors_length);
    return path;
}

void mock_device_release(mock_device *device) {
    if (--device->references > 0) return;
    close(device->pipe);
    g_free(device->syspath);
    g_free(device);
}

// A device at a free address, with its node, without an entry in sysfs. Holding the lock keeps clients that find the node
// waiting until the device is known.
static mock_device *new_device(mockdev *bed, int *error) {
    int address = free_address(bed);
    if (address < 0) return *error = address, NULL;
    if (!bed->attached[address]) {
        g_autofree char *node = g_strdup_printf("/dev/bus/usb/001/%03d", address);
        if (!umockdev_testbed_attach_ioctl(bed->testbed, node, bed->handler, NULL)) return *error = -EIO, NULL;
        bed->attached[address] = true;
    }
    int pipe = mock_node_create(bed, address);
    if (pipe < 0) return *error = pipe, NULL;
    mock_device *device = bed->devices[address] = g_new0(mock_device, 1);
    device->references = 1;
    device->address = address;
    device->pipe = pipe;
    return device;
}

int mockdev_plug(mockdev *bed, const mockdev_description *what) {
    int error = 0;
    pthread_mutex_lock(&bed->lock);
    mock_device *device = new_device(bed, &error);
    pthread_mutex_unlock(&bed->lock);
    if (!device) return error;
    int address = device->address;
    device->syspath = add_to_sysfs(bed, address, what);
    if (!device->syspath) {
        mockdev_unplug(bed, address);
        return -EIO;
    }
    umockdev_testbed_uevent(bed->testbed, device->syspath, "add");
    return address;
}

void mockdev_unplug(mockdev *bed, int address) {
    pthread_mutex_lock(&bed->lock);
    mock_device *device = address >= FIRST_ADDRESS && address <= LAST_ADDRESS ? bed->devices[address] : NULL;
    if (device) {
        device->is_gone = true;
        mock_urb_return_all(bed, device);
        mock_node_remove(bed, address);
    }
    pthread_mutex_unlock(&bed->lock);
    if (!device) return;
    if (device->syspath) {
        // The event is made of the entries, so they go after it.
        umockdev_testbed_uevent(bed->testbed, device->syspath, "remove");
        umockdev_testbed_remove_device(bed->testbed, device->syspath);
    }
    pthread_mutex_lock(&bed->lock);
    bed->devices[address] = NULL;
    mock_device_release(device);
    pthread_mutex_unlock(&bed->lock);
}

bool mockdev_set_denied(mockdev *bed, int address, bool denied) {
    pthread_mutex_lock(&bed->lock);
    bool is_there = address >= FIRST_ADDRESS && address <= LAST_ADDRESS && bed->devices[address];
    bool is_done = is_there && mock_node_deny(bed, address, denied);
    pthread_mutex_unlock(&bed->lock);
    return is_done;
}

void mockdev_free(mockdev *bed) {
    for (int address = FIRST_ADDRESS; address <= LAST_ADDRESS; address++) mockdev_unplug(bed, address);
    // The worker thread ends with the test bed; what it uses stays until the process ends.
    g_object_unref(bed->testbed);
}
