#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <sys/stat.h>

#include <dbackup/sdk/run_context.h>
#include <dbackup/sdk/target.h>
#include <dbackup/sdk/unique_fd.h>

#include "base_folder.h"

namespace dbackup::local {

sdk::ObjectInfo infoOf(const std::string& name, const struct stat& status);

/// Writes a file under a temporary name beside its final one. [one thread at a time]
class FileWriter final : public sdk::ObjectWriter {
public:
    /// @param base, run  outlive it
    /// @throws Error AlreadyExists, Permission, NoSpace, Unavailable
    FileWriter(const BaseFolder& base, const sdk::ObjectSpec& spec, sdk::RunContext& run);
    FileWriter(const FileWriter&) = delete;
    FileWriter& operator=(const FileWriter&) = delete;
    ~FileWriter() override;

    void write(std::span<const std::byte> bytes) override;
    sdk::ObjectInfo commit() override;
    void abort() noexcept override;

private:
    void refuseExisting() const;
    void createTemporary();
    void startWriteback();
    void putInPlace();
    void syncFolders() const;
    void giveUp();
    [[noreturn]] void fail(const std::string& what, int error_number) const;

    const BaseFolder& base_;
    const sdk::ObjectSpec spec_;
    sdk::RunContext& run_;
    std::vector<std::string> folder_parts_;
    std::string file_name_;
    std::string temporary_name_;
    std::string token_;  ///< empty once nothing is left behind
    FolderChain folders_;
    sdk::UniqueFd file_;
    std::uint64_t written_ = 0;
    std::uint64_t handed_to_disk_ = 0;
};

/// Reads a range of a file. [one thread at a time]
class FileReader final : public sdk::ObjectReader {
public:
    /// @throws Error NotFound, Permission
    FileReader(const BaseFolder& base, const std::string& name, sdk::ByteRange range, sdk::RunContext& run);
    FileReader(const FileReader&) = delete;
    FileReader& operator=(const FileReader&) = delete;
    ~FileReader() override;

    std::size_t read(std::span<std::byte> into) override;

private:
    const std::string path_;
    sdk::RunContext& run_;
    sdk::UniqueFd file_;
    std::uint64_t offset_;
    std::uint64_t end_;  ///< of the range
};

}  // namespace dbackup::local
