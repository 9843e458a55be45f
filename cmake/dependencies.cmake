find_package(Threads REQUIRED)
find_package(Poco 1.11 REQUIRED COMPONENTS Foundation Net NetSSL Util JSON Data DataSQLite Crypto XML)
find_package(Boost 1.81 REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(zstd REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(mariadb REQUIRED IMPORTED_TARGET libmariadb)
pkg_check_modules(archive REQUIRED IMPORTED_TARGET libarchive)
find_package(CURL 7.88 REQUIRED)
pkg_check_modules(ssh REQUIRED IMPORTED_TARGET libssh)
find_package(CLI11 2.1 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)

# Boost.DLL alone is used; with std::filesystem it needs no Boost library at all.
add_library(dbackup_boost_dll INTERFACE)
target_include_directories(dbackup_boost_dll SYSTEM INTERFACE ${Boost_INCLUDE_DIRS})
target_compile_definitions(dbackup_boost_dll INTERFACE BOOST_DLL_USE_STD_FS)

# dbackup_library(name sources...): a static library of ours with the common flags.
function(dbackup_library name)
  add_library(${name} STATIC ${ARGN})
  target_link_libraries(${name} PRIVATE dbackup_warnings PUBLIC dbackup_hardening)
endfunction()

# One precompiled header for all targets that include Poco: made once, reused by the others.
# (CMake's REUSE_FROM needs equal flags, which all static libraries of ours have.)
function(dbackup_use_poco_pch target)
  if(NOT TARGET dbackup_poco_pch)
    file(GENERATE OUTPUT ${PROJECT_BINARY_DIR}/poco_pch.cpp CONTENT "")
    add_library(dbackup_poco_pch OBJECT ${PROJECT_BINARY_DIR}/poco_pch.cpp)
    target_link_libraries(dbackup_poco_pch PRIVATE dbackup_warnings dbackup_hardening Poco::Foundation Poco::JSON Poco::Net Poco::Data)
    target_precompile_headers(dbackup_poco_pch PRIVATE
      <Poco/JSON/Object.h> <Poco/JSON/Array.h> <Poco/JSON/Parser.h> <Poco/Dynamic/Var.h>
      <algorithm> <chrono> <filesystem> <functional> <map> <memory> <mutex> <optional> <span> <string>
      <string_view> <thread> <vector>)
  endif()
  target_precompile_headers(${target} REUSE_FROM dbackup_poco_pch)
endfunction()

find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
