import Contracts
import Foundation
import Jobs
import Storage

/// Jobs in random order of everything that can happen to them, by a seed, against PostgreSQL and a provider that counts; and what must hold
/// whatever happens.
struct JobsModel {
    /// A fault put in on purpose, to see whether the model finds it.
    enum Plant {
        case none
        /// A kind says that its provider deduplicates, and it does not.
        case deduplicationClaimed
        /// Whoever asks to write an answer is believed, whatever attempt it belongs to.
        case unfencedAnswers
        /// Jobs are claimed without a look at the others of their key.
        case unserialClaims
    }

    /// What stands in line, as the model made it.
    private struct Made {
        let id: JobID
        let tenant: TenantID
        let key: String
        let kind: String
        /// The order of making, within all.
        let place: Int
        var retriedByHand = 0
        var wasGivenUp = false
        var lastSend: Int?
    }

    /// An attempt in somebody's hands.
    private struct Held {
        let job: Job
        let replica: Int
        var trustedUntil: Date
        var answer: JobOutcome?
    }

    static let lease = Duration.seconds(30)
    private static let tenantCount = 2
    private static let keys = ["first", "second", "third"]

    let stage: JobsStage
    let plant: Plant
    private var chance: SeededChance
    private let stores: [JobStore]
    private let effects: [JobEffect]
    private let tenants: [TenantID]
    private var provider = CountingProvider()
    private var made: [JobID: Made] = [:]
    private var held: [Held] = []
    private var sends = 0
    private(set) var violations: [String] = []
    private(set) var happened: [String: Int] = [:]

    init(seed: UInt64, plant: Plant = .none) async throws {
        stage = try await JobsStage()
        self.plant = plant
        chance = SeededChance(seed)
        stores = [stage.store(), stage.store()]
        var tenants: [TenantID] = []
        for _ in 0..<Self.tenantCount { tenants.append(.new()) }
        self.tenants = tenants
        let backoff = Backoff(first: .seconds(2), longest: .seconds(60))
        let deduplicationClaimed = plant == .deduplicationClaimed
        func kind(_ name: String, isDeduplicated: Bool) -> JobKind {
            JobKind(
                name, attemptsMax: 4, ageMax: .seconds(1200), isDeduplicatedByProvider: isDeduplicated, backoff: backoff, lookUpsMax: 3,
                lookUpPause: .seconds(20))
        }
        // The model does what they would do.
        effects = [
            JobEffect(kind("plain", isDeduplicated: deduplicationClaimed)) { _ in .done },
            JobEffect(kind("deduplicated", isDeduplicated: true)) { _ in .done },
            JobEffect(kind("looked-up", isDeduplicated: false), run: { _ in .done }, lookUp: { _ in .stillUnknown }),
        ]
        if plant == .unserialClaims { _ = try await stage.test.admin().query(.none, "DROP INDEX chat.jobs_running_key") }
    }

    // MARK: A run

    mutating func run(steps: Int) async throws {
        for _ in 0..<steps {
            try await step()
            guard violations.isEmpty else { return }
        }
        try await settle()
        try await check()
    }

    private mutating func step() async throws {
        switch Int.random(in: 0..<100, using: &chance) {
        case 0..<14: try await enqueue()
        case 14..<34: try await claim()
        case 34..<56: send()
        case 56..<70: try await answer()
        case 70..<74: die()
        case 74..<77: try await renew()
        case 77..<85:
            note("time")
            stage.clock.pass(Double.random(in: 1..<30, using: &chance))
        case 85..<91: try await expire()
        case 91..<97: try await lookUp()
        case 97..<99: try await retryByHand()
        default: try await giveUp()
        }
    }

    /// Nothing goes wrong any more: everything comes to an end.
    private mutating func settle() async throws {
        held = []
        for _ in 0..<400 {
            stage.clock.pass(15)
            var isOpen = false
            for tenant in tenants {
                _ = try await stores[0].expire(effects, of: tenant, chance: { 0.5 })
                try await lookUp(of: tenant, truthfully: true)
                for job in try await claimed(of: tenant, replica: 0, limit: 10) {
                    accept(job)
                    _ = try await stores[0].answer(.done, to: job, of: effect(job.kind), chance: 0.5)
                }
                let open = try await stage.database.query(
                    .tenant(tenant),
                    """
                    SELECT FROM chat.jobs
                     WHERE client_id = \(tenant) AND (state IN ('queued', 'running') OR state = 'unknown' AND look_up_at IS NOT NULL) LIMIT 1
                    """)
                isOpen = isOpen || !open.isEmpty
            }
            if !isOpen { return }
        }
        violations.append("something is never done")
    }

    // MARK: What happens

    private mutating func enqueue() async throws {
        let tenant = tenants[Int.random(in: 0..<tenants.count, using: &chance)]
        if chance.happens(0.15), let old = anyMade(where: { $0.tenant == tenant }) {
            note("repeat")
            let count = try await stage.enqueue([NewJob(id: old.id, kind: old.kind, key: old.key)], of: tenant)
            if count != 0 { violations.append("a repeat of \(old.id) became a second row") }
            return
        }
        let kind = effects[Int.random(in: 0..<effects.count, using: &chance)].kind.name
        let key = Self.keys[Int.random(in: 0..<Self.keys.count, using: &chance)]
        let id = JobID.new()
        if try await stage.enqueue([NewJob(id: id, kind: kind, key: key)], of: tenant) != 1 { violations.append("\(id) was not kept") }
        made[id] = Made(id: id, tenant: tenant, key: key, kind: kind, place: made.count)
        note("enqueue")
    }

    private mutating func claim() async throws {
        let tenant = tenants[Int.random(in: 0..<tenants.count, using: &chance)]
        let replica = Int.random(in: 0..<stores.count, using: &chance)
        let limit = Int.random(in: 1...3, using: &chance)
        for job in try await claimed(of: tenant, replica: replica, limit: limit) {
            note("claim")
            let now = stage.clock.now
            if held.contains(where: { $0.job.clientID == tenant && $0.job.key == job.key && $0.trustedUntil > now }) {
                violations.append("two run at once in the key \(job.key)")
            }
            held.append(Held(job: job, replica: replica, trustedUntil: now + 30))
        }
    }

    private func claimed(of tenant: TenantID, replica: Int, limit: Int) async throws -> [Job] {
        guard plant == .unserialClaims else {
            return try await stores[replica].claim(effects.map(\.kind), of: tenant, limit: limit, lease: Self.lease).jobs
        }
        let now = stage.clock.now
        return try await stage.database.query(
            .tenant(tenant),
            """
            UPDATE chat.jobs SET state = 'running', attempt = attempt + 1, tries = tries + 1, lease_until = \(now + 30)
             WHERE client_id = \(tenant)
               AND id IN (SELECT id FROM chat.jobs WHERE client_id = \(tenant) AND state = 'queued' AND not_before <= \(now)
                           ORDER BY not_before, number LIMIT \(Int64(limit)) FOR UPDATE SKIP LOCKED)
            RETURNING id, kind, key, attempt, created_at
            """
        ).map {
            Job(
                clientID: tenant, id: try $0["id"], kind: try $0["kind"], key: try $0["key"], payload: [], attempt: try $0["attempt"],
                createdAt: try $0["created_at"])
        }
    }

    /// The call goes out, if its lease may still be trusted; and comes to something that the worker may or may not hear.
    private mutating func send() {
        guard let index = anyHeld(where: { $0.answer == nil }) else { return }
        guard held[index].trustedUntil > stage.clock.now else {
            note("too late to send")
            held.remove(at: index)
            return
        }
        let job = held[index].job
        let failure = JobFailure(code: "provider-busy", detail: "The provider is busy.")
        // A provider that deduplicates says of what it did before that it is done, if it says anything.
        let isRepeat = job.kind == "deduplicated" && provider.count(job.id) > 0
        switch isRepeat ? Int.random(in: 0..<7, using: &chance) : Int.random(in: 0..<10, using: &chance) {
        case 0..<4:
            accept(job)
            held[index].answer = .done
        case 4..<6:
            note("answer lost")
            accept(job)
            held[index].answer = .unknown(failure)
        case 6:
            note("call lost")
            held[index].answer = .unknown(failure)
        case 7..<9:
            provider.refuse(job.id)
            let seconds = Int.random(in: 0..<40, using: &chance)
            held[index].answer = .retry(after: chance.happens(0.5) ? .seconds(seconds) : nil, failure)
        default:
            provider.refuse(job.id)
            held[index].answer = .failed(JobFailure(code: "refused", detail: "The provider refused it."))
        }
    }

    private mutating func accept(_ job: Job) {
        note("send")
        sends += 1
        provider.accept(job.id, deduplicates: job.kind == "deduplicated")
        guard let own = made[job.id] else { return violations.append("something was sent that nobody made") }
        for other in made.values where other.tenant == own.tenant && other.key == own.key && other.place > own.place {
            if other.lastSend != nil, own.retriedByHand == 0 { violations.append("\(own.place) was sent after \(other.place) of its key") }
        }
        made[job.id]?.lastSend = sends
        let allowed = 1 + own.retriedByHand
        if provider.count(job.id) > allowed { violations.append("\(own.kind) \(own.place) was sent \(provider.count(job.id)) times") }
    }

    /// However late: whoever was paused writes what it got.
    private mutating func answer() async throws {
        guard let index = anyHeld(where: { $0.answer != nil }), let answer = held[index].answer else { return }
        let done = held.remove(at: index)
        note(done.trustedUntil > stage.clock.now ? "answer" : "late answer")
        if plant == .unfencedAnswers {
            // A lost answer is written as "try again", whoever has the job by now.
            let state = answer == .done ? "done" : "queued"
            _ = try await stage.database.query(
                .tenant(done.job.clientID),
                """
                UPDATE chat.jobs
                   SET state = \(state), lease_until = NULL, look_up_at = NULL,
                       finished_at = CASE \(state) WHEN 'done' THEN \(stage.clock.now) END
                 WHERE client_id = \(done.job.clientID) AND id = \(done.job.id)
                """)
            return
        }
        _ = try await stores[done.replica].answer(
            answer, to: done.job, of: effect(done.job.kind), chance: Double.random(in: 0..<1, using: &chance))
    }

    private mutating func die() {
        guard let index = anyHeld(where: { _ in true }) else { return }
        note(held[index].answer == nil ? "died before sending" : "died before answering")
        held.remove(at: index)
    }

    private mutating func renew() async throws {
        let now = stage.clock.now
        guard let index = anyHeld(where: { $0.trustedUntil > now }) else { return }
        note("renew")
        let one = held[index]
        let ours = try await stores[one.replica].renew([one.job], of: one.job.clientID, lease: Self.lease)
        if ours.contains(one.job.id) { held[index].trustedUntil = stage.clock.now + 30 } else { held.remove(at: index) }
    }

    private mutating func expire() async throws {
        let tenant = tenants[Int.random(in: 0..<tenants.count, using: &chance)]
        let draw = Double.random(in: 0..<1, using: &chance)
        let count = try await stores[Int.random(in: 0..<stores.count, using: &chance)].expire(effects, of: tenant, chance: { draw })
        if count > 0 { note("lease expired") }
    }

    private mutating func lookUp() async throws {
        try await lookUp(of: tenants[Int.random(in: 0..<tenants.count, using: &chance)], truthfully: false)
    }

    private mutating func lookUp(of tenant: TenantID, truthfully: Bool) async throws {
        let replica = Int.random(in: 0..<stores.count, using: &chance)
        for lookUp in try await stores[replica].beginLookUps(effects, of: tenant, limit: 3, lease: Self.lease) {
            note("look-up")
            if !truthfully, chance.happens(0.2) { continue }  // whoever asked died
            let truth: JobLookUp = provider.count(lookUp.job.id) > 0 ? .done : .notDone
            let answer = !truthfully && chance.happens(0.4) ? .stillUnknown : truth
            _ = try await stores[replica].endLookUp(
                lookUp, answer, of: effect(lookUp.job.kind).kind, chance: Double.random(in: 0..<1, using: &chance))
        }
    }

    private mutating func retryByHand() async throws {
        guard let one = anyMade(where: { _ in true }) else { return }
        do {
            let before = try await stage.states(of: one.tenant)[one.id]
            _ = try await stores[0].retry(one.id, of: one.tenant)
            guard before != .queued else { return note("hurried by hand") }
            note("retried by hand")
            made[one.id]?.retriedByHand += 1
            made[one.id]?.wasGivenUp = false
        } catch is JobsError {
            note("not retried by hand")
        }
    }

    private mutating func giveUp() async throws {
        guard let one = anyMade(where: { _ in true }) else { return }
        do {
            _ = try await stores[0].giveUp(one.id, of: one.tenant)
            note("given up")
            made[one.id]?.wasGivenUp = true
        } catch is JobsError {
            note("not given up")
        }
    }

    // MARK: What must hold in the end

    private mutating func check() async throws {
        for tenant in tenants {
            let states = try await stage.states(of: tenant)
            for one in made.values where one.tenant == tenant {
                let count = provider.count(one.id)
                switch states[one.id] {
                case nil: violations.append("\(one.kind) \(one.place) is forgotten")
                case .queued, .running: violations.append("\(one.kind) \(one.place) does not end")
                case .done: if count == 0 { violations.append("\(one.kind) \(one.place) is said to be done, and was not") }
                case .failed:
                    if count > 0, one.retriedByHand == 0, !one.wasGivenUp {
                        violations.append("\(one.kind) \(one.place) is said to have failed, and was done")
                    }
                case .unknown: note("ends unknown")
                }
            }
        }
    }

    // MARK: Small parts

    private mutating func note(_ what: String) { happened[what, default: 0] += 1 }

    private func effect(_ kind: String) -> JobEffect { effects.first { $0.kind.name == kind } ?? effects[0] }

    private mutating func anyHeld(where condition: (Held) -> Bool) -> Int? {
        held.indices.filter { condition(held[$0]) }.randomElement(using: &chance)
    }

    private mutating func anyMade(where condition: (Made) -> Bool) -> Made? {
        made.values.filter(condition).sorted { $0.place < $1.place }.randomElement(using: &chance)
    }
}
