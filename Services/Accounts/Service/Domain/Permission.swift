import Contracts

/// What a handler asks of whoever calls.
package enum Permission {
    /// Users, keys and sites are the administrators' business.
    package static func requireAdministrator(_ principal: Principal) throws(AccountsError) {
        guard principal.role == .administrator else { throw .roleMayNot(role: principal.role.rawValue) }
    }

    /// Who looks after how the company works, without changing it.
    package static func requireSupervisor(_ principal: Principal) throws(AccountsError) {
        guard principal.role == .supervisor || principal.role == .administrator else {
            throw .roleMayNot(role: principal.role.rawValue)
        }
    }

    /// Programs and visitors have neither profile nor password.
    package static func requireStaff(_ principal: Principal) throws(AccountsError) {
        guard Role.staff.contains(principal.role) else { throw .roleMayNot(role: principal.role.rawValue) }
    }
}
