// store_writer FILE executions THREADS   adds executions until it is killed
// store_writer FILE keys COUNT           adds keys and ends
// Each id is printed once it is on disk.

#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include <unistd.h>

#include "core/base/ids.h"
#include "core/store/database.h"
#include "core/store/execution_store.h"
#include "core/store/key_store.h"

namespace {

using namespace dbackup;

void print(const std::string& id) {
    const std::string line = id + "\n";
    if (write(STDOUT_FILENO, line.data(), line.size()) < 0) {
        std::exit(EXIT_FAILURE);
    }
}

void addExecutions(store::Database& database, int thread_count) {
    store::ExecutionStore executions(database);
    std::vector<std::jthread> threads;
    for (int i = 0; i < thread_count; ++i) {
        threads.emplace_back([&] {
            for (;;) {
                Execution execution;
                execution.id = newId();
                executions.add(execution);
                print(execution.id);
            }
        });
    }
}

void addKeys(store::Database& database, int count) {
    store::KeyStore keys(database);
    for (int i = 0; i < count; ++i) {
        ApiKey key;
        key.id = newId();
        key.name = key.id;
        key.hash = key.id;
        keys.add(key);
        print(key.id);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) {
        return EXIT_FAILURE;
    }
    try {
        const Log log(Log::Level::Warning);
        store::Database database(argv[1], log);
        const int count = std::atoi(argv[3]);
        if (std::string_view(argv[2]) == "keys") {
            addKeys(database, count);
        } else {
            addExecutions(database, count);
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
