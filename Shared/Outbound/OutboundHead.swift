import NIOHTTP1

/// How an answer begins.
package struct OutboundHead: Sendable {
    /// Whose answer it is, after redirects.
    package let host: String
    package let status: Int
    /// What the `Retry-After` field asks for, in either form, at most ``RetryAfter/secondsMax``.
    package let retryAfterSeconds: Int?
    private let headers: HTTPHeaders

    init(host: String, status: Int, headers: HTTPHeaders) {
        self.host = host
        self.status = status
        self.headers = headers
        retryAfterSeconds = headers.first(name: "retry-after").flatMap { RetryAfter.seconds($0, now: .now) }
    }

    package var isSuccess: Bool { (200...299).contains(status) }

    /// - Parameter name: in any case. Of several fields with this name, the first.
    package func field(_ name: String) -> String? { headers.first(name: name) }

    package func fields(_ name: String) -> [String] { headers[name] }
}
