import Contracts
import HTTPTypes
import Hummingbird

/// A refusal as clients see it. Source: RFC 9457. `type` ends in a stable code; `detail` is a sentence for people.
package struct Problem: Error, Sendable, Equatable {
    package struct Field: Sendable, Equatable {
        /// Dotted path in the body, or a parameter's name.
        package let field: String
        package let detail: String

        package init(_ field: String, _ detail: String) {
            self.field = field
            self.detail = detail
        }
    }

    package var status: HTTPResponse.Status
    package var code: String
    package var detail: String
    package var errors: [Field] = []
    /// Further members, like the sequence a conversation has come to.
    package var members: [String: JSONValue] = [:]
    package var headers: HTTPFields = [:]

    package init(_ status: HTTPResponse.Status, _ code: String, detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    package init(_ status: HTTPResponse.Status, _ code: String, field: String, detail: String) {
        self.init(status, code, detail: detail)
        errors = [Field(field, detail)]
    }

    package func with(_ name: HTTPField.Name, _ value: String) -> Problem {
        var copy = self
        copy.headers[name] = value
        return copy
    }

    package func with(member name: String, _ value: JSONValue) -> Problem {
        var copy = self
        copy.members[name] = value
        return copy
    }

    /// The same problem of a part of the request.
    package func within(_ path: String) -> Problem {
        var copy = self
        copy.errors = errors.isEmpty ? [Field(path, detail)] : errors.map { Field("\(path).\($0.field)", $0.detail) }
        return copy
    }

    /// Whole seconds, at least one: clients that come back at once are what made us busy.
    package func retryAfter(_ duration: Duration) -> Problem {
        with(.retryAfter, String(max(1, duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0))))
    }

    /// The document, for a response or a socket's `error` frame.
    package func json(traceID: String?) -> JSONValue {
        var document = members
        document["type"] = .string("/problems/\(code)")
        document["title"] = .string(status.reasonPhrase)
        document["status"] = .integer(Int64(status.code))
        document["detail"] = .string(detail)
        document["request_id"] = traceID.map { .string($0) }
        if !errors.isEmpty {
            document["errors"] = .array(errors.map { ["field": .string($0.field), "detail": .string($0.detail)] })
        }
        return .object(document)
    }

    package func response(traceID: String?) throws -> Response {
        var headers = headers
        headers[.contentType] = "application/problem+json"
        headers[.cacheControl] = "no-store"
        let body = try JSON.encode(json(traceID: traceID))
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

extension HTTPField.Name {
    static let retryAfter = HTTPField.Name("Retry-After")!
}

extension Problem {
    static let pathNotFound = Problem(.notFound, "not-found", detail: "There is nothing at this address.")

    static func notFound(_ what: String) -> Problem {
        Problem(.notFound, "\(what)-not-found", detail: "You have no \(what.replacing("-", with: " ")) with this id.")
    }

    static func unauthorized(_ detail: String) -> Problem {
        Problem(.unauthorized, "unauthorized", detail: detail).with(
            .wwwAuthenticate, "Bearer realm=\"switchboard\", error=\"invalid_token\"")
    }

    static func forbidden(_ role: Role) -> Problem {
        Problem(.forbidden, "role-may-not", detail: "The role \(role) may not do this.")
    }

    static func scopeMissing(_ scope: KeyScope) -> Problem {
        Problem(.forbidden, "scope-missing", detail: "This key lacks the scope \(scope).").with(member: "scope", .string(scope.rawValue))
    }

    static func tooManyRequests(_ wait: Duration) -> Problem {
        Problem(.tooManyRequests, "too-many-requests", detail: "Too many requests in a short time.").retryAfter(wait)
    }

    static func parameter(_ name: String, _ detail: String) -> Problem {
        Problem(.badRequest, "parameter-invalid", field: name, detail: detail)
    }

    static func body(_ field: String, _ detail: String) -> Problem {
        Problem(.badRequest, "field-invalid", field: field, detail: detail)
    }
}
