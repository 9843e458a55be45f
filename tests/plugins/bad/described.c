/* A plugin in plain C that describes itself as its build says; its functions are never called. */
#include <dbackup/sdk/abi.h>

#ifndef MAGIC
#define MAGIC DBACKUP_PLUGIN_MAGIC
#endif
#ifndef MAJOR
#define MAJOR DBACKUP_ABI_MAJOR
#endif
#ifndef MINOR
#define MINOR DBACKUP_ABI_MINOR
#endif
#ifndef TAG
#define TAG DBACKUP_ABI_TAG
#endif
#ifndef INFO_SIZE
#define INFO_SIZE sizeof(dbackup_plugin_info)
#endif
#ifndef COMPONENT_SIZE
#define COMPONENT_SIZE sizeof(dbackup_component)
#endif
#ifndef PLUGIN_NAME
#define PLUGIN_NAME "described"
#endif
#ifndef VERSION
#define VERSION "1.0.0"
#endif
#ifndef KIND
#define KIND DBACKUP_KIND_ENGINE
#endif
#ifndef ID
#define ID "described"
#endif
#ifndef TITLE
#define TITLE "Described"
#endif
#ifndef SCHEMA
#define SCHEMA "{\"type\":\"object\"}"
#endif
#ifndef CAPABILITIES
#define CAPABILITIES "{\"formats\":[\"bin\"]}"
#endif
#ifndef CREATE
#define CREATE create
#endif
#ifndef DESTROY
#define DESTROY destroy
#endif
#ifndef SECOND
#define SECOND 0
#endif
#ifndef COMPONENTS
#define COMPONENTS components
#endif

/* Answers with nothing, which no plugin may. */
__attribute__((unused)) static void* create(const char* settings, size_t size) {
    (void)settings;
    (void)size;
    return 0;
}

__attribute__((unused)) static void destroy(void* self) {
    (void)self;
}

static const dbackup_component component = {
    COMPONENT_SIZE, KIND, ID, TITLE, SCHEMA, CAPABILITIES, CREATE, DESTROY};

__attribute__((unused)) static const dbackup_component* const components[] = {&component, SECOND, 0};
__attribute__((unused)) static const dbackup_component* const nothing[] = {0};

__attribute__((visibility("default"))) const dbackup_plugin_info dbackup_plugin = {
    MAGIC, INFO_SIZE, MAJOR, MINOR, TAG, PLUGIN_NAME, VERSION, "", "", "", COMPONENTS};

#ifdef MISSING_FUNCTION
/* Lives in no library: with lazy binding it would be missed in the middle of a run. */
extern void function_that_is_nowhere(void);
__attribute__((visibility("default"))) void callIt(void) {
    function_that_is_nowhere();
}
#endif

#ifdef ABORTS
#include <stdlib.h>
__attribute__((constructor)) static void abortAtLoad(void) {
    abort();
}
#endif
