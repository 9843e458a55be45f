#include "core/orchestrator/stage_progress.h"

#include <catch2/catch.hpp>

#include "core/model/execution.h"

using dbackup::orchestrator::StageProgress;
namespace stage = dbackup::stage;

namespace {

const std::string initializing(stage::initializing);
const std::string dumping(stage::dumping);
const std::string uploading(stage::uploading);
const std::string verifying(stage::verifying);
const std::string downloading(stage::downloading);
const std::string restoring(stage::restoring);

}  // namespace

TEST_CASE("StageProgress: each stage of a backup has its range", "[progress]") {
    StageProgress progress;
    CHECK(progress.stage() == initializing);
    CHECK(progress.percent() == 0);
    progress.started(initializing);
    progress.ended(initializing);
    CHECK(progress.percent() == 5);
    progress.started(dumping);
    CHECK(progress.stage() == dumping);
    progress.advanced(dumping, 50, 100);
    CHECK(progress.percent() == 35);
    progress.ended(dumping);
    CHECK(progress.percent() == 65);
    progress.started(uploading);
    progress.advanced(uploading, 50, 100);
    CHECK(progress.percent() == 77);  // 76.5: halves go up
    progress.ended(uploading);
    progress.started(verifying);
    CHECK(progress.percent() == 88);
    progress.ended(verifying);
    CHECK(progress.percent() == 92);
}

TEST_CASE("StageProgress: each stage of a restore has its range", "[progress]") {
    StageProgress progress;
    progress.started(downloading);
    CHECK(progress.percent() == 5);
    progress.advanced(downloading, 100, 100);
    CHECK(progress.percent() == 45);
    progress.ended(downloading);
    progress.started(restoring);
    progress.ended(restoring);
    CHECK(progress.stage() == restoring);
    CHECK(progress.percent() == 99);
}

TEST_CASE("StageProgress: while stages overlap the first open one counts", "[progress]") {
    StageProgress progress;
    progress.started(uploading);
    progress.started(dumping);
    progress.started(dumping);
    CHECK(progress.stage() == dumping);
    progress.ended(dumping);
    CHECK(progress.stage() == uploading);
}

TEST_CASE("StageProgress: the percentage never falls", "[progress]") {
    StageProgress progress;
    progress.started(dumping);
    progress.advanced(dumping, 90, 100);
    const int before = progress.percent();
    progress.advanced(dumping, 90, 1000);  // the estimate was too small
    CHECK(progress.percent() == before);
    progress.advanced(dumping, 500, 100);
    CHECK(progress.percent() == 65);
    progress.advanced(dumping, 500, 0);
    progress.started(initializing);
    CHECK(progress.percent() == 65);
}

TEST_CASE("StageProgress: a stage that it does not know is shown by name", "[progress]") {
    StageProgress progress;
    progress.started("Folding");
    CHECK(progress.stage() == "Folding");
    CHECK(progress.percent() == 0);
}
