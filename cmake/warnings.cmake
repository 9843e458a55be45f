add_library(dbackup_warnings INTERFACE)
target_compile_options(dbackup_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)

add_library(dbackup_hardening INTERFACE)
if(NOT DBACKUP_SANITIZE AND NOT DBACKUP_COVERAGE)
  target_compile_options(dbackup_hardening INTERFACE -fstack-protector-strong
    $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE> $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2>)
endif()
target_link_options(dbackup_hardening INTERFACE -Wl,-z,relro -Wl,-z,now)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
