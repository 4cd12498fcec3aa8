import Bus
import Contracts

extension Principal {
    /// Checked again here, whatever the gateway let through.
    func mustBe(in roles: Set<Role>, _ context: RequestContext) throws {
        guard context.clientID == nil || context.clientID == clientID else {
            throw BusError.malformed("the principal belongs to another tenant than the request")
        }
        guard roles.contains(role) else { throw RoutingError.roleMayNot(role: role.rawValue) }
    }

    var isSenior: Bool { role == .administrator || role == .supervisor }
}

extension Role {
    /// Everything about agents.
    static let managing: Set<Role> = [.administrator, .supervisor]
    /// What there is to see.
    static let reading: Set<Role> = Role.staff.union([.service])
}
