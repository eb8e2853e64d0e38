// Device nodes. libusb waits with poll for POLLOUT of the node until something can be reaped. A plain file would always be
// ready, and libusb would spin; so the node is a FIFO with room for one page: full while nothing can be reaped, empty
// while something can.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

// A file that root itself may not open for writing: the kernel answers EACCES before it looks at capabilities.
#define UNWRITABLE "/proc/sys/kernel/ostype"

char *mock_node_path(mockdev *bed, int address) {
    return g_strdup_printf("%s/dev/bus/usb/001/%03d", bed->root, address);
}

int mock_node_create(mockdev *bed, int address) {
    g_autofree char *path = mock_node_path(bed, address);
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0755) != 0 || mkfifo(path, 0666) != 0 || chmod(path, 0666) != 0) return -errno;
    int pipe = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (pipe < 0) return -errno;
    if (fcntl(pipe, F_SETPIPE_SZ, 4096) < 0) {
        int error = errno;
        close(pipe);
        return -error;
    }
    mock_node_set_ready(pipe, false);
    return pipe;
}

void mock_node_set_ready(int pipe, bool ready) {
    // One octet takes the one slot. A pipe that is in the wanted state already answers EAGAIN, which is fine.
    char octet = 0;
    ssize_t ignored = ready ? read(pipe, &octet, 1) : write(pipe, &octet, 1);
    (void)ignored;
}

void mock_node_remove(mockdev *bed, int address) {
    mock_node_deny(bed, address, false);
    g_autofree char *path = mock_node_path(bed, address);
    unlink(path);
}

// umockdev's preload (0.17.16) keeps a place for every open in /dev, failed ones too, and ends a client that has fifty: that
// is how often one client can be refused.
bool mock_node_deny(mockdev *bed, int address, bool denied) {
    g_autofree char *path = mock_node_path(bed, address), *path_aside = g_strconcat(path, ".aside", NULL);
    if ((access(path_aside, F_OK) == 0) == denied) return true;
    // The pipe stays what it is for those who have it open.
    if (!denied) return rename(path_aside, path) == 0;
    return rename(path, path_aside) == 0 && symlink(UNWRITABLE, path) == 0;
}
