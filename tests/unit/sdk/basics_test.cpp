#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <unistd.h>

#include <dbackup/sdk/error.h>
#include <dbackup/sdk/secret.h>
#include <dbackup/sdk/unique_fd.h>

using namespace dbackup::sdk;

TEST_CASE("Error: carries kind, message, hint and whether a retry makes sense", "[sdk]") {
    const Error plain(ErrorKind::NotFound, "there is no database 'x'");
    CHECK(plain.kind() == ErrorKind::NotFound);
    CHECK(plain.text() == "there is no database 'x'");
    CHECK_FALSE(plain.retryable());
    Error full(ErrorKind::Unavailable, "no answer", "Is the server running?");
    CHECK(full.hint() == "Is the server running?");
    CHECK(full.text() == "no answer. Is the server running?");
    CHECK(full.canRetry().retryable());
    CHECK_FALSE(full.canRetry(false).retryable());
}

TEST_CASE("ErrorKind: every name leads back to its kind, an unknown one to Internal", "[sdk]") {
    for (int i = 1; i <= static_cast<int>(ErrorKind::Internal); ++i) {
        const auto kind = static_cast<ErrorKind>(i);
        CHECK(errorKindFrom(toString(kind)) == kind);
    }
    CHECK(toString(ErrorKind::ToolFailed) == "ToolFailed");
    CHECK(toString(static_cast<ErrorKind>(99)) == "Internal");
    CHECK(errorKindFrom("NoSuchKind") == ErrorKind::Internal);
    CHECK(errorKindFrom("None") == ErrorKind::Internal);
}

TEST_CASE("systemError: an errno becomes the kind that says what to do", "[sdk]") {
    CHECK(systemError("cannot write /x", ENOSPC).kind() == ErrorKind::NoSpace);
    CHECK(systemError("cannot write /x", EDQUOT).kind() == ErrorKind::NoSpace);
    CHECK(systemError("cannot write /x", EROFS).kind() == ErrorKind::Permission);
    CHECK(systemError("cannot open /x", ENOENT).kind() == ErrorKind::NotFound);
    CHECK(systemError("cannot make /x", EEXIST).kind() == ErrorKind::AlreadyExists);
    CHECK(systemError("cannot read /x", EIO).kind() == ErrorKind::Unavailable);
    CHECK(systemError("cannot do it", EINVAL).kind() == ErrorKind::Internal);
    CHECK(systemError("cannot write /x", ENOSPC).text() == "cannot write /x: No space left on device");
}

TEST_CASE("SecretString: copies, moves and assigns its value", "[sdk]") {
    SecretString secret("a value that is too long to lie within the object itself");
    SecretString copy = secret;
    CHECK(copy.reveal() == secret.reveal());
    const SecretString moved = std::move(copy);
    CHECK(moved.reveal() == secret.reveal());
    CHECK(copy.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the point
    SecretString target("old");
    target = secret;
    CHECK(target.reveal() == secret.reveal());
    const SecretString* same = &target;
    target = *same;
    CHECK(target.reveal() == secret.reveal());
    target = SecretString("new");
    CHECK(target.reveal() == "new");
    CHECK(SecretString().empty());
}

TEST_CASE("SecretString: leaves nothing behind in memory", "[sdk]") {
    alignas(SecretString) std::array<unsigned char, sizeof(SecretString)> place{};
    const auto holdsCanary = [&] {
        return std::string_view(reinterpret_cast<const char*>(place.data()), place.size()).find("canary") !=
               std::string_view::npos;
    };
    auto* secret = new (place.data()) SecretString("canary");  // short, so it lies within the object
    REQUIRE(holdsCanary());
    const SecretString moved = std::move(*secret);
    CHECK_FALSE(holdsCanary());
    *secret = moved;
    REQUIRE(holdsCanary());
    secret->~SecretString();
    CHECK_FALSE(holdsCanary());
}

TEST_CASE("UniqueFd: closes what it owns, once", "[sdk]") {
    const auto isOpen = [](int fd) { return ::fcntl(fd, F_GETFD) >= 0; };
    const auto openNull = [] { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); };
    CHECK_FALSE(UniqueFd());
    const int first = openNull();
    {
        UniqueFd fd(first);
        CHECK(fd);
        CHECK(fd.get() == first);
        UniqueFd other(std::move(fd));
        CHECK_FALSE(fd);  // NOLINT(bugprone-use-after-move): that it is empty is the point
        CHECK(isOpen(first));
        fd = std::move(other);
        CHECK(fd.get() == first);
        fd.reset(first);
        CHECK(isOpen(first));
    }
    CHECK_FALSE(isOpen(first));
    UniqueFd released(openNull());
    const int kept = released.release();
    CHECK_FALSE(released);
    CHECK(isOpen(kept));
    ::close(kept);
}
