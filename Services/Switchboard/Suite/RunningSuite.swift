import Contracts

/// `run/processes.json`: who runs now, for whoever wants to look at a process, or to end it and see what happens.
package struct RunningSuite: Codable, Sendable {
    package struct Entry: Codable, Sendable, Equatable {
        package let service: String
        package let replica: Int
        /// 0 between two lives.
        package let pid: Int32
        /// Tells this process from a later one with the same pid (proc(5), field 22).
        package let startTime: String
        package let health: String?
        package let ready: Bool
        package let restarts: Int

        private enum CodingKeys: String, CodingKey {
            case service, replica, pid, health, ready, restarts
            case startTime = "start_time"
        }
    }

    /// The process that watches over the others.
    package let supervisor: Int32
    /// PostgreSQL's first process; nil if the server is not ours.
    package let database: Entry?
    package let processes: [Entry]
}
