// The ioctls of usbfs, as libusb's backend for Linux makes them. Each is answered at once: an answer that is held back
// would keep all other ioctls of the same descriptor waiting.

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <string.h>

#include "internal.h"

#define SUCCESS 0

// What a client has open. It goes with the client, which umockdev ends when the descriptor is closed or the process is
// gone; its own signals for that do not come in version 0.17.16.
typedef struct {
    mockdev *bed;
    mock_device *device;
    UMockdevIoctlClient *client;
} opening;

#define OPENING_KEY "mockdev-opening"

static mock_device *device_of(UMockdevIoctlClient *client) {
    const opening *opened = g_object_get_data(G_OBJECT(client), OPENING_KEY);
    return opened ? opened->device : NULL;
}

static int claim(mock_device *device, UMockdevIoctlClient *client, unsigned interface) {
    if (interface >= G_N_ELEMENTS(device->claims)) return EINVAL;
    if (device->claims[interface] && device->claims[interface] != client) return EBUSY;
    device->claims[interface] = client;
    return SUCCESS;
}

static int release(mock_device *device, UMockdevIoctlClient *client, unsigned interface) {
    if (interface >= G_N_ELEMENTS(device->claims) || device->claims[interface] != client) return EINVAL;
    device->claims[interface] = NULL;
    return SUCCESS;
}

// A number that the argument points to, as of CLAIMINTERFACE; false where it cannot be read.
static bool number(UMockdevIoctlData *argument, uint32_t *value) {
    g_autoptr(UMockdevIoctlData) data = umockdev_ioctl_data_resolve(argument, 0, sizeof *value, NULL);
    if (!data) return false;
    memcpy(value, data->data, sizeof *value);
    return true;
}

static int capabilities(UMockdevIoctlData *argument) {
    g_autoptr(UMockdevIoctlData) data = umockdev_ioctl_data_resolve(argument, 0, sizeof(uint32_t), NULL);
    if (!data) return EFAULT;
    uint32_t value = USBDEVFS_CAP_ZERO_PACKET | USBDEVFS_CAP_BULK_CONTINUATION | USBDEVFS_CAP_NO_PACKET_SIZE_LIM
        | USBDEVFS_CAP_BULK_SCATTER_GATHER | USBDEVFS_CAP_REAP_AFTER_DISCONNECT;
    memcpy(data->data, &value, sizeof value);
    return SUCCESS;
}

static int submit(mockdev *bed, mock_device *device, UMockdevIoctlClient *client, UMockdevIoctlData *argument) {
    g_autoptr(UMockdevIoctlData) data = umockdev_ioctl_data_resolve(argument, 0, sizeof(struct usbdevfs_urb), NULL);
    if (!data) return EFAULT;
    const struct usbdevfs_urb *urb = (const void *)data->data;
    bool is_control = urb->type == USBDEVFS_URB_TYPE_CONTROL;
    if (!is_control && urb->type != USBDEVFS_URB_TYPE_BULK && urb->type != USBDEVFS_URB_TYPE_INTERRUPT) return EINVAL;
    if (urb->buffer_length < (is_control ? 8 : 0)) return EINVAL;
    size_t length = (size_t)urb->buffer_length;
    if (length > USBFS_MEMORY) return ENOMEM;
    // What comes from the device has no content yet: its memory is looked at when it is reaped.
    bool goes_out = is_control || !(urb->endpoint & 0x80);
    g_autoptr(UMockdevIoctlData) buffer = NULL;
    if (goes_out && length) {
        buffer = umockdev_ioctl_data_resolve(data, offsetof(struct usbdevfs_urb, buffer), length, NULL);
        if (!buffer) return EFAULT;
    }
    pthread_mutex_lock(&bed->lock);
    bool has_memory = bed->memory + length <= USBFS_MEMORY;
    mock_urb *made = has_memory ? mock_urb_new(bed, client, device, data) : NULL;
    uint64_t number = made ? made->number : 0;
    uint8_t endpoint = is_control ? 0 : urb->endpoint;
    pthread_mutex_unlock(&bed->lock);
    if (!made) return ENOMEM;
    // Only this thread frees URBs, so the octets stay.
    bed->events.submitted(
        bed->events.context, device->address, number, endpoint, buffer ? buffer->data : NULL,
        is_control ? length - 8 : length);
    return SUCCESS;
}

// Writes what the device gave into the memory of the client, and the URB's address where the client wants it.
static int reap(mockdev *bed, UMockdevIoctlClient *client, UMockdevIoctlData *argument) {
    pthread_mutex_lock(&bed->lock);
    mock_urb *urb = mock_urb_take_done(bed, client);
    mock_device *device = device_of(client);
    bool is_gone = !device || device->is_gone;
    pthread_mutex_unlock(&bed->lock);
    if (!urb) return is_gone ? ENODEV : EAGAIN;
    struct usbdevfs_urb *wire = (void *)urb->urb->data;
    wire->status = urb->status;
    wire->actual_length = (int)urb->answer_length;
    size_t before = urb->type == USBDEVFS_URB_TYPE_CONTROL ? 8 : 0;
    if (urb->answer) {
        g_autoptr(UMockdevIoctlData) buffer = umockdev_ioctl_data_resolve(
            urb->urb, offsetof(struct usbdevfs_urb, buffer), before + urb->answer_length, NULL);
        if (buffer) memcpy(buffer->data + before, urb->answer, urb->answer_length);
    }
    g_autoptr(UMockdevIoctlData) slot = umockdev_ioctl_data_resolve(argument, 0, sizeof(void *), NULL);
    if (slot) umockdev_ioctl_data_set_ptr(slot, 0, urb->urb);
    pthread_mutex_lock(&bed->lock);
    mock_urb_free(bed, urb);
    pthread_mutex_unlock(&bed->lock);
    return slot ? SUCCESS : EFAULT;
}

static int discard(mockdev *bed, mock_device *device, UMockdevIoctlClient *client, UMockdevIoctlData *argument) {
    gulong client_address;
    memcpy(&client_address, argument->data, sizeof client_address);
    pthread_mutex_lock(&bed->lock);
    mock_urb *urb = mock_urb_find(bed, client, client_address);
    uint64_t number = urb ? urb->number : 0;
    if (urb) mock_urb_done(bed, urb, -ENOENT);
    pthread_mutex_unlock(&bed->lock);
    if (!urb) return EINVAL;
    bed->events.cancelled(bed->events.context, device->address, number);
    return SUCCESS;
}

static int with_device(mockdev *bed, mock_device *device, UMockdevIoctlClient *client, UMockdevIoctlData *argument) {
    uint32_t value = 0;
    switch (umockdev_ioctl_client_get_request(client)) {
    case USBDEVFS_GET_CAPABILITIES:
        return capabilities(argument);
    case USBDEVFS_CLAIMINTERFACE:
        return number(argument, &value) ? claim(device, client, value) : EFAULT;
    case USBDEVFS_DISCONNECT_CLAIM:
        return number(argument, &value) ? claim(device, client, value) : EFAULT;
    case USBDEVFS_RELEASEINTERFACE:
        return number(argument, &value) ? release(device, client, value) : EFAULT;
    case USBDEVFS_SETCONFIGURATION:
    case USBDEVFS_SETINTERFACE:
    case USBDEVFS_RESETEP:
    case USBDEVFS_FORBID_SUSPEND:
    case USBDEVFS_ALLOW_SUSPEND:
    case USBDEVFS_WAIT_FOR_RESUME:
        return SUCCESS;
    case USBDEVFS_CLEAR_HALT:
        if (!number(argument, &value)) return EFAULT;
        bed->events.cleared(bed->events.context, device->address, (uint8_t)value);
        return SUCCESS;
    case USBDEVFS_RESET:
        pthread_mutex_lock(&bed->lock);
        mock_urb_return_all(bed, device);
        pthread_mutex_unlock(&bed->lock);
        bed->events.reset(bed->events.context, device->address);
        return SUCCESS;
    case USBDEVFS_SUBMITURB:
        return submit(bed, device, client, argument);
    case USBDEVFS_DISCARDURB:
        return discard(bed, device, client, argument);
    case USBDEVFS_GETDRIVER:  // No driver of the kernel is bound.
    case USBDEVFS_IOCTL:
        return ENODATA;
    default:
        return ENOTTY;
    }
}

gboolean mock_on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, mockdev *bed) {
    (void)base;
    gulong request = umockdev_ioctl_client_get_request(client);
    UMockdevIoctlData *argument = umockdev_ioctl_client_get_arg(client);
    int error;
    if (request == USBDEVFS_REAPURB || request == USBDEVFS_REAPURBNDELAY) {
        error = reap(bed, client, argument);
    } else {
        pthread_mutex_lock(&bed->lock);
        mock_device *device = device_of(client);
        bool is_there = device && !device->is_gone;
        pthread_mutex_unlock(&bed->lock);
        error = is_there ? with_device(bed, device, client, argument) : ENODEV;
    }
    umockdev_ioctl_client_complete(client, error ? -1 : 0, error);
    return TRUE;
}

// Frees what a client leaves behind; the client itself is only a name here.
static void vanished(gpointer data) {
    g_autofree opening *opened = data;
    mockdev *bed = opened->bed;
    mock_device *device = opened->device;
    int address = device->address;
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(uint64_t));
    pthread_mutex_lock(&bed->lock);
    for (size_t i = 0; i < G_N_ELEMENTS(device->claims); i++)
        if (device->claims[i] == opened->client) device->claims[i] = NULL;
    for (GList *link = bed->pending.head, *next; link; link = next) {
        next = link->next;
        mock_urb *urb = link->data;
        if (urb->client != opened->client) continue;
        g_array_append_val(numbers, urb->number);
        mock_urb_done(bed, urb, -ENOENT);
    }
    for (mock_urb *urb; (urb = mock_urb_take_done(bed, opened->client));) mock_urb_free(bed, urb);
    // One reference is that of the bus.
    bool was_last = device->references == 2 && !device->is_gone;
    mock_device_release(device);
    pthread_mutex_unlock(&bed->lock);
    for (guint i = 0; i < numbers->len; i++)
        bed->events.cancelled(bed->events.context, address, g_array_index(numbers, uint64_t, i));
    if (was_last) bed->events.closed(bed->events.context, address);
}

void mock_on_connected(UMockdevIoctlBase *base, UMockdevIoctlClient *client, mockdev *bed) {
    (void)base;
    const char *slash = strrchr(umockdev_ioctl_client_get_devnode(client), '/');
    gint64 address = slash ? g_ascii_strtoll(slash + 1, NULL, 10) : 0;
    if (address < FIRST_ADDRESS || address > LAST_ADDRESS) return;
    pthread_mutex_lock(&bed->lock);
    mock_device *device = bed->devices[address];
    if (device) {
        device->references++;
        opening *opened = g_new(opening, 1);
        *opened = (opening){bed, device, client};
        g_object_set_data_full(G_OBJECT(client), OPENING_KEY, opened, vanished);
    }
    pthread_mutex_unlock(&bed->lock);
}
