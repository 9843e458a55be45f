#include "core/worker/event_writer.h"

#include "core/protocol/line_reader.h"

namespace dbackup::worker {

namespace {

constexpr std::size_t max_message_bytes = 16U << 10;
constexpr std::size_t max_details_bytes = 64U << 10;

}  // namespace

void EventWriter::send(protocol::Event event) {
    event.log.message = masker_.apply(event.log.message, max_message_bytes);
    event.log.details = masker_.apply(event.log.details, max_details_bytes);
    event.error_message = masker_.apply(event.error_message, max_message_bytes);
    event.error_hint = masker_.apply(event.error_hint, max_message_bytes);
    const std::string line = toLine(event);
    const std::lock_guard lock(mutex_);
    protocol::writeLine(fd_, line);
}

}  // namespace dbackup::worker
