import Foundation
import Synchronization

/// A process we started. It dies with us, even when we are killed: the kernel sends it ``Launch/whenWeDie``.
package final class ChildProcess: Sendable {
    /// How a process ended.
    package enum Ending: Sendable, Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        package var description: String {
            switch self {
            case .exited(let code): "exit code \(code)"
            case .killed(let signal): "signal \(signal)"
            }
        }
    }

    /// What the kernel sends to a process whose supervisor is gone.
    package enum LastSignal: String, Sendable {
        case kill = "KILL"
        /// PostgreSQL's "fast shutdown".
        case interrupt = "INT"
    }

    /// What to start.
    package struct Launch: Sendable {
        package var executable: String
        package var arguments: [String]
        package var environment: [String: String]
        package var whenWeDie: LastSignal
        /// Start it as this user; nil for our own.
        package var user: SystemUser?
        /// Where it starts; nil for our own working directory.
        package var directory: String?

        package init(
            _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], whenWeDie: LastSignal = .kill,
            user: SystemUser? = nil, directory: String? = nil
        ) {
            self.executable = executable
            self.arguments = arguments
            self.environment = environment
            self.whenWeDie = whenWeDie
            self.user = user
            self.directory = directory
        }

        /// `setpriv` (util-linux) asks for the signal, changes the user, and becomes the program: the pid stays the same.
        var commandLine: [String] {
            var words = [Self.setpriv, "--pdeathsig", whenWeDie.rawValue]
            if let user { words += ["--reuid", String(user.id), "--regid", String(user.group), "--clear-groups"] }
            words.append("--")
            if let directory { words += ["/usr/bin/env", "--chdir", directory] }
            return words + [executable] + arguments
        }

        static let setpriv = "/usr/bin/setpriv"
    }

    package let pid: pid_t
    private let state = Mutex(State())

    private struct State {
        /// Not nil once the pid is no longer ours to signal.
        var ending: Ending?
        var waiting: [CheckedContinuation<Ending, Never>] = []
        var outputIsComplete = false
        var waitingForOutput: [CheckedContinuation<Void, Never>] = []
    }

    private init(pid: pid_t) {
        self.pid = pid
    }

    /// Starts a process in a group of its own, so that the terminal's Ctrl-C reaches only the supervisor.
    /// - Parameter output: gets what the process writes to standard output and standard error, on a thread of its own.
    /// - Throws: ``SystemError`` if the process cannot be made. A program that cannot be executed ends at once with exit code 127.
    package static func start(_ launch: Launch, output: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) async throws -> ChildProcess {
        try await withCheckedThrowingContinuation { continuation in
            SpawningThread.shared.perform {
                continuation.resume(with: Result { try spawn(launch, output: output) })
            }
        }
    }

    /// - Returns: false if it has ended.
    @discardableResult
    package func signal(_ number: Int32) -> Bool {
        state.withLock { $0.ending == nil && kill(pid, number) == 0 }
    }

    package var hasEnded: Bool { state.withLock { $0.ending != nil } }

    /// Waits for its end. May be called by many, and after it.
    package func ended() async -> Ending {
        await withCheckedContinuation { continuation in
            let ending = state.withLock { state -> Ending? in
                if state.ending == nil { state.waiting.append(continuation) }
                return state.ending
            }
            if let ending { continuation.resume(returning: ending) }
        }
    }

    /// Waits until it ended and everything it said was handed over. Children of its own that live on and hold the pipe are waited for.
    package func endedAndSaidAll() async -> Ending {
        await withCheckedContinuation { continuation in
            let isComplete = state.withLock { state in
                if !state.outputIsComplete { state.waitingForOutput.append(continuation) }
                return state.outputIsComplete
            }
            if isComplete { continuation.resume() }
        }
        return await ended()
    }

    /// - Returns: whether it ended in time.
    package func ended(within limit: Duration) async -> Bool {
        let deadline = ContinuousClock.now + limit
        while !hasEnded, ContinuousClock.now < deadline {
            // A wait for the kernel, not for a message: cancelling it must not hurry the process.
            await withCheckedContinuation { continuation in
                DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) { continuation.resume() }
            }
        }
        return hasEnded
    }

    private static func spawn(_ launch: Launch, output: @escaping @Sendable (UnsafeRawBufferPointer) -> Void) throws -> ChildProcess {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw SystemError("pipe") }
        let (readEnd, writeEnd) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }  // in time: only this thread starts processes

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, writeEnd, 1)
        posix_spawn_file_actions_adddup2(&actions, writeEnd, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        var handled = sigset_t()
        sigfillset(&handled)  // what we ignore (SIGPIPE) must not be inherited
        posix_spawnattr_setsigdefault(&attributes, &handled)
        posix_spawnattr_setpgroup(&attributes, 0)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let words = launch.commandLine
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = launch.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in arguments + environment { free(word) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, words[0], &actions, &attributes, &arguments, &environment)
        close(writeEnd)
        guard code == 0 else {
            close(readEnd)
            throw SystemError("start \(words[0])", code: code)
        }

        let child = ChildProcess(pid: pid)
        Thread.detachNewThread {
            copy(from: readEnd, to: output)
            child.completeOutput()
        }
        Thread.detachNewThread { child.reap() }
        return child
    }

    /// Until the last holder of the pipe closes it.
    private static func copy(from file: Int32, to output: (UnsafeRawBufferPointer) -> Void) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
        defer {
            buffer.deallocate()
            close(file)
        }
        while true {
            let count = read(file, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            output(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    private func completeOutput() {
        let waiting = state.withLock { state in
            state.outputIsComplete = true
            defer { state.waitingForOutput = [] }
            return state.waitingForOutput
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Waits without reaping, then reaps under the lock that ``signal(_:)`` takes: a signal never meets a pid that is somebody else's by now.
    private func reap() {
        var information = siginfo_t()
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        let (ending, waiting) = state.withLock { state -> (Ending, [CheckedContinuation<Ending, Never>]) in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            let ending = signal == 0 ? Ending.exited((status >> 8) & 0xff) : .killed(signal: signal)
            state.ending = ending
            defer { state.waiting = [] }
            return (ending, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: ending) }
    }
}

/// The one thread that starts processes. "Parent death" means the death of the thread that made the child (prctl(2),
/// `PR_SET_PDEATHSIG`), so children must not be made on threads of a pool that come and go.
private final class SpawningThread: Sendable {
    static let shared = SpawningThread()
    /// Inherited files have small numbers; looking at more would cost a system call each.
    private static let filesMarkedMax: Int32 = 4096
    private let jobs = Mutex<[@Sendable () -> Void]>([])
    private let wake = DispatchSemaphore(value: 0)

    private init() {
        Thread.detachNewThread { self.work() }
    }

    private func work() {
        // What we inherited ourselves (a shell's pipes, a caller's locks) is nobody else's business. What we open closes by itself.
        for file in 3..<min(Int32(clamping: sysconf(Int32(_SC_OPEN_MAX))), Self.filesMarkedMax) {
            let flags = fcntl(file, F_GETFD)
            if flags >= 0 { _ = fcntl(file, F_SETFD, flags | FD_CLOEXEC) }
        }
        while true {
            wake.wait()
            let job = jobs.withLock { $0.removeFirst() }
            job()
        }
    }

    func perform(_ job: @escaping @Sendable () -> Void) {
        jobs.withLock { $0.append(job) }
        wake.signal()
    }
}
