/// An order or a question to another service, always the same one.
package protocol BusRequest: BusQuestion {
    /// Who answers.
    static var service: ServiceName { get }
}

/// Nothing to say beyond "done".
package struct Done: Codable, Sendable, Equatable {
    package init() {}
}

/// Why a service refuses. Each case is something the caller can act on; a bug is not a case.
/// Crosses the bus as `{code, details}`; a code that this build does not know becomes the type's `unknown` case.
package protocol ServiceError: Error, Sendable, Equatable {
    var code: String { get }
    /// What the sentence needs: ids, limits, the field's name. Never text a customer wrote, never a secret.
    var details: [String: JSONValue] { get }
    init(code: String, details: [String: JSONValue])
    /// What everybody hears whose role the question's ``Access`` leaves out.
    static func roleMayNot(role: String) -> Self
}
