#pragma once

#include <curl/transfer.h>

#include <dbackup/sdk/plugin.h>

/// A target on the tests' own object server (tests/support/object_server.h), for tests of what goes wrong on
/// the wire. It keeps an object in memory until commit(). With a fault in its settings it does one thing
/// wrong, of which the tests must tell.
class HttpTarget final : public dbackup::sdk::StorageTarget {
public:
    explicit HttpTarget(const dbackup::sdk::Settings& settings);

    dbackup::sdk::TargetLimits limits() const override { return {}; }
    std::string test(dbackup::sdk::RunContext& run) override;
    std::unique_ptr<dbackup::sdk::ObjectWriter> create(const dbackup::sdk::ObjectSpec& spec,
                                                       dbackup::sdk::RunContext& run) override;
    std::unique_ptr<dbackup::sdk::ObjectReader> open(const std::string& name,
                                                     dbackup::sdk::ByteRange range,
                                                     dbackup::sdk::RunContext& run) override;
    std::optional<dbackup::sdk::ObjectInfo> stat(const std::string& name,
                                                 dbackup::sdk::RunContext& run) override;
    void list(const std::string& prefix,
              const dbackup::sdk::ListCallback& callback,
              dbackup::sdk::RunContext& run) override;
    bool remove(const std::string& name, dbackup::sdk::RunContext& run) override;
    void cleanup(const std::string& /*token*/, dbackup::sdk::RunContext& /*run*/) override {}

    /// Stores a whole object, with another try when the connection breaks.
    void store(const dbackup::sdk::ObjectSpec& spec, const std::string& bytes, dbackup::sdk::RunContext& run);

private:
    bool does(std::string_view fault) const { return fault_ == fault; }
    dbackup::curl::Response ask(const std::string& method,
                                const std::string& name,
                                dbackup::sdk::RunContext& run,
                                const std::string& header = {});
    dbackup::curl::Response askOnce(const std::string& method,
                                    const std::string& path,
                                    dbackup::sdk::RunContext& run,
                                    const std::string& header,
                                    const std::string* body,
                                    std::optional<std::chrono::seconds> patience = {});
    void undo(const dbackup::sdk::ObjectSpec& spec, const std::string& bytes, dbackup::sdk::RunContext& run);
    void putOnce(const dbackup::sdk::ObjectSpec& spec,
                 const std::string& bytes,
                 dbackup::sdk::RunContext& run);
    dbackup::sdk::Error errorOf(const std::string& what, const dbackup::curl::Response& response) const;
    void retried(dbackup::sdk::RunContext& run, const std::function<void()>& action) const;

    std::string url_;
    std::string password_;
    std::string fault_;
    dbackup::curl::Connection connection_;
    dbackup::curl::SessionPool sessions_;
};
