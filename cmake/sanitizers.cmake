if(DBACKUP_SANITIZE)
  add_compile_options(-fsanitize=${DBACKUP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${DBACKUP_SANITIZE})
endif()
if(DBACKUP_COVERAGE)
  # Counters that threads share may lose a count, never the first: no -fprofile-update=atomic, which ccache refuses.
  add_compile_options(--coverage)
  add_link_options(--coverage)
endif()
