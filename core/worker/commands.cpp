#include "core/worker/commands.h"

#include "core/pipeline/caught.h"

namespace dbackup::worker {

namespace {

/// Masks the component's secrets and checks its kind.
Components::Description describeAs(std::string_view kind,
                                   const protocol::ComponentRef& component,
                                   Run& run,
                                   Components& components) {
    run.masker().addSecretsOf(component);
    Components::Description description = components.describe(component);
    if (description.kind != kind) {
        throw Error(ErrorKind::Settings,
                    "'" + component.name + "' (" + component.component + ") is of kind " + description.kind +
                        ", an " + std::string(kind) + " is needed");
    }
    return description;
}

}  // namespace

protocol::Event success(JsonObject::Ptr data) {
    protocol::Event event;
    event.kind = protocol::Event::Kind::Result;
    event.ok = true;
    event.data = std::move(data);
    return event;
}

OpenTarget::OpenTarget(const protocol::ComponentRef& component,
                       Run& run,
                       Components& components,
                       std::stop_token stop,
                       const pipeline::Delivery& delivery)
    : component_(component),
      plugin_(describeAs("target", component, run, components).plugin),
      target_(components.target(component)),
      context_(run, component_, std::move(stop)),
      destination_({component.id, component.name, plugin_, *target_, context_, delivery}) {}

OpenEngine openEngine(const protocol::ComponentRef& component, Run& run, Components& components) {
    const Components::Description description = describeAs("engine", component, run, components);
    return {description.plugin, description.capabilities, components.engine(component)};
}

}  // namespace dbackup::worker
