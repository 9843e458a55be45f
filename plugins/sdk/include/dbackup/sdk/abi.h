/* What host and plugin read of each other before they trust each other. Plain C11, append only.
 *
 * A plugin is one shared library that exports one constant data symbol, `dbackup_plugin`. The host
 * reads it without running any code of the plugin and refuses with a reason before it touches a C++
 * type. Rules of growth: docs/plugins.md.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DBACKUP_PLUGIN_MAGIC 0x44425550u /* "DBUP" */
/* Major: an incompatible change of any SDK type. Minor: additions at the end of host interfaces. */
#define DBACKUP_ABI_MAJOR 1u
#define DBACKUP_ABI_MINOR 1u

/* Kinds of component; 0 is never valid. */
#define DBACKUP_KIND_ENGINE 1u
#define DBACKUP_KIND_TARGET 2u
#define DBACKUP_KIND_CHANNEL 3u

typedef struct dbackup_component {
    uint32_t struct_size; /* sizeof(dbackup_component) as the plugin saw it; later fields count as null */
    uint32_t kind;        /* DBACKUP_KIND_* */
    const char* id;       /* "postgres": [a-z][a-z0-9-]*, unique among all plugins */
    const char* title;    /* "PostgreSQL" */
    const char* settings_schema; /* JSON Schema 2020-12 subset, docs/plugins.md */
    const char* capabilities;    /* JSON object, see engine.h and target.h; absent means no */
    /* Makes the configured C++ object of `kind` from validated settings (JSON text of `size` bytes,
     * defaults filled in). Does no I/O. May throw dbackup::sdk::Error. */
    void* (*create)(const char* settings, size_t size);
    void (*destroy)(void* self); /* never throws */
} dbackup_component;

typedef struct dbackup_plugin_info {
    /* These five are frozen for ever. */
    uint32_t magic;
    uint32_t struct_size;
    uint32_t abi_major;
    uint32_t abi_minor;
    const char* abi_tag; /* DBACKUP_ABI_TAG */

    const char* name;
    const char* version;
    const char* vendor;
    const char* license;
    const char* url;
    const dbackup_component* const* components; /* null-terminated: one file may serve mysql and mariadb */
} dbackup_plugin_info;

#ifdef __cplusplus
}
#endif

/* Switches of the C++ library that change the layout of the types that cross. */
#ifdef __cplusplus
#include <string> /* defines _GLIBCXX_USE_CXX11_ABI */
#endif
#define DBACKUP_STR2(x) #x
#define DBACKUP_STR(x) DBACKUP_STR2(x)
#if defined(_GLIBCXX_USE_CXX11_ABI)
#define DBACKUP_TAG_CXX11 DBACKUP_STR(_GLIBCXX_USE_CXX11_ABI)
#else
#define DBACKUP_TAG_CXX11 "1"
#endif
#ifdef _GLIBCXX_DEBUG
#define DBACKUP_TAG_DEBUG "1"
#else
#define DBACKUP_TAG_DEBUG "0"
#endif
#if defined(__SANITIZE_ADDRESS__)
#define DBACKUP_TAG_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define DBACKUP_TAG_SANITIZER "thread"
#else
#define DBACKUP_TAG_SANITIZER "none"
#endif
#define DBACKUP_ABI_TAG \
    "sdk1;cxx11abi=" DBACKUP_TAG_CXX11 ";debug=" DBACKUP_TAG_DEBUG ";sanitizer=" DBACKUP_TAG_SANITIZER
