# The front door: thin lines over the presets of CMakePresets.json and over scripts/. `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: faults-wire large-objects help demo test check slow dev build release format lint asan tsan coverage bench bench-api bench-start bench-engines bench-targets faults-long e2e-long packages test-packages test-systemd clean

help: ## list what there is
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-12s %s\n' "$$name" "$$what"; done

demo: ## back a sample database up and restore it, over REST (KEEP=1 leaves the service's folder)
	@scripts/dependencies.sh build demo
	@scripts/build.sh dev dbackupd dbackup-worker plugin_sqlite plugin_local-filesystem
	@scripts/demo.sh build/dev

test: ## what CI runs: all tests but the slow ones, sanitizers, lint
	@scripts/test.sh

dev: ## install what development needs and build everything
	@scripts/dependencies.sh
	@scripts/build.sh dev

build: ## build everything with the preset dev
	@scripts/dependencies.sh build
	@scripts/build.sh dev

check: build ## all tests but the slow ones, without lint and sanitizers
	@scripts/dependencies.sh build test
	@ctest --preset dev

release: ## build what is packaged and measured
	@scripts/dependencies.sh build
	@scripts/build.sh release

format: ## format all C++ files
	@scripts/format.sh

lint: ## format check, clang-tidy and the project's own rules
	@scripts/dependencies.sh build lint
	@scripts/build.sh dev
	@scripts/lint.sh build/dev

asan: ## unit, contract and integration tests under AddressSanitizer and UBSan
	@scripts/dependencies.sh build test
	@scripts/build.sh asan
	@ctest --preset asan

tsan: ## tests of what has threads under ThreadSanitizer
	@scripts/dependencies.sh build test
	@scripts/build.sh tsan
	@ctest --preset tsan

coverage: ## line coverage of core and SDK; fails below 95 %
	@scripts/dependencies.sh build test
	@scripts/coverage.sh

bench: ## backup of a 2 GB database beside pg_dump | zstd
	@scripts/dependencies.sh build test
	@scripts/build.sh release
	@ctest --test-dir build/release --label-regex bench --tests-regex throughput --verbose

bench-api: ## requests a second, and accepted runs a second
	@scripts/dependencies.sh build test
	@scripts/build.sh release
	@ctest --test-dir build/release --label-regex bench --tests-regex api --verbose

bench-start: ## from the start of the service to its first answer
	@scripts/dependencies.sh build test
	@scripts/build.sh release
	@ctest --test-dir build/release --label-regex bench --tests-regex start --verbose

bench-engines: ## backups by other engines, each beside its own tool
	@scripts/dependencies.sh build test
	@scripts/build.sh release
	@ctest --test-dir build/release --label-regex bench --tests-regex engines --verbose

bench-targets: ## uploads to each target beside the usual tools, three destinations beside one (ROUNDS, MEGABYTES)
	@scripts/dependencies.sh build test bench
	@scripts/build.sh release
	@ctest --test-dir build/release --label-regex bench --tests-regex targets --verbose

slow: build ## the tests in full number: 1,000 runs, 200 rounds, large databases, long waits
	@scripts/dependencies.sh build test
	@ctest --test-dir build/dev --label-regex slow --output-on-failure

faults-wire: build ## faults on the wire, 1,000 seeded rounds over all targets (ROUNDS for each, SEED)
	@ROUNDS=$${ROUNDS:-170} VERBOSE=1 ctest --test-dir build/dev --tests-regex "Faults on the wire" --verbose --parallel 4

large-objects: build ## an object of five gigabytes through each target and its real server (6 GB in TMPDIR)
	@scripts/dependencies.sh build test
	@DBACKUP_CHECK_LARGE=1 build/dev/tests/plugin_contract_local_test "[large]"
	@DBACKUP_CHECK_LARGE=1 build/dev/tests/plugin_contract_test "[large]"

faults-long: build ## the fault tests in full number
	@ctest --test-dir build/dev --label-regex faults --output-on-failure

e2e-long: build ## the end-to-end tests, the slow ones too
	@ctest --test-dir build/dev --label-regex e2e --output-on-failure

packages: ## the Debian packages, built in a bare tree (as root) and looked at by lintian
	@scripts/dependencies.sh packages
	@packaging/test/build.sh

test-packages: packages ## install, use, upgrade, remove and purge them in a bare tree
	@packaging/test/chroot_test.sh build/packages/debs
	@packaging/test/piuparts.sh build/packages/debs
	@packaging/test/rpm_test.sh

test-systemd: packages ## the service under systemd in an emulated machine, docs/install.md command for command
	@packaging/test/systemd_test.sh build/packages/debs

clean: ## remove everything that was built
	rm -rf build
