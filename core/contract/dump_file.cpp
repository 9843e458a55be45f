#include "core/contract/dump_file.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "core/contract/suite.h"

namespace dbackup::contract {

namespace {

constexpr std::size_t block_bytes = std::size_t{256} * 1024;

char* textAt(std::byte* bytes) {
    return static_cast<char*>(static_cast<void*>(bytes));
}

}  // namespace

class DumpFile::Sink final : public sdk::ByteSink {
public:
    Sink(DumpFile& output, std::shared_ptr<Object> object)
        : output_(output), object_(std::move(object)), block_(block_bytes) {
        if (!object_->file.empty()) file_.open(object_->file, std::ios::binary);
    }

    std::span<std::byte> acquire() override {
        {
            const std::lock_guard lock(output_.mutex_);
            require(object_->finished == 0, "it writes to an object after finish()");
        }
        if (output_.on_block) {
            const std::lock_guard lock(output_.calling_);
            output_.on_block(output_.bytes());
        }
        return block_;
    }

    void produced(std::size_t bytes) override {
        require(bytes <= block_.size(), "it says to have produced more than the block holds");
        {
            const std::lock_guard lock(output_.mutex_);
            object_->size_bytes += bytes;
        }
        if (!file_.is_open()) return;
        file_.write(textAt(block_.data()), static_cast<std::streamsize>(bytes));
        if (!file_) throw std::runtime_error("cannot write " + object_->file.string());
    }

    void finish() override {
        file_.close();
        const std::lock_guard lock(output_.mutex_);
        ++object_->finished;
    }

private:
    DumpFile& output_;
    std::shared_ptr<Object> object_;
    std::vector<std::byte> block_;
    std::ofstream file_;
};

DumpFile::DumpFile(std::filesystem::path folder) : folder_(std::move(folder)) {}

std::unique_ptr<sdk::ByteSink> DumpFile::object(const sdk::DumpObject& object) {
    auto made = std::make_shared<Object>();
    made->object = object;
    const std::lock_guard lock(mutex_);
    if (!folder_.empty()) made->file = folder_ / ("object-" + std::to_string(objects_.size()));
    objects_.push_back(made);
    return std::make_unique<Sink>(*this, made);
}

std::uint64_t DumpFile::bytes() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(
        objects_.begin(), objects_.end(), std::uint64_t{0}, [](auto sum, const auto& each) {
            return sum + each->size_bytes;
        });
}

bool DumpFile::complete() const {
    return !objects_.empty() && std::all_of(objects_.begin(), objects_.end(), [](const auto& each) {
        return each->finished == 1;
    });
}

bool DumpFile::anyFinished() const {
    return std::any_of(objects_.begin(), objects_.end(), [](const auto& each) { return each->finished > 0; });
}

DumpSource::DumpSource(const std::filesystem::path& file) : file_(file, std::ios::binary) {
    if (!file_) throw std::runtime_error("cannot open " + file.string());
}

std::size_t DumpSource::read(std::span<std::byte> into) {
    if (on_read) on_read(at_);
    const std::size_t wanted =
        std::min<std::uint64_t>({into.size(), block_bytes, end_at - std::min(at_, end_at)});
    file_.read(textAt(into.data()), static_cast<std::streamsize>(wanted));
    at_ += static_cast<std::uint64_t>(file_.gcount());
    return static_cast<std::size_t>(file_.gcount());
}

}  // namespace dbackup::contract
