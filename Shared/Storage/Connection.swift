import CLibPQ
import Foundation

/// One libpq connection. Belongs to the thread that opened it.
final class Connection {
    /// The connection broke; whatever had no answer yet may or may not have been done.
    struct Lost: Error {
        let reason: String
    }

    struct Outcome {
        var rows: [Rows] = []
        /// The first statement that failed; PostgreSQL skipped the ones behind it.
        var failure: DatabaseError?
        /// The plan or the prepared statements of this connection are out of date: open another one.
        var isStale = false
        /// What the last statement was answered with: `COMMIT`, `INSERT 0 1`, …
        var lastTag: String?
    }

    private enum Step {
        case deallocate(String)
        case prepare(StatementCache.Key, name: String)
        case statement
    }

    private let handle: OpaquePointer
    private let configuration: DatabaseConfiguration
    private var cache: StatementCache
    /// Evicted from the cache, not yet from the server.
    private var toDeallocate: [String] = []
    private var isInPipelineMode = false
    private(set) var isLost = false

    /// Blocks for at most `connectTimeout`.
    /// - Throws: ``DatabaseError/unavailable(_:)``.
    init(_ configuration: DatabaseConfiguration) throws {
        self.configuration = configuration
        cache = StatementCache(capacity: configuration.preparedStatementsMax)
        // What stands before `dbname` is a default that the URL may overrule. Source: libpq, PQconnectdbParams, expand_dbname.
        var options: [(String, String)] = [
            ("connect_timeout", String(max(2, configuration.connectTimeout.components.seconds))), ("keepalives_idle", "5"),
            ("keepalives_interval", "2"), ("keepalives_count", "3"),
            // A peer whose kernel does not even confirm what we sent is gone sooner than one that only says nothing.
            ("tcp_user_timeout", "5000"),
            ("target_session_attrs", "any"), ("application_name", configuration.applicationName), ("dbname", configuration.url),
            ("client_encoding", "UTF8"),
        ]
        if let file = configuration.passwordFile { options.append(("password", try Self.password(in: file))) }
        handle = Self.connect(options)
        PQsetNoticeProcessor(handle, { _, _ in }, nil)  // libpq would write notices to stderr
        guard PQstatus(handle) == CONNECTION_OK else {
            throw DatabaseError.unavailable(Self.firstLine(PQerrorMessage(handle)))  // deinit closes the handle
        }
        do {
            let outcome = try pipeline([
                """
                SELECT set_config('synchronous_commit', 'on', false),
                       set_config('default_transaction_isolation', 'read committed', false),
                       set_config('lock_timeout', \(String(configuration.lockTimeout.milliseconds)), false),
                       set_config('statement_timeout', \(String(configuration.statementTimeout.milliseconds)), false),
                       set_config('idle_in_transaction_session_timeout', \(String(configuration.idleInTransactionTimeout.milliseconds)), false)
                """
            ])
            if let failure = outcome.failure { throw failure }
        } catch let lost as Lost {
            throw DatabaseError.unavailable(lost.reason)
        }
    }

    deinit { PQfinish(handle) }

    /// Notices, without asking the server, that it closed the connection while nobody looked. What a server says unasked is its
    /// farewell, or that a setting changed; in both cases a new connection is right.
    func checkIdle() {
        guard !isLost else { return }
        var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
        if poll(&descriptor, 1, 0) != 0 { isLost = true }
    }

    /// True while the server holds a transaction, in order or failed.
    var isInTransaction: Bool { PQtransactionStatus(handle) != PQTRANS_IDLE }

    /// Sends all statements, then reads all answers: one round trip.
    /// - Throws: ``Lost``.
    func pipeline(_ statements: [SQL]) throws(Lost) -> Outcome {
        guard !isLost else { throw Lost(reason: "the connection is closed") }
        if !isInPipelineMode {
            guard PQenterPipelineMode(handle) == 1 else { throw lost() }
            isInPipelineMode = true
        }
        var steps: [Step] = []
        for name in toDeallocate {
            try check(PQsendQueryParams(handle, "DEALLOCATE \(name)", 0, nil, nil, nil, nil, 1))
            steps.append(.deallocate(name))
        }
        var preparing: [StatementCache.Key: String] = [:]
        for statement in statements {
            let key = StatementCache.Key(text: statement.text, types: statement.parameters.slots.map(\.type))
            let name: String
            if let known = cache.name(for: key) ?? preparing[key] {
                name = known
            } else {
                name = cache.newName()
                preparing[key] = name
                try check(PQsendPrepare(handle, name, key.text, Int32(key.types.count), key.types))
                steps.append(.prepare(key, name: name))
            }
            try send(name, statement.parameters)
            steps.append(.statement)
        }
        try check(PQpipelineSync(handle))
        return try readAnswers(to: steps)
    }

    /// Runs a script of any number of statements by the simple protocol.
    /// - Throws: ``Lost`` or the ``DatabaseError`` of the statement that failed.
    func execute(script: String) throws {
        guard !isLost else { throw Lost(reason: "the connection is closed") }
        if isInPipelineMode {
            guard PQexitPipelineMode(handle) == 1 else { throw lost() }
            isInPipelineMode = false
        }
        guard let result = PQexec(handle, script) else { throw lost() }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw try error(of: result)
        }
    }

    // MARK: - Sending

    private func send(_ name: String, _ parameters: Parameters) throws(Lost) {
        let count = parameters.slots.count
        let sent = parameters.bytes.withUnsafeBytes { buffer in
            // libpq takes a null pointer for NULL, so an empty value needs some address.
            let base = buffer.baseAddress ?? UnsafeRawPointer(bitPattern: 1)
            var values: [UnsafePointer<CChar>?] = []
            var lengths: [Int32] = []
            values.reserveCapacity(count)
            lengths.reserveCapacity(count)
            for slot in parameters.slots {
                values.append(slot.length == nil ? nil : base.map { ($0 + slot.offset).assumingMemoryBound(to: CChar.self) })
                lengths.append(Int32(slot.length ?? 0))
            }
            return PQsendQueryPrepared(handle, name, Int32(count), values, lengths, [Int32](repeating: 1, count: count), 1)
        }
        try check(sent)
    }

    // MARK: - Reading

    private func readAnswers(to steps: [Step]) throws(Lost) -> Outcome {
        var outcome = Outcome()
        for step in steps {
            let result = try nextResult()
            let status = PQresultStatus(result)
            switch status {
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
                switch step {
                case .deallocate(let name):
                    toDeallocate.removeAll { $0 == name }
                    PQclear(result)
                case .prepare(let key, let name):
                    if let evicted = cache.insert(key, name: name) { toDeallocate.append(evicted) }
                    PQclear(result)
                case .statement:
                    let received = ServerResult(result)
                    outcome.lastTag = received.tag
                    outcome.rows.append(Rows(received))
                }
            case PGRES_PIPELINE_ABORTED:
                PQclear(result)
            default:
                defer { PQclear(result) }
                let failure = try error(of: result)
                if case .server(let sqlstate, _) = failure, ["0A000", "26000"].contains(sqlstate) { outcome.isStale = true }
                outcome.failure = outcome.failure ?? failure
            }
            // Each statement's answers end with a null.
            while let further = try waitForResult() { PQclear(further) }
        }
        let synchronisation = try nextResult()
        defer { PQclear(synchronisation) }
        guard PQresultStatus(synchronisation) == PGRES_PIPELINE_SYNC else { throw lost("the server's answers are out of step") }
        return outcome
    }

    private func nextResult() throws(Lost) -> OpaquePointer {
        guard let result = try waitForResult() else { throw lost() }
        return result
    }

    private func waitForResult() throws(Lost) -> OpaquePointer? {
        let deadline = ContinuousClock.now + configuration.responseTimeout
        while PQisBusy(handle) != 0 {
            let remaining = (deadline - ContinuousClock.now).milliseconds
            guard remaining > 0 else { throw lost("the server did not answer in \(configuration.responseTimeout)") }
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(POLLIN), revents: 0)
            let ready = poll(&descriptor, 1, Int32(min(remaining, 1000)))
            if ready > 0, PQconsumeInput(handle) == 0 { throw lost() }
            if ready < 0, errno != EINTR { throw lost() }
        }
        let result = PQgetResult(handle)
        if PQstatus(handle) != CONNECTION_OK {
            if let result { PQclear(result) }
            throw lost()
        }
        return result
    }

    /// - Throws: ``Lost`` if the error says that the session is over.
    private func error(of result: OpaquePointer) throws(Lost) -> DatabaseError {
        func field(_ code: Character) -> String {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result, Int32(ascii)) else { return "" }
            return String(cString: text)
        }
        // Source: libpq-fe.h and postgres_ext.h, PG_DIAG_SQLSTATE 'C', _MESSAGE_PRIMARY 'M', _CONSTRAINT_NAME 'n', _COLUMN_NAME 'c'.
        let sqlstate = field("C")
        // Connection exceptions, shutdowns, a session ended for idling, a server that became a standby, libpq's own trouble.
        let endings: Set<String> = ["57P01", "57P02", "57P03", "57P05", "25P03", "25006"]
        if sqlstate.isEmpty || sqlstate.hasPrefix("08") || endings.contains(sqlstate) {
            throw lost(sqlstate.isEmpty ? nil : field("M"))
        }
        return DatabaseError(sqlstate: sqlstate, message: field("M"), constraint: field("n"), column: field("c"))
    }

    // MARK: - Trouble

    private func check(_ result: Int32) throws(Lost) {
        if result != 1 { throw lost() }
    }

    private func lost(_ reason: String? = nil) -> Lost {
        isLost = true
        return Lost(reason: reason ?? Self.firstLine(PQerrorMessage(handle)))
    }

    private static func firstLine(_ text: UnsafePointer<CChar>?) -> String {
        let line = text.map { String(cString: $0) }?.split(whereSeparator: \.isNewline).first.map(String.init)
        return line ?? "the connection was lost"
    }

    /// - Throws: ``DatabaseError/unavailable(_:)``: whoever put the file there may be about to replace it.
    private static func password(in file: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8), let line = text.split(whereSeparator: \.isNewline).first else {
            throw DatabaseError.unavailable("the password file \(file) cannot be read or is empty")
        }
        return String(line)
    }

    private static func connect(_ options: [(String, String)]) -> OpaquePointer {
        let keys = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { (keys + values).forEach { free($0) } }
        let keyPointers = keys.map { $0.map { UnsafePointer($0) } } + [nil]
        let valuePointers = values.map { $0.map { UnsafePointer($0) } } + [nil]
        guard let handle = PQconnectdbParams(keyPointers, valuePointers, 1) else {
            preconditionFailure("libpq returns null only when the process is out of memory")
        }
        return handle
    }
}
