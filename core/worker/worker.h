#pragma once

#include <string>
#include <vector>

namespace dbackup::worker {

/// `dbackup-worker COMMAND`: reads one request line from standard input, writes events to standard output,
/// the last of them the result. Call it once, from main(), before any thread is made.
/// @param arguments  without the program's name
/// @return exit status: 0 = good result, 1 = failed result, 2 = wrong usage or no request
int runWorker(const std::vector<std::string>& arguments);

}  // namespace dbackup::worker
