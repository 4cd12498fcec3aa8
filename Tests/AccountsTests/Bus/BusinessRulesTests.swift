import AccountsService
import Contracts
import Foundation
import Storage
import Testing

@Suite struct `Business rules` {
    let accounts: AccountsUnderTest
    static let week = ["monday": [OpeningHours(opens: "08:00", closes: "12:00"), OpeningHours(opens: "13:00", closes: "16:00")]]

    init() async throws { accounts = try await AccountsUnderTest() }

    private func save(_ expected: Int, _ change: BusinessRulesChange) async throws -> BusinessRules {
        try await accounts.ask(
            SaveBusinessRules(principal: accounts.administrator, expectedVersion: expected, change: change))
    }

    private func read(_ role: Role = .administrator) async throws -> BusinessRules {
        try await accounts.ask(GetBusinessRules(principal: Role.staff.contains(role) ? accounts.somebody(role) : accounts.principal(role)))
    }

    private func said() async throws -> [BusinessRules] {
        try await accounts.events().filter { $0.subject == BusinessRulesChanged.subject.rawValue }.map {
            #expect($0.key == accounts.tenant.id.uuid)
            return try JSON.decode(BusinessRulesChanged.self, from: $0.payload).rules
        }
    }

    @Test func `are the defaults until somebody changes them`() async throws {
        #expect(try await read() == .standard)
        #expect(BusinessRules.standard.version == 0 && BusinessRules.standard.problem == nil)
        #expect(try BusinessRules.standard.calendar().isOpen(at: accounts.clock.now), "nobody said that the company closes")
        #expect(try await accounts.ask(ListSectors(principal: accounts.somebody(.agent))).items.map(\.name) == ["general"])
    }

    @Test func `change in what is given, with an entry in the audit and an event`() async throws {
        let supervisor = try await accounts.somebody(.supervisor)
        let first = try await save(0, BusinessRulesChange(timeZone: "Europe/Oslo", hours: Self.week))
        #expect(first.version == 1 && first.timeZone == "Europe/Oslo" && first.hours == Self.week)
        let second = try await save(1, BusinessRulesChange(sectors: [SectorName(name: "general"), SectorName(name: "sales")]))
        #expect(second.version == 2 && second.hours == Self.week, "what was left out stays")
        #expect(try await accounts.ask(GetBusinessRules(principal: supervisor)) == second)
        #expect(try await said() == [first, second])
        let entries = try await accounts.database.query(
            .tenant(accounts.tenant.id),
            """
            SELECT actor_id, setting, before, after FROM accounts.settings_audit
             WHERE setting = 'business_rules' ORDER BY (after->>'version')::int
            """)
        #expect(entries.count == 2)
        let entry = try #require(entries.last)
        #expect(try entry["actor_id"] as UserID == accounts.ana.id && entry["setting"] as String == "business_rules")
        func rules(_ column: String) throws -> BusinessRules {
            try JSON.decode(BusinessRules.self, from: try JSON.encode(try entry.decode(column, as: JSONValue.self)))
        }
        #expect(try rules("before") == first && rules("after") == second)
        let latest = try await accounts.ask(ListSettingsAudit(principal: supervisor, limit: 1))
        let change = try #require(latest.items.first)
        #expect(latest.items.count == 1 && change.actor.id == accounts.ana.id && change.setting == "business_rules")
        #expect(try JSON.decode(BusinessRules.self, from: try JSON.encode(change.before)) == first)
        #expect(try JSON.decode(BusinessRules.self, from: try JSON.encode(change.after)) == second)
        let cursor = try #require(latest.nextCursor)
        let earlier = try await accounts.ask(ListSettingsAudit(principal: supervisor, limit: 9, cursor: cursor))
        let rulesBefore = earlier.items.filter { $0.setting == "business_rules" }
        #expect(try rulesBefore.map { try JSON.decode(BusinessRules.self, from: try JSON.encode($0.after)) } == [first])
        #expect(earlier.nextCursor == nil)
        await #expect(throws: AccountsError.roleMayNot(role: "agent")) {
            try await accounts.ask(ListSettingsAudit(principal: accounts.principal(.agent), limit: 1))
        }
        #expect(try await accounts.ask(ListSectors(principal: accounts.somebody(.viewer))).items.map(\.name) == ["general", "sales"])
    }

    @Test func `are not changed by who looked at older ones, and a repeated order changes nothing twice`() async throws {
        let first = try await save(0, BusinessRulesChange(timeZone: "Europe/Oslo"))
        #expect(try await save(0, BusinessRulesChange(timeZone: "Europe/Oslo")) == first, "the answer may have been lost")
        await #expect(throws: AccountsError.rulesMovedOn(version: 1)) { try await save(0, BusinessRulesChange(timeZone: "Asia/Tokyo")) }
        await #expect(throws: AccountsError.rulesMovedOn(version: 1)) { try await save(2, BusinessRulesChange(timeZone: "Asia/Tokyo")) }
        #expect(try await read() == first)
        #expect(try await said() == [first])
    }

    @Test func `of two who change them at once one must look again`() async throws {
        let outcomes = await withTaskGroup(of: Bool.self, returning: [Bool].self) { group in
            for zone in ["Asia/Tokyo", "Europe/Oslo", "Africa/Cairo", "America/Lima"] {
                group.addTask {
                    do {
                        _ = try await save(0, BusinessRulesChange(timeZone: zone))
                        return true
                    } catch {
                        return false
                    }
                }
            }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.count == 4 && outcomes.filter { $0 }.count == 1)
        #expect(try await said().count == 1)
    }

    static let wrong: [(BusinessRulesChange, String)] = [
        (BusinessRulesChange(timeZone: "Mars/Olympus"), "time_zone"),
        (BusinessRulesChange(hours: ["monday": [OpeningHours(opens: "09:00", closes: "08:00")]]), "hours.monday[0].closes"),
        (
            BusinessRulesChange(hours: [
                "monday": [OpeningHours(opens: "08:00", closes: "12:00"), OpeningHours(opens: "11:00", closes: "13:00")]
            ]), "hours.monday[1].opens"
        ),
        (
            BusinessRulesChange(holidays: [Holiday(date: "2026-12-25", name: "One"), Holiday(date: "2026-12-25", name: "Two")]),
            "holidays[1].date"
        ),
        (BusinessRulesChange(holidays: [Holiday(date: "2026-12-25", name: "\0")]), "holidays[0].name"),
        (BusinessRulesChange(sla: [ServiceTarget(name: "All", firstResponseSeconds: 60, warnAtShare: 1)]), "sla[0].warn_at_share"),
        (BusinessRulesChange(sla: [ServiceTarget(name: "All", firstResponseSeconds: 60, warnAtShare: 0)]), "sla[0].warn_at_share"),
        (BusinessRulesChange(sla: [ServiceTarget(name: "All")]), "sla[0].first_response_seconds"),
        (BusinessRulesChange(sla: [ServiceTarget(name: "All", firstResponseSeconds: 1)]), "sla[0].first_response_seconds"),
        (
            BusinessRulesChange(sla: [ServiceTarget(name: "All", firstResponseSeconds: 600, resolutionSeconds: 60)]),
            "sla[0].resolution_seconds"
        ),
        (BusinessRulesChange(sla: [ServiceTarget(name: "A", sector: "sales", firstResponseSeconds: 60)]), "sla[0].sector"),
        (
            BusinessRulesChange(sla: [ServiceTarget(name: "A", channel: Channel(rawValue: "pigeon"), firstResponseSeconds: 60)]),
            "sla[0].channel"
        ),
        (BusinessRulesChange(sla: [ServiceTarget(name: "A", priorityMin: 11, firstResponseSeconds: 60)]), "sla[0].priority_min"),
        (BusinessRulesChange(sla: Array(repeating: ServiceTarget(name: "A", firstResponseSeconds: 60), count: 2)), "sla[1].name"),
        (BusinessRulesChange(retention: RetentionRules(messagesDays: 0)), "retention.messages_days"),
        (BusinessRulesChange(sectors: [SectorName(name: "sales")]), "sectors"),
        (BusinessRulesChange(sectors: [SectorName(name: "general"), SectorName(name: "general")]), "sectors[1].name"),
        (BusinessRulesChange(routing: RoutingSettings(channelWeights: ["pigeon": 1])), "routing.channel_weights.pigeon"),
        (
            BusinessRulesChange(
                routing: RoutingSettings(weights: ScoreWeights(success: 41, priority: 25, load: 20, handlingTime: 15, capability: 5))),
            "routing.weights.success"
        ),
    ]

    @Test func `that cannot be are refused by the member's name, and nothing of them is kept`() async throws {
        for (change, field) in Self.wrong {
            let error = await #expect(throws: AccountsError.self) { try await save(0, change) }
            guard case .ruleInvalid(field, _) = error else {
                Issue.record("\(field) expected, not \(String(describing: error))")
                continue
            }
        }
        #expect(try await read() == .standard)
        #expect(try await said().isEmpty)
        let kept: SQL = "SELECT count(*) AS count FROM accounts.settings_audit WHERE setting = 'business_rules'"
        #expect(try await accounts.count(kept, as: .tenant(accounts.tenant.id)) == 0)
    }

    @Test func `are read by supervisors and changed by administrators of the same company only`() async throws {
        for role in [Role.agent, .viewer, .customer, .service] {
            await #expect(throws: AccountsError.roleMayNot(role: role.rawValue)) { try await read(role) }
        }
        for role in [Role.supervisor, .agent, .viewer, .customer, .service] {
            await #expect(throws: AccountsError.roleMayNot(role: role.rawValue)) {
                try await accounts.ask(
                    SaveBusinessRules(
                        principal: accounts.principal(role), expectedVersion: 0, change: BusinessRulesChange(timeZone: "Asia/Tokyo")))
            }
        }
        let other = try await accounts.administration.createTenant(name: "Other", slug: "other")
        _ = try await save(0, BusinessRulesChange(timeZone: "Asia/Tokyo"))
        let stranger = try await accounts.somebody(.administrator, of: other.id)
        #expect(try await accounts.ask(GetBusinessRules(principal: stranger)) == .standard)
        #expect(try await accounts.count("SELECT count(*) AS count FROM accounts.business_rules", as: .tenant(other.id)) == 0)
    }

    @Test func `tell a visitor whether the company is open, and until when`() async throws {
        let site = try await accounts.administration.createSite(
            tenant: accounts.tenant.id, name: "Shop", allowedOrigins: ["https://shop.example"])
        func state() async throws -> OpenState? { try await accounts.ask(IssueVisitorToken(site: site.siteKey)).openState }
        #expect(try await state() == OpenState(isOpen: true, changesAt: nil), "always, as nobody said otherwise")
        // It is Saturday, 2026-11-21T04:00:00Z.
        _ = try await save(0, BusinessRulesChange(timeZone: "Europe/Oslo", hours: Self.week))
        #expect(try await state() == OpenState(isOpen: false, changesAt: Timestamp.date("2026-11-23T07:00:00Z")))
        accounts.clock.advance(by: 2 * 86_400 + 4 * 3600)
        #expect(try await state() == OpenState(isOpen: true, changesAt: Timestamp.date("2026-11-23T11:00:00Z")))
    }
}
