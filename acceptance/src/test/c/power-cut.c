/*
 * Loaded into a program with LD_PRELOAD, writes down what the program does with the files below one directory, so that
 * a test can work out what the disk would have when power ended at any moment.
 *
 * POWER_CUT_ROOT     the directory, as an absolute path without links in it
 * POWER_CUT_JOURNAL  the file, outside of it, that records are appended to
 *
 * A record is written when the operation has happened and before the program hears of it, and one at a time: their order
 * is that of the operations. So the journal of a killed program says all that the program could have told anybody of.
 * What this cannot follow (shared writable mappings, O_SYNC, links by name, ...) fails with ENOTSUP and is
 * recorded, so that the test fails. What is written through stdio passes by libc's own calls: such files are recorded as
 * opaque, and the test takes them as lost. Linux with glibc only.
 */
#include "shim.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 1 << 16, PARTS = 128 };

/* What a record begins with; then come both names, and for a write its bytes. */
struct record {
  uint32_t operation;
  uint32_t name_length;
  uint32_t other_name_length;
  uint32_t unused;
  uint64_t inode;
  uint64_t offset; /* of a write; the new length; the token of a synchronisation */
  uint64_t length; /* of a write's bytes */
};

/* The file that a descriptor was opened for, while it is one below the root; 0 is none. */
static struct {
  dev_t device;
  ino_t inode;
} opened[FDS];

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int journal = -1;
static uint64_t synchronisations;

__attribute__((constructor)) static void begin(void) {
  root = getenv("POWER_CUT_ROOT");
  root_length = root ? strlen(root) : 0;
}

static void must(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "power-cut: %s: %s\n", what, strerror(errno));
  abort();
}

static int journal_descriptor(void) {
  if (journal < 0) {
    const char *name = getenv("POWER_CUT_JOURNAL");
    must(name != NULL, "POWER_CUT_JOURNAL is not set");
    journal = REAL(open)(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    must(journal >= 0, name);
  }
  return journal;
}

/* With the lock held. */
static void record_data(char operation, const char *name, const char *other, ino_t inode, uint64_t offset,
                        const struct iovec *data, int parts, size_t length) {
  struct record head = {.operation = (unsigned char)operation,
                        .name_length = strlen(name),
                        .other_name_length = strlen(other),
                        .inode = inode,
                        .offset = offset,
                        .length = length};
  struct iovec all[3 + PARTS] = {{&head, sizeof head}, {(char *)name, head.name_length}, {(char *)other, head.other_name_length}};
  size_t total = sizeof head + head.name_length + head.other_name_length + length;
  int count = 3;
  for (int i = 0; i < parts && length > 0; i++) {
    size_t part = data[i].iov_len < length ? data[i].iov_len : length;
    all[count++] = (struct iovec){data[i].iov_base, part};
    length -= part;
  }
  int saved = errno;
  must(REAL(writev)(journal_descriptor(), all, count) == (ssize_t)total, "the journal cannot be written");
  errno = saved;
}

static void record(char operation, const char *name, const char *other, ino_t inode, uint64_t offset) {
  record_data(operation, name, other, inode, offset, NULL, 0, 0);
}

/* Returns -1 as the operation's result. */
static int unsupported(const char *what) {
  pthread_mutex_lock(&lock);
  record('X', what, "", 0, 0);
  pthread_mutex_unlock(&lock);
  errno = ENOTSUP;
  return -1;
}

/* Makes a path absolute, without empty parts, "." and "..". */
static int absolute(int directory, const char *path, char *to) {
  char whole[2 * PATH_MAX];
  if (path[0] == '/') {
    if (strlen(path) >= PATH_MAX) return 0;
    strcpy(whole, path);
  } else {
    char base[PATH_MAX];
    if (directory == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    if (snprintf(whole, sizeof whole, "%s/%s", base, path) >= PATH_MAX) return 0;
  }
  size_t end = 0;
  char *rest;
  for (char *part = strtok_r(whole, "/", &rest); part; part = strtok_r(NULL, "/", &rest)) {
    if (strcmp(part, ".") == 0) continue;
    if (strcmp(part, "..") == 0) {
      while (end > 0 && to[--end] != '/') {}
      continue;
    }
    size_t length = strlen(part);
    to[end++] = '/';
    memcpy(to + end, part, length);
    end += length;
  }
  to[end] = 0;
  return 1;
}

/* The name below the root ("" for the root), or NULL when the path is elsewhere; it stands in the buffer. */
static const char *below(int directory, const char *path, char *buffer) {
  if (root_length == 0 || !path || !absolute(directory, path, buffer)) return NULL;
  if (strncmp(buffer, root, root_length) != 0) return NULL;
  if (buffer[root_length] == 0) return buffer + root_length;
  return buffer[root_length] == '/' ? buffer + root_length + 1 : NULL;
}

/* Whether a descriptor is of a file below the root. What libc closes by itself is noticed here. */
static int follows(int fd, struct stat *is) {
  if (fd < 0 || fd >= FDS || opened[fd].inode == 0) return 0;
  if (fstat(fd, is) == 0 && is->st_dev == opened[fd].device && is->st_ino == opened[fd].inode) return 1;
  opened[fd].inode = 0;
  return 0;
}

static void follow(int fd) {
  struct stat is;
  must(fd < FDS, "too many descriptors");
  must(fstat(fd, &is) == 0, "fstat");
  opened[fd].device = is.st_dev;
  opened[fd].inode = is.st_ino;
}

static ino_t inode_of(const char *path) {
  struct stat is;
  return lstat(path, &is) == 0 ? is.st_ino : 0;
}

/* With the lock held: a file was opened. */
static void opened_file(int fd, const char *name, int existed, int truncated) {
  follow(fd);
  if (!existed) {
    record('C', name, "", opened[fd].inode, 0);
  } else if (truncated) {
    record('T', "", "", opened[fd].inode, 0);
  }
}

static int open_at(int directory, const char *path, int flags, mode_t mode) {
  char buffer[2 * PATH_MAX];
  const char *name = below(directory, path, buffer);
  if (!name) return REAL(openat)(directory, path, flags, mode);
  if ((flags & O_TMPFILE) == O_TMPFILE) return unsupported("O_TMPFILE");
  if (flags & (O_DSYNC | O_DIRECT)) return unsupported("O_SYNC, O_DSYNC or O_DIRECT");
  pthread_mutex_lock(&lock);
  int existed = inode_of(buffer) != 0;
  int fd = REAL(openat)(directory, path, flags, mode);
  if (fd >= 0) opened_file(fd, name, existed, (flags & O_TRUNC) != 0);
  pthread_mutex_unlock(&lock);
  return fd;
}

int open(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  MODE(flags)
  return open_at(AT_FDCWD, path, flags | O_LARGEFILE, mode);
}

int openat(int directory, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(directory, path, flags, mode);
}

int openat64(int directory, const char *path, int flags, ...) {
  MODE(flags)
  return open_at(directory, path, flags | O_LARGEFILE, mode);
}

/* What programs compiled with _FORTIFY_SOURCE call. */
int __open_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags, 0); }
int __open64_2(const char *path, int flags) { return open_at(AT_FDCWD, path, flags | O_LARGEFILE, 0); }
int __openat_2(int directory, const char *path, int flags) { return open_at(directory, path, flags, 0); }
int __openat64_2(int directory, const char *path, int flags) { return open_at(directory, path, flags | O_LARGEFILE, 0); }

int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *path, mode_t mode) { return creat(path, mode); }

int close(int fd) {
  if (fd >= 0 && fd < FDS) opened[fd].inode = 0;
  return REAL(close)(fd);
}

static int duplicated(int from, int to) {
  if (to >= 0 && to < FDS) {
    if (from >= 0 && from < FDS) {
      opened[to] = opened[from];
    } else {
      opened[to].inode = 0;
    }
  }
  return to;
}

int dup(int fd) { return duplicated(fd, REAL(dup)(fd)); }
int dup2(int fd, int to) { return duplicated(fd, REAL(dup2)(fd, to)); }
int dup3(int fd, int to, int flags) { return duplicated(fd, REAL(dup3)(fd, to, flags)); }

static FILE *stdio(FILE *(*open_stream)(const char *, const char *), const char *path, const char *mode) {
  char buffer[2 * PATH_MAX];
  const char *name = below(AT_FDCWD, path, buffer);
  if (!name || !strpbrk(mode, "wa+")) return open_stream(path, mode);
  pthread_mutex_lock(&lock);
  int existed = inode_of(buffer) != 0;
  FILE *stream = open_stream(path, mode);
  if (stream) {
    opened_file(fileno(stream), name, existed, mode[0] == 'w');
    record('O', "", "", opened[fileno(stream)].inode, 0);
  }
  pthread_mutex_unlock(&lock);
  return stream;
}

FILE *fopen(const char *path, const char *mode) { return stdio(REAL(fopen), path, mode); }
FILE *fopen64(const char *path, const char *mode) { return stdio(REAL(fopen64), path, mode); }

FILE *fdopen(int fd, const char *mode) {
  struct stat is;
  if (follows(fd, &is) && strpbrk(mode, "wa+")) {
    pthread_mutex_lock(&lock);
    record('O', "", "", is.st_ino, 0);
    pthread_mutex_unlock(&lock);
  }
  return REAL(fdopen)(fd, mode);
}

/* The lock is taken for good when this returns 1. */
static int begin_write(int fd, struct stat *is) {
  if (!follows(fd, is)) return 0;
  pthread_mutex_lock(&lock);
  if (follows(fd, is) && S_ISREG(is->st_mode)) return 1;
  pthread_mutex_unlock(&lock);
  return 0;
}

static ssize_t end_write(const struct stat *was, off_t offset, const struct iovec *data, int parts, ssize_t written) {
  if (written > 0) record_data('W', "", "", was->st_ino, offset, data, parts, written);
  pthread_mutex_unlock(&lock);
  return written;
}

/* Where a write without an offset goes. */
static off_t position(int fd, const struct stat *is) {
  return fcntl(fd, F_GETFL) & O_APPEND ? is->st_size : lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t length) {
  struct stat is;
  if (!begin_write(fd, &is)) return REAL(write)(fd, data, length);
  struct iovec part = {(void *)data, length};
  off_t offset = position(fd, &is);
  return end_write(&is, offset, &part, 1, REAL(write)(fd, data, length));
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  struct stat is;
  if (!begin_write(fd, &is)) return REAL(pwrite)(fd, data, length, offset);
  struct iovec part = {(void *)data, length};
  return end_write(&is, offset, &part, 1, REAL(pwrite)(fd, data, length, offset));
}

ssize_t pwrite64(int fd, const void *data, size_t length, off_t offset) { return pwrite(fd, data, length, offset); }

ssize_t writev(int fd, const struct iovec *data, int parts) {
  struct stat is;
  if (!begin_write(fd, &is)) return REAL(writev)(fd, data, parts);
  off_t offset = position(fd, &is);
  parts = parts > PARTS ? PARTS : parts; /* a short write */
  return end_write(&is, offset, data, parts, REAL(writev)(fd, data, parts));
}

ssize_t pwritev(int fd, const struct iovec *data, int parts, off_t offset) {
  struct stat is;
  if (!begin_write(fd, &is)) return REAL(pwritev)(fd, data, parts, offset);
  parts = parts > PARTS ? PARTS : parts;
  return end_write(&is, offset, data, parts, REAL(pwritev)(fd, data, parts, offset));
}

ssize_t pwritev64(int fd, const struct iovec *data, int parts, off_t offset) { return pwritev(fd, data, parts, offset); }

/* Programs go back to write() when these do not work. */
#define NOT_TO(name, parameters, to, arguments)                              \
  ssize_t name parameters {                                                  \
    struct stat is;                                                          \
    if (!follows(to, &is)) return REAL(name) arguments;                      \
    errno = ENOSYS;                                                          \
    return -1;                                                               \
  }
NOT_TO(sendfile, (int to, int from, off_t *offset, size_t length), to, (to, from, offset, length))
NOT_TO(sendfile64, (int to, int from, off64_t *offset, size_t length), to, (to, from, offset, length))
NOT_TO(splice, (int from, off64_t *at, int to, off64_t *offset, size_t length, unsigned flags), to,
       (from, at, to, offset, length, flags))
NOT_TO(copy_file_range, (int from, off64_t *at, int to, off64_t *offset, size_t length, unsigned flags), to,
       (from, at, to, offset, length, flags))

int ftruncate(int fd, off_t length) {
  struct stat is;
  if (!begin_write(fd, &is)) return REAL(ftruncate)(fd, length);
  int result = REAL(ftruncate)(fd, length);
  if (result == 0) record('T', "", "", is.st_ino, length);
  pthread_mutex_unlock(&lock);
  return result;
}

int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

int truncate(const char *path, off_t length) {
  char buffer[2 * PATH_MAX];
  return below(AT_FDCWD, path, buffer) ? unsupported("truncate") : REAL(truncate)(path, length);
}

int truncate64(const char *path, off_t length) { return truncate(path, length); }

static int allocate(int fd, int mode, off_t offset, off_t length, int (*call)(int, int, off_t, off_t)) {
  struct stat is;
  if (!begin_write(fd, &is)) return call(fd, mode, offset, length);
  if ((mode & ~(FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE)) || ((mode & FALLOC_FL_PUNCH_HOLE) && offset < is.st_size)) {
    pthread_mutex_unlock(&lock);
    return unsupported("fallocate that changes what is there");
  }
  int result = call(fd, mode, offset, length);
  if (result == 0 && mode == 0 && offset + length > is.st_size) record('T', "", "", is.st_ino, offset + length);
  pthread_mutex_unlock(&lock);
  return result;
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  return allocate(fd, mode, offset, length, REAL(fallocate));
}

int fallocate64(int fd, int mode, off_t offset, off_t length) { return fallocate(fd, mode, offset, length); }

static int plainly(int fd, int mode, off_t offset, off_t length) {
  (void)mode;
  return REAL(posix_fallocate)(fd, offset, length);
}

int posix_fallocate(int fd, off_t offset, off_t length) { return allocate(fd, 0, offset, length, plainly); }
int posix_fallocate64(int fd, off_t offset, off_t length) { return posix_fallocate(fd, offset, length); }

/* What was written before it began is safe when it has ended; what comes meanwhile may be or not. */
static int synchronise(int fd, int (*call)(int)) {
  struct stat is;
  if (!follows(fd, &is)) return call(fd);
  pthread_mutex_lock(&lock);
  uint64_t token = ((uint64_t)getpid() << 32) + ++synchronisations;
  record('B', "", "", is.st_ino, token);
  pthread_mutex_unlock(&lock);
  int result = call(fd);
  if (result == 0) {
    pthread_mutex_lock(&lock);
    record('E', "", "", is.st_ino, token);
    pthread_mutex_unlock(&lock);
  }
  return result;
}

int fsync(int fd) { return synchronise(fd, REAL(fsync)); }
int fdatasync(int fd) { return synchronise(fd, REAL(fdatasync)); }

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  struct stat is;
  if ((protection & PROT_WRITE) && (flags & MAP_SHARED) && follows(fd, &is)) {
    unsupported("a shared writable mapping");
    return MAP_FAILED;
  }
  return REAL(mmap)(address, length, protection, flags, fd, offset);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off_t offset) {
  return mmap(address, length, protection, flags, fd, offset);
}

/* With one name below the root; the other one is elsewhere, or there is none. */
static int record_entry(int result, char operation, const char *name, const char *other, ino_t inode) {
  if (result == 0) record(operation, name, other, inode, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

int renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
  char from_buffer[2 * PATH_MAX], to_buffer[2 * PATH_MAX];
  const char *name = below(from_directory, from, from_buffer);
  const char *other = below(to_directory, to, to_buffer);
  if (!name && !other) return REAL(renameat2)(from_directory, from, to_directory, to, flags);
  if (!name || !other) return unsupported("a rename into or out of the directory");
  if (flags & ~RENAME_NOREPLACE) return unsupported("a rename with flags");
  pthread_mutex_lock(&lock);
  return record_entry(REAL(renameat2)(from_directory, from, to_directory, to, flags), 'R', name, other, 0);
}

int renameat(int from_directory, const char *from, int to_directory, const char *to) {
  return renameat2(from_directory, from, to_directory, to, 0);
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags) {
  char from_buffer[2 * PATH_MAX], to_buffer[2 * PATH_MAX];
  const char *name = below(from_directory, from, from_buffer);
  const char *other = below(to_directory, to, to_buffer);
  if (!name && !other) return REAL(linkat)(from_directory, from, to_directory, to, flags);
  if (!name || !other) return unsupported("a link into or out of the directory");
  pthread_mutex_lock(&lock);
  return record_entry(REAL(linkat)(from_directory, from, to_directory, to, flags), 'L', name, other, 0);
}

int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int symlinkat(const char *target, int directory, const char *path) {
  char buffer[2 * PATH_MAX];
  return below(directory, path, buffer) ? unsupported("a symbolic link") : REAL(symlinkat)(target, directory, path);
}

int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int unlinkat(int directory, const char *path, int flags) {
  char buffer[2 * PATH_MAX];
  const char *name = below(directory, path, buffer);
  if (!name) return REAL(unlinkat)(directory, path, flags);
  pthread_mutex_lock(&lock);
  return record_entry(REAL(unlinkat)(directory, path, flags), 'U', name, "", 0);
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int remove(const char *path) {
  int result = unlink(path);
  return result != 0 && errno == EISDIR ? rmdir(path) : result;
}

int mkdirat(int directory, const char *path, mode_t mode) {
  char buffer[2 * PATH_MAX];
  const char *name = below(directory, path, buffer);
  if (!name) return REAL(mkdirat)(directory, path, mode);
  pthread_mutex_lock(&lock);
  int result = REAL(mkdirat)(directory, path, mode);
  return record_entry(result, 'M', name, "", inode_of(buffer));
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
