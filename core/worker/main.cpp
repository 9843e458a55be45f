#include <algorithm>

#include "core/worker/worker.h"

int main(int argc, char** argv) {
    return dbackup::worker::runWorker({argv + std::min(argc, 1), argv + argc});
}
