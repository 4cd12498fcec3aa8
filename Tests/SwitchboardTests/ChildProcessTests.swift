import Foundation
import SwitchboardCommands
import Synchronization
import Testing

@Suite struct `A child process` {
    @Test func `hands over what it says and how it ended`() async throws {
        let said = Mutex<[UInt8]>([])
        let child = try await ChildProcess.start(.init("/bin/sh", ["-c", "echo out; echo err >&2; exit 7"])) { bytes in
            said.withLock { $0.append(contentsOf: bytes) }
        }
        #expect(await child.endedAndSaidAll() == .exited(7))
        #expect(said.withLock { String(decoding: $0, as: UTF8.self) } == "out\nerr\n")
        #expect(!child.signal(SIGTERM), "an ended process is never signalled")
    }

    @Test func `that is killed says by which signal`() async throws {
        let child = try await ChildProcess.start(.init("/bin/sleep", ["600"])) { _ in }
        #expect(child.signal(SIGKILL))
        #expect(await child.ended() == .killed(signal: SIGKILL))
    }

    @Test func `gets only the environment it was given`() async throws {
        let said = Mutex<[UInt8]>([])
        let child = try await ChildProcess.start(.init("/usr/bin/env", environment: ["ONLY": "this"])) { bytes in
            said.withLock { $0.append(contentsOf: bytes) }
        }
        #expect(await child.endedAndSaidAll() == .exited(0))
        #expect(said.withLock { String(decoding: $0, as: UTF8.self) } == "ONLY=this\n")
    }
}
