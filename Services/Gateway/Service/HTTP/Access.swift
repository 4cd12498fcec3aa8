import Contracts

/// Who may use a route.
package enum Access: Sendable, Equatable {
    /// Without signing in.
    case anyone
    case roles(Set<Role>)

    /// The company's people.
    static let staff = Access.roles(Role.staff)
    /// People and their programs that read.
    static let readers = Access.roles(Role.staff.union([.service]))
    /// People who answer customers.
    static let agents = Access.roles([.administrator, .supervisor, .agent])
    /// The same and their programs.
    static let writers = Access.roles([.administrator, .supervisor, .agent, .service])
    static let supervisors = Access.roles([.administrator, .supervisor])
    static let administrators = Access.roles([.administrator])
    static let customers = Access.roles([.customer])
    /// Who reads conversations: customers their own.
    static let conversationReaders = Access.roles(Role.staff.union([.service, .customer]))
    /// Who writes in them.
    static let conversationWriters = Access.roles([.administrator, .supervisor, .agent, .service, .customer])
    /// Who has an own mark of what was read.
    static let participants = Access.roles([.administrator, .supervisor, .agent, .customer])
}
