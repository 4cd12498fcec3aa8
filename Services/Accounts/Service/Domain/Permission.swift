import Contracts

/// What a handler asks of whoever calls. First by what the token says, which costs nothing; the ``Actor`` that is returned has to begin
/// the transaction, where it is asked again of the database.
package enum Permission {
    /// Users, keys and sites are the administrators' business.
    package static func requireAdministrator(_ principal: Principal) throws(AccountsError) -> Actor {
        try require([.administrator], of: principal)
    }

    /// Who looks after how the company works, without changing it.
    package static func requireSupervisor(_ principal: Principal) throws(AccountsError) -> Actor {
        try require([.supervisor, .administrator], of: principal)
    }

    /// One's own, or anybody's of the company for administrators.
    package static func requireOwnOrAdministrator(_ principal: Principal, _ userID: UserID) throws(AccountsError) -> Actor {
        try principal.subject == userID ? requireStaff(principal) : requireAdministrator(principal)
    }

    /// Programs and visitors have neither profile nor password.
    package static func requireStaff(_ principal: Principal) throws(AccountsError) -> Actor {
        try require(Role.staff, of: principal)
    }

    private static func require(_ roles: Set<Role>, of principal: Principal) throws(AccountsError) -> Actor {
        guard roles.contains(principal.role) else { throw .roleMayNot(role: principal.role.rawValue) }
        return Actor(principal: principal, roles: roles)
    }
}
