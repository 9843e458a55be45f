// Uses every type that crosses between host and plugin, so that its debug information tells their layout. See
// check.sh.

#include <dbackup/sdk/engine_extensions.h>
#include <dbackup/sdk/plugin.h>
#include <dbackup/sdk/retry.h>
#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/streams.h>
#include <dbackup/sdk/subprocess.h>
#include <dbackup/sdk/target_extensions.h>
#include <dbackup/sdk/unique_fd.h>

namespace sdk = dbackup::sdk;

extern "C" __attribute__((visibility("default"))) void dbackup_abi(const dbackup_plugin_info* /*info*/,
                                                                   const dbackup_component* /*component*/,
                                                                   sdk::DatabaseEngine* /*engine*/,
                                                                   sdk::ServerInfo* /*server*/,
                                                                   sdk::DatabaseInfo* /*database*/,
                                                                   sdk::DumpRequest* /*dump*/,
                                                                   sdk::RestoreRequest* /*restore*/,
                                                                   sdk::DumpObject* /*object*/,
                                                                   sdk::DumpOutput* /*output*/,
                                                                   sdk::ByteSink* /*sink*/,
                                                                   sdk::ByteSource* /*source*/,
                                                                   sdk::DumpInput* /*input*/,
                                                                   sdk::RestoreObjects* /*restore_objects*/,
                                                                   sdk::StorageTarget* /*target*/,
                                                                   sdk::ObjectWriter* /*writer*/,
                                                                   sdk::ObjectReader* /*reader*/,
                                                                   sdk::ObjectSpec* /*spec*/,
                                                                   sdk::ObjectInfo* /*object_info*/,
                                                                   sdk::ByteRange* /*range*/,
                                                                   sdk::TargetLimits* /*limits*/,
                                                                   sdk::BatchRemove* /*batch_remove*/,
                                                                   sdk::Presign* /*presign*/,
                                                                   sdk::NotificationChannel* /*channel*/,
                                                                   sdk::RunContext* /*run*/,
                                                                   sdk::Error* /*error*/,
                                                                   sdk::Settings* /*settings*/,
                                                                   sdk::SecretString* /*secret*/,
                                                                   sdk::Command* /*command*/,
                                                                   sdk::Subprocess* /*child*/,
                                                                   sdk::ExitStatus* /*status*/,
                                                                   sdk::UniqueFd* /*fd*/) {}
