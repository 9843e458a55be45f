#include "core/worker/download_plan.h"

#include <algorithm>

#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/pipeline/caught.h"
#include "core/pipeline/decompressor.h"
#include "core/pipeline/filter.h"
#include "core/pipeline/object_source.h"
#include "core/pipeline/observer.h"
#include "core/worker/manifest_file.h"
#include "core/worker/tar_header.h"

namespace dbackup::worker {

namespace {

/// Bytes that are at hand.
class TextSource final : public sdk::ByteSource {
public:
    explicit TextSource(std::string text) : text_(std::move(text)) {}
    std::size_t read(std::span<std::byte> into) override {
        const auto rest = std::as_bytes(std::span(text_)).subspan(at_);
        const std::size_t count = std::min(into.size(), rest.size());
        std::copy_n(rest.begin(), count, into.begin());
        at_ += count;
        return count;
    }

private:
    const std::string text_;
    std::size_t at_ = 0;
};

/// A part of a volume, which no hash vouches for.
class RangeSource final : public sdk::ByteSource {
public:
    RangeSource(const DownloadSource& source, std::string name, sdk::ByteRange range)
        : where_(source.where),
          skip_(source.takes_ranges ? 0 : range.offset),
          left_(*range.length),
          reader_(pipeline::guarded(where_.plugin(), [&] {
              const sdk::ByteRange asked = source.takes_ranges ? range : sdk::ByteRange{};
              return where_.target().open(name, asked, where_.run());
          })) {}

    std::size_t read(std::span<std::byte> into) override {
        where_.run().throwIfStopped();
        while (skip_ > 0) {
            const std::size_t got = take(into, skip_);
            if (got == 0) return 0;
            skip_ -= got;
        }
        const std::size_t got = take(into, left_);
        left_ -= got;
        return got;
    }

private:
    std::size_t take(std::span<std::byte> into, std::uint64_t most) {
        if (most == 0) return 0;
        const auto room = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(most, into.size())));
        return pipeline::guarded(where_.plugin(), [&] { return reader_->read(room); });
    }

    const pipeline::Destination& where_;
    std::uint64_t skip_;  ///< bytes to read and throw away first
    std::uint64_t left_;  ///< bytes to deliver
    std::unique_ptr<sdk::ObjectReader> reader_;
};

std::string tagOf(const ManifestObject& object) {
    if (object.volumes.size() == 1) return object.volumes.front().sha256;
    std::string all;
    for (const ManifestVolume& volume : object.volumes)
        all += volume.sha256;
    return sha256Hex(all);
}

DownloadPart textPart(std::string text) {
    const std::uint64_t size = text.size();
    return {size, [text = std::move(text)] { return std::make_unique<TextSource>(text); }};
}

DownloadPart volumePart(const DownloadSource& source, const pipeline::Volume& volume) {
    return {volume.size_bytes, [&where = source.where, volume] {
                return std::make_unique<pipeline::StoredSource>(where, std::vector{volume});
            }};
}

/// From `first` on so many bytes of the volumes' stream.
std::vector<DownloadPart> rangeParts(const DownloadSource& source,
                                     const std::vector<pipeline::Volume>& volumes,
                                     std::uint64_t first,
                                     std::uint64_t length) {
    std::vector<DownloadPart> parts;
    std::uint64_t begin = 0;
    for (const pipeline::Volume& volume : volumes) {
        const std::uint64_t end = begin + volume.size_bytes;
        const std::uint64_t from = std::max(begin, first);
        const std::uint64_t to = std::min(end, first + length);
        if (from == begin && to == end && volume.size_bytes > 0) {
            parts.push_back(volumePart(source, volume));
        } else if (from < to) {
            const sdk::ByteRange range{from - begin, to - from};
            parts.push_back({to - from, [&source, name = volume.name, range] {
                                 return std::make_unique<RangeSource>(source, name, range);
                             }});
        }
        begin = end;
    }
    return parts;
}

/// Which bytes are sent of an object, RFC 9110, 14.1.2.
void chooseRange(const protocol::WantedRange& wanted, protocol::ReadHead& head) {
    head.takes_ranges = true;
    head.length = head.size_bytes;
    const bool asked = wanted.first || wanted.last;
    if (!asked || (!wanted.tag.empty() && wanted.tag != head.tag)) return;
    const std::int64_t last = head.size_bytes - 1;
    if (wanted.first) {
        head.first = *wanted.first;
        head.length = std::min(wanted.last.value_or(last), last) - head.first + 1;
    } else {
        head.length = std::min(*wanted.last, head.size_bytes);
        head.first = head.size_bytes - head.length;
    }
    head.partial = true;
    head.satisfiable = head.length > 0;
    if (!head.satisfiable) head.first = head.length = 0;
}

DownloadPlan planManifest(const protocol::ReadRequest& request, const DownloadSource& source) {
    DownloadPlan plan;
    plan.head.name = Manifest::file_name;
    plan.head.size_bytes = static_cast<std::int64_t>(source.manifest_text.size());
    plan.head.tag = sha256Hex(source.manifest_text);
    chooseRange(request.range, plan.head);
    plan.parts = {textPart(source.manifest_text.substr(static_cast<std::size_t>(plan.head.first),
                                                       static_cast<std::size_t>(plan.head.length)))};
    return plan;
}

DownloadPlan planStored(const protocol::ReadRequest& request,
                        const ManifestObject& object,
                        const std::string& name,
                        const DownloadSource& source) {
    DownloadPlan plan;
    plan.head.name = name;
    plan.head.size_bytes = object.size_bytes;
    plan.head.tag = tagOf(object);
    chooseRange(request.range, plan.head);
    plan.parts = rangeParts(source,
                            volumesOf(object, request.path),
                            static_cast<std::uint64_t>(plan.head.first),
                            static_cast<std::uint64_t>(plan.head.length));
    return plan;
}

DownloadPlan planDecompressed(const protocol::ReadRequest& request,
                              const ManifestObject& object,
                              const DownloadSource& source) {
    DownloadPlan plan;
    const std::string ending = "." + pipeline::extensionOf(object.compression);
    plan.head.name = object.name.ends_with(ending) ? object.name.substr(0, object.name.size() - ending.size())
                                                   : object.name;
    plan.head.size_bytes = plan.head.length = object.original_bytes;
    plan.head.tag = object.original_sha256;
    const auto size = static_cast<std::uint64_t>(object.original_bytes);
    plan.parts = {{size, [&where = source.where, object, path = request.path, size] {
                       static pipeline::Unobserved nobody;
                       return std::make_unique<pipeline::CheckedSource>(
                           pipeline::makeDecompressor(
                               object.compression,
                               std::make_unique<pipeline::StoredSource>(where, volumesOf(object, path))),
                           pipeline::Original{object.name, size, object.original_sha256},
                           nobody);
                   }}};
    return plan;
}

DownloadPlan planArchive(const Manifest& manifest, const DownloadSource& source) {
    DownloadPlan plan;
    const auto add = [&](const std::string& name, DownloadPart part) {
        std::string header = tarHeader(name, part.bytes, manifest.created_at);
        std::string padding = tarPadding(part.bytes);
        plan.parts.push_back(textPart(std::move(header)));
        plan.parts.push_back(std::move(part));
        plan.parts.push_back(textPart(std::move(padding)));
    };
    add(manifestName(manifest.path), textPart(source.manifest_text));
    for (const ManifestObject& object : manifest.objects) {
        for (const pipeline::Volume& volume : volumesOf(object, manifest.path))
            add(volume.name, volumePart(source, volume));
    }
    plan.parts.push_back(textPart(tarEnd()));
    plan.head.name = manifest.path.substr(manifest.path.rfind('/') + 1) + ".tar";
    for (const DownloadPart& part : plan.parts)
        plan.head.size_bytes += static_cast<std::int64_t>(part.bytes);
    plan.head.length = plan.head.size_bytes;
    plan.head.tag = "tar-" + sha256Hex(source.manifest_text);
    return plan;
}

/// One volume as if it were an object of its own.
ManifestObject asObject(const ManifestObject& object, const std::string& name) {
    ManifestObject alone = object;
    std::erase_if(alone.volumes, [&](const ManifestVolume& volume) { return volume.name != name; });
    alone.size_bytes = alone.volumes.front().size_bytes;
    return alone;
}

}  // namespace

DownloadPlan planDownload(const protocol::ReadRequest& request,
                          const Manifest& manifest,
                          const DownloadSource& source) {
    if (request.object.empty()) return planArchive(manifest, source);
    if (request.object == Manifest::file_name) return planManifest(request, source);
    const ManifestObject& object = objectOf(manifest, request.object);
    if (object.name != request.object) {
        if (request.decompress) {
            throw Error(
                ErrorKind::Settings,
                request.object + " is a part of object " + object.name + " and cannot be decompressed alone",
                "Ask for " + object.name);
        }
        return planStored(request, asObject(object, request.object), request.object, source);
    }
    if (request.decompress && object.compression != "none") return planDecompressed(request, object, source);
    return planStored(request, object, object.name, source);
}

}  // namespace dbackup::worker
