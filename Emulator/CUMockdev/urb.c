// URBs: the list of those that are pending, and of those that can be reaped.

#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <sys/ioctl.h>
#include <string.h>

#include "internal.h"

mock_urb *mock_urb_new(mockdev *bed, UMockdevIoctlClient *client, mock_device *device, UMockdevIoctlData *data) {
    const struct usbdevfs_urb *urb = (const void *)data->data;
    mock_urb *made = g_new0(mock_urb, 1);
    made->number = ++bed->last_number;
    made->client = client;
    made->device = device;
    made->type = urb->type;
    made->endpoint = urb->endpoint;
    made->length = (size_t)urb->buffer_length;
    made->urb = g_object_ref(data);
    bed->memory += made->length;
    g_queue_push_tail(&bed->pending, made);
    return made;
}

void mock_urb_done(mockdev *bed, mock_urb *urb, int status) {
    urb->done = true;
    urb->status = status;
    g_queue_remove(&bed->pending, urb);
    g_queue_push_tail(&bed->done, urb);
    if (urb->device->reapable++ == 0) mock_node_set_ready(urb->device->pipe, true);
}

mock_urb *mock_urb_find(mockdev *bed, UMockdevIoctlClient *client, gulong client_address) {
    for (GList *link = bed->pending.head; link; link = link->next) {
        mock_urb *urb = link->data;
        if (urb->client == client && urb->urb->client_addr == client_address) return urb;
    }
    return NULL;
}

mock_urb *mock_urb_take_done(mockdev *bed, UMockdevIoctlClient *client) {
    for (GList *link = bed->done.head; link; link = link->next) {
        mock_urb *urb = link->data;
        if (urb->client != client) continue;
        g_queue_delete_link(&bed->done, link);
        if (--urb->device->reapable == 0) mock_node_set_ready(urb->device->pipe, false);
        return urb;
    }
    return NULL;
}

void mock_urb_free(mockdev *bed, mock_urb *urb) {
    bed->memory -= urb->length;
    g_object_unref(urb->urb);
    g_free(urb->answer);
    g_free(urb);
}

void mock_urb_return_all(mockdev *bed, mock_device *device) {
    for (GList *link = bed->pending.head, *next; link; link = next) {
        next = link->next;
        mock_urb *urb = link->data;
        if (urb->device == device) mock_urb_done(bed, urb, -ESHUTDOWN);
    }
}

void mockdev_complete(mockdev *bed, uint64_t number, int status, const uint8_t *octets, size_t length) {
    pthread_mutex_lock(&bed->lock);
    for (GList *link = bed->pending.head; link; link = link->next) {
        mock_urb *urb = link->data;
        if (urb->number != number) continue;
        size_t room = urb->type == USBDEVFS_URB_TYPE_CONTROL ? urb->length - 8 : urb->length;
        urb->answer_length = MIN(length, room);
        if (octets && urb->answer_length) urb->answer = g_memdup2(octets, urb->answer_length);
        mock_urb_done(bed, urb, length > room ? -EOVERFLOW : status);
        break;
    }
    pthread_mutex_unlock(&bed->lock);
}
