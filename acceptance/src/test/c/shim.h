/* What libraries have in common that stand between a program and its C library; Linux with glibc only. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>

/* The original of an intercepted function. */
#define REAL(name)                                                            \
  ({                                                                          \
    static __typeof__(&name) found;                                           \
    if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name);           \
    found;                                                                    \
  })

/* The mode that a call to open has behind its flags, if it has one. */
#define MODE(flags)                                   \
  mode_t mode = 0;                                    \
  if ((flags) & (O_CREAT | __O_TMPFILE)) {            \
    va_list arguments;                                \
    va_start(arguments, flags);                       \
    mode = va_arg(arguments, mode_t);                 \
    va_end(arguments);                                \
  }
