import Contracts

extension SaveAgent {
    private static let capabilitiesMax = 100
    private static let handlingSecondsMax = 1e9

    func validate() throws(RoutingError) {
        func check(_ isRight: Bool?, _ field: String, _ detail: String) throws(RoutingError) {
            if isRight == false { throw .fieldInvalid(field: field, detail: detail) }
        }
        try TextRule.name.check(name, "name")
        try check(kind.map { AgentRecord.Kind(rawValue: $0) != nil }, "type", "is neither human nor automated")
        try Sector.check(sector)
        try check(priority.map { (0...10).contains($0) }, "priority", "is not between 0 and 10")
        try check(
            capacity.map { (0...AgentRecord.capacityMax).contains($0) }, "capacity", "is not between 0 and \(AgentRecord.capacityMax)")
        for (channel, limit) in (channelCapacities ?? [:]).sorted(by: { $0.key < $1.key }) {
            let field = "channel_capacities.\(channel)"
            try check(Channel.allCases.contains(Channel(rawValue: channel)), field, "is not a channel")
            try check((0...AgentRecord.capacityMax).contains(limit), field, "is not between 0 and \(AgentRecord.capacityMax)")
        }
        try check(successRate.map { (0...1).contains($0) }, "success_rate", "is not between 0 and 1")
        try check(
            meanHandlingSeconds.map { (0...Self.handlingSecondsMax).contains($0) }, "mean_handling_seconds", "is not a number of seconds")
        try check(capabilities.map { $0.count <= Self.capabilitiesMax }, "capabilities", "are more than \(Self.capabilitiesMax)")
        for (index, capability) in (capabilities ?? []).enumerated() {
            try TextRule.label.check(capability.name, "capabilities[\(index)].name")
        }
        try check(capabilities.map { $0.allSatisfy { (1...5).contains($0.level) } }, "capabilities", "have a level outside 1 to 5")
        try check(capabilities.map { Set($0.map(\.name)).count == $0.count }, "capabilities", "name one of them twice")
    }
}
