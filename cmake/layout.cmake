# The build tree has the shape of the installed tree, so that a program finds its worker and plugins
# by the same relative path in both.
include(GNUInstallDirs)
set(CMAKE_INSTALL_LIBDIR lib)
set(DBACKUP_PLUGINS_DIR ${CMAKE_INSTALL_LIBDIR}/dbackup/plugins)
set(DBACKUP_LIBEXEC_DIR ${CMAKE_INSTALL_LIBEXECDIR}/dbackup)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR})
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)

# dbackup_place(target dir [component]): puts a program below the build root as it will lie below the prefix.
function(dbackup_place target dir)
  string(REGEX REPLACE "[^/]+" ".." up ${dir})
  set_target_properties(${target} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${dir}
    INSTALL_RPATH "$ORIGIN/${up}/${CMAKE_INSTALL_LIBDIR}")
  set(component)
  if(ARGC GREATER 2)
    set(component COMPONENT ${ARGV2})
  endif()
  install(TARGETS ${target} RUNTIME DESTINATION ${dir} ${component})
endfunction()
