/// Whether an agent takes work. What the agent chose wins over the socket.
package struct AgentStatus: RawRepresentable, CaseIterable, Hashable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let online = AgentStatus(rawValue: "online")
    package static let away = AgentStatus(rawValue: "away")
    package static let busy = AgentStatus(rawValue: "busy")
    package static let offline = AgentStatus(rawValue: "offline")

    package static let allCases: [AgentStatus] = [.online, .away, .busy, .offline]

    package var description: String { rawValue }
}
