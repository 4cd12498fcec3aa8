import Contracts

/// What a role may do in chat. The gateway's table says the same for routes; this one is asked again for every request.
enum Permission {
    case read, write, supervise, administer
    /// What channel adapters do, in their own name.
    case carry

    /// - Throws: ``ChatError/roleMayNot(role:)``.
    func demand(of principal: Principal) throws(ChatError) {
        let roles: Set<Role> =
            switch self {
            case .read: [.administrator, .supervisor, .agent, .viewer, .service, .customer]
            case .write: [.administrator, .supervisor, .agent, .service, .customer]
            case .supervise: [.administrator, .supervisor, .service]
            case .administer: [.administrator]
            case .carry: [.service]
            }
        guard roles.contains(principal.role) else { throw .roleMayNot(role: principal.role.rawValue) }
    }

    /// As ``demand(of:)``, and not for customers.
    func demandStaff(of principal: Principal) throws(ChatError) {
        guard principal.role != .customer else { throw .roleMayNot(role: principal.role.rawValue) }
        try demand(of: principal)
    }
}

extension Principal {
    /// Supervisors and administrators, and keys that act for the company itself.
    var mayOverrule: Bool { role == .supervisor || role == .administrator || role == .service }
}
