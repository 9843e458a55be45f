// In the build for coverage alone: a worker writes its counts as it ends, into files that all processes
// share, and one killed half-way through would spoil them for all that come after. So a worker that has begun
// to end no longer dies with the service that started it.

#include <cstdlib>

#include <sys/prctl.h>

namespace {

__attribute__((constructor)) void endUndisturbed() {
    std::atexit([] { ::prctl(PR_SET_PDEATHSIG, 0); });
}

}  // namespace
