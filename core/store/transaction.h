#pragma once

#include "core/store/connection.h"

namespace dbackup::store {

/// A write transaction that is undone unless it was committed.
class Transaction {
public:
    /// Takes the write lock at once, so that nothing later in it can fail for want of the lock.
    explicit Transaction(Connection& connection) : connection_(connection) {
        connection_.execute("BEGIN IMMEDIATE");
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// @throws Error; the transaction is then undone
    void commit() { connection_.execute("COMMIT"); }

private:
    Connection& connection_;
};

}  // namespace dbackup::store
