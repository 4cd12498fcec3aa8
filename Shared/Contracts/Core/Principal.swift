/// Who asks, as the gateway read it from a verified token or key, or a service of ours. Who speaks may be another: ``Author``. It is checked
/// again where a service registers what answers.
package struct Principal: Codable, Sendable, Hashable {
    package let clientID: TenantID
    /// A user, a customer (role `customer`), an API key or a service of ours (role `service`).
    package let subject: Identifier<User>
    package let role: Role
    /// What colleagues and customers see; empty for a visitor without a name.
    package let name: String

    package init(clientID: TenantID, subject: Identifier<User>, role: Role, name: String) {
        self.clientID = clientID
        self.subject = subject
        self.role = role
        self.name = name
    }

    /// The customer this visitor token speaks for, nil for everybody else.
    package var customerID: CustomerID? { role == .customer ? CustomerID(subject.uuid) : nil }

    private enum CodingKeys: String, CodingKey {
        case clientID = "client_id"
        case subject, role, name
    }
}

package struct Role: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let administrator = Role(rawValue: "admin")
    package static let supervisor = Role(rawValue: "supervisor")
    package static let agent = Role(rawValue: "agent")
    package static let viewer = Role(rawValue: "viewer")
    /// An API key, or a service of ours that asks in its own name.
    package static let service = Role(rawValue: "service")
    /// A visitor of a website.
    package static let customer = Role(rawValue: "customer")

    package static let allCases = people + [.service, .customer]
    /// Roles that a person of the company can have, from most to least.
    package static let people: [Role] = [.administrator, .supervisor, .agent, .viewer]
    package static let staff = Set(people)

    package var description: String { rawValue }
}

extension Principal: DirectlyWritten {
    package func write(to json: inout JSONText) {
        json.raw(#"{"client_id":"#)
        json.id(clientID)
        json.raw(#","subject":"#)
        json.id(subject)
        json.raw(#","role":"#)
        json.string(role.rawValue)
        json.raw(#","name":"#)
        json.string(name)
        json.raw("}")
    }
}
