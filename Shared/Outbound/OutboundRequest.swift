/// Something to ask outside.
package struct OutboundRequest: Sendable {
    package enum Method: String, Sendable {
        case get = "GET", head = "HEAD", post = "POST", put = "PUT", patch = "PATCH", delete = "DELETE"
    }

    package enum Repeating: Sendable {
        /// A repeat could do it twice: sent and not answered, it ends as ``OutboundError/unknown(host:_:status:)``.
        case never
        /// The request changes nothing, or the receiver recognises a repeat by a key in it.
        case whenUnanswered
    }

    package let method: Method
    package let url: String
    package let fields: [(name: String, value: String)]
    package let body: [UInt8]
    package let repeating: Repeating

    /// - Parameters:
    ///   - url: as a company or a setting gave it; read by ``OutboundURL``.
    ///   - fields: in order. Secrets may be in them: to another origin a redirect takes ``fieldsForEverybody`` only.
    ///   - repeating: nil: GET and HEAD may be repeated, others not.
    package init(
        _ method: Method, _ url: String, fields: [(name: String, value: String)] = [], body: [UInt8] = [], repeating: Repeating? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.repeating = repeating ?? (method == .get || method == .head ? .whenUnanswered : .never)
    }

    /// Fields that hold no secret, in lower case.
    static let fieldsForEverybody: Set<String> = ["accept", "accept-language", "user-agent", "range"]

    /// What we set ourselves, or what would change how the request's end is found.
    private static let ownFields: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "keep-alive",
        "proxy-authorization",
        "proxy-connection", "accept-encoding", SendMarker.fieldName,
    ]

    /// - Throws: the field that cannot be sent.
    func checkSizes() throws(Prohibition) {
        var bytes = url.utf8.count
        for (name, value) in fields {
            bytes += name.utf8.count + value.utf8.count + 4
            let isNamed = !name.isEmpty && name.utf8.allSatisfy(Self.isFieldNameByte)
            guard isNamed, !Self.ownFields.contains(name.lowercased()),
                !value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f })
            else {
                throw .headerNotAllowed(isNamed ? String(name.prefix(64)) : "(without a proper name)")
            }
        }
        guard bytes <= ExchangeLimits.requestHeadBytesMax else { throw .requestHeadTooLarge(limit: ExchangeLimits.requestHeadBytesMax) }
        guard body.count <= ExchangeLimits.requestBodyBytesMax else {
            throw .requestBodyTooLarge(limit: ExchangeLimits.requestBodyBytesMax)
        }
    }

    /// Source: RFC 9110, section 5.6.2 (`tchar`).
    private static func isFieldNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}
