import Bus
import Contracts
import Foundation
import Jobs
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `A service's jobs on the bus` {
    let stage: JobsStage
    let network = InMemoryNetwork()
    let asker: any Bus
    let ours = TenantID.new()
    let job = NewJob(kind: "send", key: "a")

    init() async throws {
        stage = try await JobsStage()
        let requests = RequestRouter(logger: .tests)
        JobHandlers(store: stage.store(), logger: .tests).register(on: requests)
        let bus = network.bus(for: .chat)
        requests.install(on: bus)
        asker = network.bus(for: .gateway)
        #expect(try await stage.enqueue([job], of: ours) == 1)
    }

    private func principal(_ role: Role, of tenant: TenantID? = nil) -> Principal {
        Principal(clientID: tenant ?? ours, subject: .new(), role: role, name: "Ana")
    }

    private func ask<Question: BusQuestion>(_ question: Question, as tenant: TenantID? = nil) async throws -> Question.Reply {
        try await asker.request(question, to: .chat, clientID: tenant ?? ours)
    }

    @Test func `are listed, retried and given up by administrators`() async throws {
        let administrator = principal(.administrator)
        let listed = try await ask(ListJobs(principal: administrator, limit: 10))
        #expect(listed.items.map(\.id) == [job.id] && listed.items[0].state == .queued)
        #expect(try await ask(GiveUpJob(principal: administrator, id: job.id)).state == .failed)
        #expect(try await ask(ListJobs(principal: administrator, state: .queued, limit: 10)).items.isEmpty)
        #expect(try await ask(ListJobs(principal: administrator, state: .failed, limit: 10)).items.first?.lastError == .givenUp)
        #expect(try await ask(RetryJob(principal: administrator, id: job.id)).state == .queued)
        let kind = JobKind("send", attemptsMax: 1, ageMax: .seconds(60), isDeduplicatedByProvider: false)
        let claimed = try await stage.store().claim([kind], of: ours, limit: 1, lease: .seconds(30)).jobs
        #expect(claimed.count == 1)
        await #expect(throws: JobsError.jobRunning(id: job.id)) { try await ask(RetryJob(principal: administrator, id: job.id)) }
        _ = try await stage.store().answer(.done, to: claimed[0], of: JobEffect(kind) { _ in .done })
        await #expect(throws: JobsError.jobDone(id: job.id)) { try await ask(GiveUpJob(principal: administrator, id: job.id)) }
    }

    @Test func `are nobody else's business`() async throws {
        for role in [Role.supervisor, .agent, .viewer, .service, .customer] {
            let refusal = JobsError.roleMayNot(role: role.rawValue)
            await #expect(throws: refusal) { try await ask(ListJobs(principal: principal(role), limit: 10)) }
            await #expect(throws: refusal) { try await ask(RetryJob(principal: principal(role), id: job.id)) }
            await #expect(throws: refusal) { try await ask(GiveUpJob(principal: principal(role), id: job.id)) }
        }
        let theirs = TenantID.new()
        let eve = principal(.administrator, of: theirs)
        #expect(try await ask(ListJobs(principal: eve, limit: 10), as: theirs).items.isEmpty)
        await #expect(throws: JobsError.jobNotFound(id: job.id)) { try await ask(RetryJob(principal: eve, id: job.id), as: theirs) }
        await #expect(throws: JobsError.jobNotFound(id: job.id)) { try await ask(GiveUpJob(principal: eve, id: job.id), as: theirs) }
        #expect(try await stage.states(of: ours) == [job.id: .queued])
    }

    @Test func `are not listed by a limit or a cursor that is none`() async throws {
        let administrator = principal(.administrator)
        for limit in [0, -1, Page<JobSummary>.limitMax + 1, Int.max] {
            let error = await #expect(throws: JobsError.self) { try await ask(ListJobs(principal: administrator, limit: limit)) }
            #expect(error?.details["field"] == "limit")
        }
        let error = await #expect(throws: JobsError.self) { try await ask(ListJobs(principal: administrator, limit: 1, cursor: "x")) }
        #expect(error?.details["field"] == "cursor")
    }
}
