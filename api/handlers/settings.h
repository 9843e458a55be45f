#pragma once

#include "api/handlers/body_fields.h"
#include "core/store/setting_store.h"

namespace dbackup::api {

/// The values in `{"<key>": value, ...}`; `body`, which reads the same object, gets a fault for each that is
/// wrong.
std::vector<std::pair<std::string, std::int64_t>> settingChanges(const JsonObject& json, BodyFields& body);
/// GET /settings: each with value, default, bounds and description.
Response listSettings(const store::SettingStore& settings);
/// PUT /settings: `{"<key>": value, ...}`, all or none; answers like GET.
/// @throws HttpError 400 naming every key that is unknown and every value that is out of bounds
Response changeSettings(const Request& request, store::SettingStore& settings);

}  // namespace dbackup::api
