#include "core/base/json.h"
#include "core/protocol/storage_messages.h"
#include "core/worker/commands.h"
#include "core/worker/download_plan.h"
#include "core/worker/held_output.h"
#include "core/worker/manifest_file.h"

namespace dbackup::worker {

namespace {

void deliver(const DownloadPart& part, HeldOutput& output) {
    const auto source = part.open();
    std::uint64_t left = part.bytes;
    // Beyond its bytes it is asked once more: only at its end does a source say whether they were right.
    while (const std::size_t got = source->read(output.room())) {
        if (got > left) throw Error(ErrorKind::Integrity, "an object is longer than its manifest says");
        left -= got;
        output.filled(got);
    }
    if (left > 0) throw Error(ErrorKind::Integrity, "an object is shorter than its manifest says");
}

void sendHead(int fd, const protocol::ReadHead& head) {
    const std::string line = toText(JsonVar(protocol::toJson(head))) + "\n";
    writeAll(fd, std::as_bytes(std::span(line)));
}

}  // namespace

protocol::Event read(const JsonObject& json, Run& run, Components& components) {
    const protocol::ReadRequest request = protocol::readRequestFrom(json);
    run.setUp(request.setup);
    requireBackupPath(request.path);
    OpenTarget open(request.component, run, components, run.stop());
    const pipeline::Destination& where = open.destination();
    const auto capabilities = components.describe(request.component).capabilities;
    const DownloadSource source{
        where, flagOr(*capabilities, "ranges", false), readBackupText(where, request.path)};
    const Manifest manifest = parseManifest(source.manifest_text, request.path);
    const DownloadPlan plan = planDownload(request, manifest, source);
    sendHead(run.dataOutput(), plan.head);
    HeldOutput output(run.dataOutput());
    for (const DownloadPart& part : plan.parts)
        deliver(part, output);
    output.flush();
    JsonObject::Ptr data = newObject();
    data->set("sizeBytes", static_cast<Poco::Int64>(plan.head.length));
    return success(data);
}

}  // namespace dbackup::worker
