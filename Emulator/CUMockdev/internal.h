#ifndef MOCKDEV_INTERNAL_H
#define MOCKDEV_INTERNAL_H

#include <glib.h>
#include <limits.h>
#include <pthread.h>
#include <umockdev.h>

#include "mockdev.h"

// Addresses of a USB bus; 1 is the root hub's, which is not emulated.
#define FIRST_ADDRESS 2
#define LAST_ADDRESS 127
// What the kernel lends to the URBs of usbfs altogether (usbfs_memory_mb).
#define USBFS_MEMORY (16 * 1024 * 1024)

// A device that was plugged in. It lives until it is unplugged and all clients have closed it.
typedef struct {
    int references;
    int address;
    bool is_gone;
    char *syspath;
    // The node, a pipe of one slot: see node.c.
    int pipe;
    // URBs that can be reaped, of all clients.
    int reapable;
    // Who has claimed which interface.
    UMockdevIoctlClient *claims[32];
} mock_device;

// An URB between SUBMITURB and its reaping. Everything of umockdev in it is touched on the worker thread only; another
// thread that completes it leaves the answer in `answer`.
typedef struct {
    uint64_t number;
    UMockdevIoctlClient *client;
    mock_device *device;
    uint8_t type, endpoint;
    size_t length;
    UMockdevIoctlData *urb;
    bool done;
    int status;
    uint8_t *answer;
    size_t answer_length;
} mock_urb;

struct mockdev {
    mockdev_events events;
    UMockdevTestbed *testbed;
    UMockdevIoctlBase *handler;
    char *root;
    // Held for the fields below and for nothing that waits. Recursive, as umockdev may tell of a client that has vanished
    // from within a call.
    pthread_mutex_t lock;
    mock_device *devices[LAST_ADDRESS + 1];
    bool attached[LAST_ADDRESS + 1];
    int last_address;
    // In the order of submission, and those that are done in the order of completion.
    GQueue pending, done;
    uint64_t last_number;
    size_t memory;
};

// node.c
char *mock_node_path(mockdev *bed, int address);
int mock_node_create(mockdev *bed, int address);
void mock_node_remove(mockdev *bed, int address);
bool mock_node_deny(mockdev *bed, int address, bool denied);
void mock_node_set_ready(int pipe, bool ready);

// mockdev.c: with the lock held.
void mock_device_release(mock_device *device);

// urb.c: all with the lock held.
mock_urb *mock_urb_new(mockdev *bed, UMockdevIoctlClient *client, mock_device *device, UMockdevIoctlData *data);
void mock_urb_done(mockdev *bed, mock_urb *urb, int status);
mock_urb *mock_urb_find(mockdev *bed, UMockdevIoctlClient *client, gulong client_address);
mock_urb *mock_urb_take_done(mockdev *bed, UMockdevIoctlClient *client);
void mock_urb_free(mockdev *bed, mock_urb *urb);
// Returns all URBs of a device to their clients, as the kernel does when a port is reset.
void mock_urb_return_all(mockdev *bed, mock_device *device);

// ioctl.c: what the worker thread calls.
gboolean mock_on_ioctl(UMockdevIoctlBase *base, UMockdevIoctlClient *client, mockdev *bed);
void mock_on_connected(UMockdevIoctlBase *base, UMockdevIoctlClient *client, mockdev *bed);

#endif
