#pragma once

#include <map>
#include <string>

#include "api/handlers/json_writer.h"
#include "core/model/adapter.h"
#include "core/plugin/plugin_catalog.h"
#include "core/store/adapter_store.h"

namespace dbackup::api {

/// All adapters by id, for answers that name several.
class AdapterIndex {
public:
    AdapterIndex() = default;
    explicit AdapterIndex(const store::AdapterStore& adapters);
    /// @return null when there is none
    const Adapter* find(const std::string& id) const;

private:
    std::map<std::string, Adapter> by_id_;
};

/// The members of an adapter within other answers; never a secret.
void writeAdapterRow(JsonWriter& out, const Adapter& adapter);
/// The members of an adapter by itself: the row, and which of its secrets are set.
void writeAdapter(JsonWriter& out, const Adapter& adapter, const plugin::PluginCatalog& catalog);

}  // namespace dbackup::api
