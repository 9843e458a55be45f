#include "core/orchestrator/adapter_calls.h"

namespace dbackup::orchestrator {

sdk::ServerInfo AdapterCalls::test(const Adapter& adapter) {
    const auto data =
        calls_.ask({"test", limits::test_time}, protocol::ComponentRequest{{}, components_.of(adapter)});
    if (!data) {
        throw Error(ErrorKind::Unavailable,
                    "Connection test timed out after " + std::to_string(limits::test_time.count()) +
                        "s. Check the host and port settings.");
    }
    return {textOr(**data, "version"), textOr(**data, "edition"), textOr(**data, "message")};
}

std::vector<sdk::DatabaseInfo> AdapterCalls::databases(const Adapter& source) {
    const auto data = calls_.call({"databases", limits::databases_time},
                                  protocol::ComponentRequest{{}, components_.of(source)});
    const auto list = arrayAt(*data, "databases");
    std::vector<sdk::DatabaseInfo> databases;
    for (std::size_t i = 0; list && i < list->size(); ++i) {
        const auto entry = list->getObject(static_cast<unsigned>(i));
        databases.push_back(
            {textOr(*entry, "name"), static_cast<std::uint64_t>(integerOr(*entry, "sizeBytes", 0))});
    }
    return databases;
}

}  // namespace dbackup::orchestrator
