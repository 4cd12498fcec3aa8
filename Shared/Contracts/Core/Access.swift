/// Who may ask a question, or use a route: most routes say it by their question. What depends on rows ("an agent sees what is hers") is
/// not said here.
package enum Access: Sendable, Equatable {
    /// Whatever the role, also without signing in.
    case anyone
    case roles(Set<Role>)

    /// The company's people.
    package static let staff = Access.roles(Role.staff)
    /// People and their programs that read.
    package static let readers = Access.roles(Role.staff.union([.service]))
    /// People who answer customers.
    package static let agents = Access.roles([.administrator, .supervisor, .agent])
    /// The same and their programs.
    package static let writers = Access.roles([.administrator, .supervisor, .agent, .service])
    package static let supervisors = Access.roles([.administrator, .supervisor])
    package static let administrators = Access.roles([.administrator])
    /// Programs, and services of ours in their own name: what channel adapters do.
    package static let services = Access.roles([.service])
    package static let customers = Access.roles([.customer])
    /// Who reads conversations: customers their own.
    package static let conversationReaders = Access.roles(Role.staff.union([.service, .customer]))
    /// Who writes in them.
    package static let conversationWriters = Access.roles([.administrator, .supervisor, .agent, .service, .customer])
    /// Who has an own mark of what was read.
    package static let participants = Access.roles([.administrator, .supervisor, .agent, .customer])

    package func includes(_ role: Role) -> Bool {
        switch self {
        case .anyone: true
        case .roles(let roles): roles.contains(role)
        }
    }
}
