#include "api/daemon/application.h"
#include "api/daemon/daemon.h"

int main(int argc, char** argv) {
    dbackup::daemon::prepareProcess();
    dbackup::daemon::Application application;
    return application.execute(argc, argv);
}
