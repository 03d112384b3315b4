/* A wall clock that is wrong by as many seconds as a file says: for LD_PRELOAD.
 *
 * The file is WRONG_CLOCK_FOLDER/clock.PEYGIR_METRICS_PORT, so that each process of an installation
 * has a clock of its own; it is read again at each look. The monotonic clock and everything that
 * waits are left alone, as they are when an administrator sets a machine's time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long wrong_by(void) {
    const char *folder = getenv("WRONG_CLOCK_FOLDER");
    const char *port = getenv("PEYGIR_METRICS_PORT");
    char path[512], text[32];
    if (folder == NULL || port == NULL) return 0;
    snprintf(path, sizeof path, "%s/clock.%s", folder, port);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    ssize_t length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) return 0;
    text[length] = '\0';
    return atol(text);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    static int (*original)(clockid_t, struct timespec *);
    if (original == NULL) original = dlsym(RTLD_NEXT, "clock_gettime");
    int result = original(clock, now);
    if (result == 0 && clock == CLOCK_REALTIME) now->tv_sec += wrong_by();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec precise;
    (void)zone;
    int result = clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return result;
}

time_t time(time_t *where) {
    struct timespec precise;
    clock_gettime(CLOCK_REALTIME, &precise);
    if (where != NULL) *where = precise.tv_sec;
    return precise.tv_sec;
}
