// Preloaded into a program (LD_PRELOAD), this puts its clock of the day off by so many seconds as
// SHIFTED_CLOCK says. The steady clock, by which a program waits, stays right. libfaketime does not get on
// with AddressSanitizer.
#include <cstdlib>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

std::time_t shift() {
    const char* const seconds = std::getenv("SHIFTED_CLOCK");
    return seconds ? std::strtol(seconds, nullptr, 10) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) noexcept {
    const long status = ::syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return static_cast<int>(status);
}

extern "C" int gettimeofday(timeval* now, void* /*zone*/) noexcept {
    timespec exact{};
    const int status = ::clock_gettime(CLOCK_REALTIME, &exact);
    *now = {exact.tv_sec, exact.tv_nsec / 1000};
    return status;
}

extern "C" std::time_t time(std::time_t* now) noexcept {
    timespec exact{};
    ::clock_gettime(CLOCK_REALTIME, &exact);
    if (now) *now = exact.tv_sec;
    return exact.tv_sec;
}
