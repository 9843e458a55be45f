# dbackup_add_plugin(name SOURCES plugin.cpp ... [SCHEMAS a.json ...] [LIBS lib ...] [NO_INSTALL])
# Builds one plugin as a MODULE with the flags that docs/plugins.md explains. Each schema file `x.json` becomes the
# header "x_schema.h" with `constexpr const char x_schema[]`. With NO_INSTALL (for tests) the file lies in the folder
# <name> of the current build folder instead of among the plugins that the host loads.
function(dbackup_add_plugin name)
  cmake_parse_arguments(arg "NO_INSTALL" "" "SOURCES;SCHEMAS;LIBS" ${ARGN})
  add_library(plugin_${name} MODULE ${arg_SOURCES})
  foreach(schema IN LISTS arg_SCHEMAS)
    get_filename_component(stem ${schema} NAME_WE)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${schema})
    file(READ ${schema} text)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/plugin_${name}/${stem}_schema.h)
    file(CONFIGURE OUTPUT ${header} @ONLY
      CONTENT "#pragma once\nconstexpr const char ${stem}_schema[] = R\"json(${text})json\";\n")
  endforeach()
  target_include_directories(plugin_${name} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/plugin_${name})
  target_compile_options(plugin_${name} PRIVATE -fvisibility=hidden -fvisibility-inlines-hidden -fno-gnu-unique)
  # dbackup_plugin is all that a plugin exports.
  set(exports ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/dbackup_plugin.version)
  target_link_options(plugin_${name} PRIVATE -Wl,--version-script=${exports})
  set_property(TARGET plugin_${name} APPEND PROPERTY LINK_DEPENDS ${exports})
  if(NOT DBACKUP_SANITIZE)
    target_link_options(plugin_${name} PRIVATE -Wl,-z,defs)
  endif()
  target_link_libraries(plugin_${name} PRIVATE dbackup::sdk ${arg_LIBS})
  if(TARGET dbackup_warnings)
    target_link_libraries(plugin_${name} PRIVATE dbackup_warnings dbackup_hardening)
  endif()
  set_target_properties(plugin_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name} INSTALL_RPATH "$ORIGIN/../..")
  # A host refuses files that others may write, and some umasks would make them so.
  add_custom_command(TARGET plugin_${name} POST_BUILD COMMAND chmod go-w $<TARGET_FILE:plugin_${name}> VERBATIM)
  if(arg_NO_INSTALL)
    set_target_properties(plugin_${name} PROPERTIES INSTALL_RPATH "${PROJECT_BINARY_DIR}/${CMAKE_INSTALL_LIBDIR}"
      LIBRARY_OUTPUT_DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/${name})
  else()
    set_target_properties(plugin_${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/${DBACKUP_PLUGINS_DIR})
    install(TARGETS plugin_${name} LIBRARY DESTINATION ${DBACKUP_PLUGINS_DIR})
  endif()
endfunction()
