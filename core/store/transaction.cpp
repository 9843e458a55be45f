#include "core/store/transaction.h"

#include "core/base/error.h"

namespace dbackup::store {

Transaction::~Transaction() {
    if (!connection_.inTransaction()) {
        return;
    }
    try {
        connection_.execute("ROLLBACK");
    } catch (const Error&) {
        // A ROLLBACK reports the trouble that made it necessary; the changes are gone all the same.
        return;
    }
}

}  // namespace dbackup::store
