/*
 * Loaded into a program with LD_PRELOAD: while a switch is on, files below one directory cannot be changed, as when the
 * operating system has made a file system read-only after an error of its disk.
 *
 * READ_ONLY_ROOT   the directory, as an absolute path without links in it
 * READ_ONLY_WHILE  a file elsewhere: the switch is on while it exists
 *
 * Linux with glibc only.
 */
#include "shim.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static int is_on(void) {
  int saved = errno;
  const char *name = getenv("READ_ONLY_WHILE");
  int on = name && access(name, F_OK) == 0;
  errno = saved;
  return on;
}

/* Whether an absolute path is below the root, or the root itself. */
static int is_below(const char *path) {
  const char *root = getenv("READ_ONLY_ROOT");
  size_t length = root ? strlen(root) : 0;
  return length > 0 && strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static int refused(void) {
  errno = EROFS;
  return 1;
}

static int refuses_descriptor(int fd) {
  if (!is_on()) return 0;
  int saved = errno;
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  errno = saved;
  if (length <= 0) return 0;
  path[length] = 0;
  return is_below(path) && refused();
}

/* Programs under test give absolute paths of what they keep. */
static int refuses_path(const char *path) {
  return is_on() && path && is_below(path) && refused();
}

static int refuses_open(const char *path, int flags) {
  return (flags & (O_ACCMODE | O_CREAT | O_TRUNC)) != O_RDONLY && refuses_path(path);
}

int open(const char *path, int flags, ...) {
  MODE(flags)
  return refuses_open(path, flags) ? -1 : REAL(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return refuses_open(path, flags) ? -1 : REAL(open64)(path, flags, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  MODE(flags)
  return refuses_open(path, flags) ? -1 : REAL(openat)(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
  MODE(flags)
  return refuses_open(path, flags) ? -1 : REAL(openat64)(directory, path, flags, mode);
}

#define ON_DESCRIPTOR(type, name, parameters, arguments) \
  type name parameters { return refuses_descriptor(fd) ? -1 : REAL(name) arguments; }
ON_DESCRIPTOR(ssize_t, write, (int fd, const void *data, size_t length), (fd, data, length))
ON_DESCRIPTOR(ssize_t, pwrite, (int fd, const void *data, size_t length, off_t offset), (fd, data, length, offset))
ON_DESCRIPTOR(ssize_t, pwrite64, (int fd, const void *data, size_t length, off64_t offset), (fd, data, length, offset))
ON_DESCRIPTOR(ssize_t, writev, (int fd, const struct iovec *data, int parts), (fd, data, parts))
ON_DESCRIPTOR(int, fsync, (int fd), (fd))
ON_DESCRIPTOR(int, fdatasync, (int fd), (fd))
ON_DESCRIPTOR(int, sync_file_range, (int fd, off64_t offset, off64_t length, unsigned flags), (fd, offset, length, flags))
ON_DESCRIPTOR(int, ftruncate, (int fd, off_t length), (fd, length))
ON_DESCRIPTOR(int, ftruncate64, (int fd, off64_t length), (fd, length))
ON_DESCRIPTOR(int, fallocate, (int fd, int mode, off_t offset, off_t length), (fd, mode, offset, length))
ON_DESCRIPTOR(int, fallocate64, (int fd, int mode, off64_t offset, off64_t length), (fd, mode, offset, length))

#define ON_PATH(name, parameters, arguments) \
  int name parameters { return refuses_path(path) ? -1 : REAL(name) arguments; }
ON_PATH(rename, (const char *path, const char *to), (path, to))
ON_PATH(link, (const char *path, const char *to), (path, to))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(remove, (const char *path), (path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))
ON_PATH(rmdir, (const char *path), (path))
