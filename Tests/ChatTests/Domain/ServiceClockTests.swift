import ChatService
import Contracts
import Foundation
import Testing

@Suite struct `A service clock` {
    static let target = ServiceTarget(name: "All", firstResponseSeconds: 600, resolutionSeconds: 3600, warnAtShare: 0.5)
    /// A Wednesday.
    let noon = Date(timeIntervalSince1970: 1_795_608_000)
    var clock: ServiceClock { ServiceClock(Self.target, calendar: nil, startedAt: noon) }

    @Test func `warns when its share has passed and breaches when all has, once each`() {
        var clock = clock
        #expect(clock.nextAt == noon + 300)
        #expect(clock.passTime(at: noon + 299).isEmpty && clock.level.state == .ok)
        #expect(clock.passTime(at: noon + 300) == [.init(measure: .firstResponse, isBreach: false, dueAt: noon + 600)])
        #expect(clock.level.state == .warning && clock.passTime(at: noon + 301).isEmpty && clock.nextAt == noon + 600)
        #expect(clock.passTime(at: noon + 600) == [.init(measure: .firstResponse, isBreach: true, dueAt: noon + 600)])
        #expect(clock.level.state == .breached && clock.passTime(at: noon + 601).isEmpty && clock.nextAt == noon + 1800)
    }

    @Test func `says only the breach of what it comes too late to warn of`() {
        var clock = clock
        #expect(
            clock.passTime(at: noon + 3600) == [
                .init(measure: .firstResponse, isBreach: true, dueAt: noon + 600),
                .init(measure: .resolution, isBreach: true, dueAt: noon + 3600),
            ])
        #expect(clock.nextAt == nil)
    }

    @Test func `forgets a warning that was answered in time, and never a breach`() {
        var answered = clock
        _ = answered.passTime(at: noon + 300)
        answered.agentReplied()
        #expect(answered.level == ServiceLevel(state: .ok, firstResponseDueAt: nil, resolutionDueAt: noon + 3600))
        var late = clock
        _ = late.passTime(at: noon + 600)
        late.agentReplied()
        late.end()
        #expect(late.level == ServiceLevel(state: .breached, firstResponseDueAt: nil, resolutionDueAt: nil) && late.nextAt == nil)
    }

    @Test func `rests while the customer is waited for`() {
        var clock = clock
        clock.agentReplied()
        clock.pause(at: noon + 1000, calendar: nil)
        #expect(clock.nextAt == nil && clock.passTime(at: noon + 100_000).isEmpty)
        clock.pause(at: noon + 2000, calendar: nil)  // said twice
        clock.resume(at: noon + 50_000, calendar: nil)
        clock.resume(at: noon + 60_000, calendar: nil)
        #expect(clock.level.resolutionDueAt == noon + 52_600 && clock.nextAt == noon + 50_800)
    }

    @Test func `rests with its first response too: whoever resolves without a word has neither answered nor breached`() {
        var clock = clock
        clock.pause(at: noon + 100, calendar: nil)
        #expect(clock.nextAt == nil && clock.passTime(at: noon + 100_000).isEmpty)
        #expect(clock.level == ServiceLevel(state: .ok, firstResponseDueAt: nil, resolutionDueAt: nil))
        clock.resume(at: noon + 50_000, calendar: nil)
        #expect(clock.level.firstResponseDueAt == noon + 50_500 && clock.nextAt == noon + 50_200)
        clock.agentReplied()
        clock.pause(at: noon + 51_000, calendar: nil)
        clock.resume(at: noon + 60_000, calendar: nil)
        #expect(clock.level.firstResponseDueAt == nil, "answered is answered")
    }

    @Test func `that an older version paused rests as a whole`() throws {
        var clock = clock
        clock.pause(at: noon + 100, calendar: nil)
        var stored = try JSON.decode([String: JSONValue].self, from: try JSON.encode(clock))
        stored["firstResponseRest"] = nil
        stored["firstResponse"] = try JSON.decode([String: JSONValue].self, from: try JSON.encode(self.clock))["firstResponse"]
        var older = try JSON.decode(ServiceClock.self, from: try JSON.encode(stored))
        #expect(older.level.firstResponseDueAt == noon + 600, "as the older one left it")
        #expect(older.nextAt == nil && older.passTime(at: noon + 100_000).isEmpty)
    }

    @Test func `counts only business time where it shall, also while it rests`() throws {
        let days = ["wednesday", "thursday"].reduce(into: [String: [OpeningHours]]()) {
            $0[$1] = [OpeningHours(opens: "09:00", closes: "12:30")]
        }
        let calendar = try BusinessCalendar(timeZone: "UTC", hours: days, holidays: [])
        #expect(calendar.isOpen(at: noon), "half an hour is left of Wednesday")
        var clock = ServiceClock(Self.target, calendar: calendar, startedAt: noon)
        let thursday = noon + 21 * 3600
        #expect(clock.level == ServiceLevel(state: .ok, firstResponseDueAt: noon + 600, resolutionDueAt: thursday + 1800))
        clock.pause(at: noon + 1200, calendar: calendar)
        clock.resume(at: thursday + 3600, calendar: calendar)
        #expect(clock.level.resolutionDueAt == thursday + 3600 + 2400)
    }

    @Test func `without a target never comes due`() {
        var clock = ServiceClock()
        #expect(clock.nextAt == nil && clock.passTime(at: .distantFuture).isEmpty && clock.level.state == .ok)
    }
}
