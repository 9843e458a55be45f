if(DBACKUP_SANITIZE)
  add_compile_options(-fsanitize=${DBACKUP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DBACKUP_SANITIZE})
  # GCC 12 sees overruns in std::string that are not there once code is instrumented (GCC bugs 105329, 105651); the
  # builds without sanitizers keep these warnings.
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow)
endif()
if(DBACKUP_COVERAGE)
  # Counters that threads share may lose a count, never the first: no -fprofile-update=atomic, which ccache refuses.
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
