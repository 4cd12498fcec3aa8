import Contracts
import Foundation
import HTTPTypes
import Hummingbird

/// Pages and what they load. Assets bear their content's hash in their name and never change; pages are asked for again each time.
struct PageController {
    static let immutable = "public, max-age=31536000, immutable"
    static let revalidated = "no-cache"

    let files: StaticFiles
    let sites = SiteCache()
    /// Key of the site the demo page carries.
    let demoSite: String?
    let origins: PublicOrigins
    let document: StaticFiles.File

    var routes: [Route] {
        [
            Route(.get, "/", nil, .anyone, side: .staff) { _ in Response(status: .found, headers: [.location: "/inbox"]) },
            page("/signin", "signin"), page("/inbox", "inbox"), page("/inbox/{session}", "inbox"), page("/settings/website", "settings"),
            page("/settings/routing", "routing"), page("/settings/hours", "hours"), page("/teams", "teams"), page("/teams/{team}", "teams"),
            page("/queue", "queue"), page("/settings/people", "people"), page("/settings/people/{user}", "people"),
            page("/settings/keys", "keys"), page("/invitation", "invitation"), page("/reset", "invitation"), page("/docs", "docs"),
            page("/demo", "demo", ContentSecurityPolicy(frames: ["'self'"]), side: .widget),
            Route(.get, "/demo/site.json", nil, .anyone, side: .widget) { _ in
                guard let demoSite else { throw Problem(.notFound, "no-demo-site", detail: "This installation has no demo site.") }
                return try .json(JSONValue.object(["site": .string(demoSite)]))
            },
            Route(.get, "/assets/{name}", nil, .anyone) { call in
                guard let file = files.file("assets/\(call.parameters["name"] ?? "")") else { throw Problem.pathNotFound }
                return file.response(call, cache: Self.immutable, headers: [.crossOriginResourcePolicy: "same-origin"])
            },
            Route(.get, "/widget.js", nil, .anyone, side: .widget) { call in
                guard let file = files.file("widget.js") else { throw Problem.pathNotFound }
                // Companies' pages load it from here.
                return file.response(call, cache: "public, max-age=300", headers: [.crossOriginResourcePolicy: "cross-origin"])
            },
            Route(.get, "/widget/frame", nil, .anyone, side: .widget) { try await frame($0) },
            // Where the widget is, for the lines that companies paste; null: where this is.
            Route(.get, "/widget/origin.json", nil, .anyone) { _ in
                try .json(JSONValue.object(["origin": origins.widgetOrigin.map { .string($0) } ?? .null]))
            },
            Route(.get, "/favicon.ico", nil, .anyone) { _ in Response(status: .noContent, headers: [.cacheControl: Self.immutable]) },
            Route(.get, "/openapi.json", "getOpenAPI", .anyone) { call in document.response(call, cache: Self.revalidated) },
        ]
    }

    private func page(
        _ path: String, _ name: String, _ policy: ContentSecurityPolicy = ContentSecurityPolicy(), side: PublicOrigins.Side = .staff
    ) -> Route {
        Route(.get, path, nil, .anyone, side: side) { call in
            guard let file = files.page(name) else { throw Self.notBuilt }
            return file.response(call, cache: Self.revalidated, headers: policy.fields)
        }
    }

    /// Only the site's own pages may show the widget.
    private func frame(_ call: GatewayCall) async throws -> Response {
        guard let site = try await sites.site(call.query("site") ?? "", call) else {
            throw Problem(.notFound, "site-not-found", detail: "There is no such site.")
        }
        guard let file = files.page("frame") else { throw Self.notBuilt }
        let policy = ContentSecurityPolicy(ancestors: ["'self'"] + site.site.allowedOrigins.compactMap(ContentSecurityPolicy.source))
        var headers = policy.fields
        headers[.crossOriginOpenerPolicy] = nil  // it is framed by others
        return file.response(call, cache: Self.revalidated, headers: headers)
    }

    private static let notBuilt = Problem(.notFound, "page-not-built", detail: "The pages are not built: run deploy/web.")
}
