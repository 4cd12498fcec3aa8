import Contracts
import SwitchboardCommands
import Testing

@Suite struct `The port plan` {
    @Test func `gives every name a port of its own`() throws {
        var plan = PortPlan()
        let ports = try (0..<100).map { try plan.port(for: "process-\($0)", from: 31_950, isFree: { _ in true }) }
        #expect(Set(ports).count == 100)
        #expect(ports.allSatisfy(PortPlan.range.contains))
        #expect(ports.contains(PortPlan.range.lowerBound), "the search goes on at the range's beginning")
    }

    @Test func `gives the same port again after a restart`() throws {
        var plan = PortPlan()
        let first = try plan.port(for: "chat-1.events", from: 20_000, isFree: { _ in true })
        var read = try JSON.decode(PortPlan.self, from: JSON.encode(plan))
        #expect(try read.port(for: "chat-1.events", from: 25_000, isFree: { _ in true }) == first)
    }

    @Test func `takes another port when somebody else has it now`() throws {
        var plan = PortPlan()
        let first = try plan.port(for: "chat-1.events", from: 20_000, isFree: { _ in true })
        let second = try plan.port(for: "chat-1.events", from: 20_000, isFree: { $0 != first })
        #expect(second != first)
        #expect(try plan.port(for: "chat-1.events", from: 20_000, isFree: { _ in true }) == second, "and keeps that one")
    }

    @Test func `says so when no port is free`() {
        var plan = PortPlan()
        #expect(throws: OperatorError.self) { try plan.port(for: "chat-1.events", from: 20_000, isFree: { _ in false }) }
    }
}
