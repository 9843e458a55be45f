#include "api/handlers/body_fields.h"
#include "api/handlers/content_headers.h"
#include "api/handlers/download_tokens.h"
#include "api/handlers/json_writer.h"
#include "api/handlers/storage.h"
#include "api/http/failure.h"
#include "core/orchestrator/storage_explorer.h"

namespace dbackup::api {

namespace {

constexpr std::size_t buffer_bytes = 256U << 10;

/// A whole answer of a route that otherwise streams.
void sendWhole(Response response, BodyStream& stream) {
    response.stream_bytes = response.body.size();
    stream.begin(response);
    stream.send(response.body);
}

Response headFor(const protocol::ReadHead& head) {
    Response response;
    response.status = head.partial ? 206 : 200;
    response.content_type = head.name.ends_with(".tar") ? "application/x-tar" : "application/octet-stream";
    response.stream_bytes = static_cast<std::uint64_t>(head.length);
    response.headers["Content-Disposition"] = attachment(head.name);
    response.headers["Accept-Ranges"] = head.takes_ranges ? "bytes" : "none";
    response.headers["ETag"] = '"' + head.tag + '"';
    if (head.partial) {
        response.headers["Content-Range"] = "bytes " + std::to_string(head.first) + '-' +
                                            std::to_string(head.first + head.length - 1) + '/' +
                                            std::to_string(head.size_bytes);
    }
    return response;
}

Response outsideRange(const protocol::ReadHead& head) {
    Response response = errorResponse(
        416, "The range lies outside of the object, which has " + std::to_string(head.size_bytes) + " bytes");
    response.headers["Content-Range"] = "bytes */" + std::to_string(head.size_bytes);
    return response;
}

class DownloadResource {
public:
    explicit DownloadResource(const Services& services) : services_(services), tokens_(services.clock) {}

    void get(const Request& request, BodyStream& stream) {
        const std::string id = destinationIdFrom(request, services_);
        if (const auto token = request.queryValue("token")) {
            const auto order = tokens_.find(*token);
            if (!order || order->destination_id != id || order->key_id != request.principal.key_id) {
                throw HttpError(410, "This download has expired. Start it again.");
            }
            send(*order, request, stream);
            return;
        }
        DownloadOrder order{
            id, parted(checkedPath(request.queryValue("file").value_or(""), "file")), false, {}};
        if (const auto object = request.queryValue("object"); object && !object->empty()) {
            order.file.object = checkedPath(*object, "object");
        }
        order.decompress = request.queryValue("decompress") == "true";
        send(order, request, stream);
    }

    void post(const Request& request, BodyStream& stream) {
        const JsonObject::Ptr json = request.json();
        BodyFields body(json);
        DownloadOrder order = orderFrom(json, body, destinationIdFrom(request, services_));
        const bool prepare = body.flag("prepare").value_or(false);
        body.throwIfFaulty();
        if (!prepare) {
            send(order, request, stream);
            return;
        }
        order.key_id = request.principal.key_id;
        JsonWriter out = success();
        out.beginObject("data").text("token", tokens_.issue(std::move(order))).end().end();
        sendWhole(respond(out), stream);
    }

    Response url(const Request& request) {
        const JsonObject::Ptr json = request.json();
        BodyFields body(json);
        DownloadOrder order = orderFrom(json, body, destinationIdFrom(request, services_));
        const bool direct = body.flag("direct").value_or(false);
        if (direct && order.file.object.empty()) {
            body.fault("direct", "needs one object: the path of a backup and the object's name");
        }
        if (direct && order.decompress) body.fault("decompress", "is nothing that a storage can do");
        body.throwIfFaulty();
        const std::string address =
            direct ? services_.orchestrator.storage().directUrl(
                         order.destination_id, order.file.backup, order.file.object, DownloadTokens::lifetime)
                   : request.base_url + "/api/storage/public-download?token=" + tokens_.issue(order);
        JsonWriter out = success();
        out.text("url", address).text("expiresIn", "5 minutes").flag("singleUse", !direct).end();
        return respond(out);
    }

    void collect(const Request& request, BodyStream& stream) {
        const std::string token = request.queryValue("token").value_or("");
        if (token.empty()) throw HttpError(400, "Missing token");
        // Whoever only asks what it is does not use it up.
        const bool looks = request.method == "HEAD";
        const auto order = looks ? tokens_.find(token) : tokens_.take(token);
        if (!order || !order->key_id.empty()) {
            throw HttpError(401, "Invalid or expired token. Please generate a new download link.");
        }
        try {
            send(*order, request, stream);
        } catch (...) {
            tokens_.giveBack(token);
            throw;
        }
    }

private:
    static DownloadOrder orderFrom(const JsonObject::Ptr& json, BodyFields& body, const std::string& id) {
        DownloadOrder order{id, parted(filePathFrom(*json)), false, {}};
        if (body.given("object")) order.file.object = filePathFrom(*json, "object");
        order.decompress = body.flag("decompress").value_or(false);
        return order;
    }

    void send(const DownloadOrder& order, const Request& request, BodyStream& stream) {
        protocol::ReadRequest wanted;
        wanted.path = order.file.backup;
        wanted.object = order.file.object;
        wanted.decompress = order.decompress;
        wanted.range = rangeFrom(request.range, request.if_range);
        const auto download =
            services_.orchestrator.storage().open(order.destination_id, std::move(wanted), stream.stop());
        if (!download->head().satisfiable) {
            sendWhole(outsideRange(download->head()), stream);
            return;
        }
        stream.begin(headFor(download->head()));
        if (request.method == "HEAD") return;
        std::vector<char> buffer(buffer_bytes);
        while (const std::size_t got = download->read(buffer, stream.stop())) {
            // A client that has gone wants no explanation.
            if (!stream.send({buffer.data(), got})) return;
        }
    }

    Services services_;
    DownloadTokens tokens_;
};

StreamHandler streamed(std::shared_ptr<DownloadResource> resource,
                       void (DownloadResource::*method)(const Request&, BodyStream&)) {
    return [resource = std::move(resource), method](const Request& request, BodyStream& stream) {
        ((*resource).*method)(request, stream);
    };
}

}  // namespace

void addDownloadRoutes(Router& router, const Services& services) {
    const auto downloads = std::make_shared<DownloadResource>(services);
    const Access access = Access::with("storage:download");
    router.addStream("GET", "/storage/:id/download", access, streamed(downloads, &DownloadResource::get));
    router.addStream("POST", "/storage/:id/download", access, streamed(downloads, &DownloadResource::post));
    router.add("POST", "/storage/:id/download-url", access, [downloads](const Request& request) {
        return downloads->url(request);
    });
    router.addStream(
        "GET", "/storage/public-download", Access::open(), streamed(downloads, &DownloadResource::collect));
}

}  // namespace dbackup::api
