import Foundation
import SwitchboardCommands
import Testing

@Suite struct `A supervised process` {
    @Test func `that is killed comes back as another process`() async throws {
        let supervised = try Supervised(["-c", "exec sleep 600"])
        try await supervised.process.awaitReady(within: .seconds(90))
        let first = await supervised.process.facts.pid
        kill(first, SIGKILL)
        while await supervised.process.facts.restarts == 0 { await Task.yield() }
        try await supervised.process.awaitReady(within: .seconds(90))
        let second = await supervised.process.facts.pid
        #expect(second != first)
        await supervised.process.stop(by: .now + .seconds(90))
        #expect(kill(second, 0) != 0, "a stopped process is gone")
    }

    @Test func `that never starts is reported with its last words`() async throws {
        let supervised = try Supervised(["-c", "echo port is taken; exit 3"], isReady: { _ in false })
        let error = await #expect(throws: OperatorError.self) { try await supervised.process.awaitReady(within: .seconds(60)) }
        #expect(error?.description.contains("port is taken") == true)
        #expect(error?.description.contains("exit code 3") == true)
        await supervised.process.stop(by: .now + .seconds(90))
    }

    @Test func `that does not want to stop is killed`() async throws {
        let supervised = try Supervised(["-c", "trap '' TERM; while :; do sleep 1; done"])
        try await supervised.process.awaitReady(within: .seconds(90))
        let pid = await supervised.process.facts.pid
        await supervised.process.stop(by: .now + .milliseconds(200))
        #expect(kill(pid, 0) != 0)
    }
}

private struct Supervised {
    let process: SupervisedProcess

    init(_ arguments: [String], isReady: @escaping @Sendable (pid_t) async -> Bool = { _ in true }) throws {
        let log = try RotatingLog(path: FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path)
        process = SupervisedProcess(
            .init(
                service: "example", replica: 1, health: nil, launch: .init("/bin/sh", arguments, environment: ["PATH": "/usr/bin:/bin"]),
                isReady: isReady),
            log: log, progress: Progress(coloured: false, write: { _ in }), changed: {})
        Task { [process] in await process.start() }
    }
}
