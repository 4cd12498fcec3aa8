import HTTPTypes
import NIOHTTP1
import ServiceKit

/// Which header fields are passed on. Source: RFC 9110, section 7.6.1: what concerns one connection stays with it; everything else
/// arrives as it was sent, in its order and spelling, for signatures may cover it.
enum ForwardedFields {
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    ]

    /// What the gateway alone says of who asks; a stranger's own copies are dropped.
    private static func isOurs(_ name: String) -> Bool { name.hasPrefix("x-forwarded-") || name == "forwarded" || name == "x-real-ip" }

    /// Who asks, and at which address of ours.
    struct Origin: Sendable {
        let client: String
        let host: String
        let isSecure: Bool
    }

    /// A request's fields, without what frames its body.
    static func request(_ fields: [(name: String, value: String)], from origin: Origin) -> HTTPHeaders {
        let named = namedByConnection(fields)
        var headers = HTTPHeaders([("Host", origin.host)])
        for (name, value) in fields {
            let canonical = name.lowercased()
            guard !hopByHop.contains(canonical), !named.contains(canonical), !isOurs(canonical) else { continue }
            guard canonical != "host", canonical != "content-length" else { continue }
            headers.add(name: name, value: value)
        }
        headers.add(name: HTTPField.Name.xForwardedFor.rawName, value: origin.client)
        headers.add(name: HTTPField.Name.xForwardedHost.rawName, value: origin.host)
        headers.add(name: HTTPField.Name.xForwardedProto.rawName, value: origin.isSecure ? "https" : "http")
        return headers
    }

    /// An answer's fields, with its Content-Length if it has one.
    static func answer(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        let fields = headers.map { (name: $0.name, value: $0.value) }
        let named = namedByConnection(fields)
        return fields.filter { field in
            let canonical = field.name.lowercased()
            return !hopByHop.contains(canonical) && (canonical == "content-length" || !named.contains(canonical))
        }
    }

    /// Fields that `Connection` names belong to the connection too.
    private static func namedByConnection(_ fields: [(name: String, value: String)]) -> Set<String> {
        var names: Set<String> = []
        for (name, value) in fields where name.lowercased() == "connection" {
            for token in value.split(separator: ",") { names.insert(token.lowercased().filter { $0 != " " && $0 != "\t" }) }
        }
        return names
    }
}
