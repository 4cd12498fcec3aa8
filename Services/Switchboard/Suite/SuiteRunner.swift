import AccountsService
import Contracts
import Foundation

/// Starts an installation on this machine, watches over it, stops it.
package actor SuiteRunner {
    package struct Options: Sendable {
        package var replicas: [ServiceName: Int] = [:]
        /// Where the gateways listen: on this machine alone, unless somebody asks for more.
        package var gatewayHost = PublicAddress.standardHost
        /// Of the first gateway; the others take the next ones.
        package var gatewayPort = 8080
        package var makesDemo = true
        package var fsync = true
        package var verbose = false
        /// The administrator's connection to a server that is there already; nil for a cluster of our own.
        package var databaseURL: String?

        package init() {}
    }

    /// Replicas of one service that `up` starts on one machine. Each costs some 60 MB and its connections;
    /// ``PrivateCluster/connectionsMax`` is made for this.
    static let replicasMax = 8
    /// From the first start of a service to its readiness: loading a program and opening connections.
    static let serviceReadyMax = Duration.seconds(60)
    /// Contract: everything stops within 25 s. Gateways close their sockets, services finish what they hold, PostgreSQL comes last.
    static let stopMax = Duration.seconds(24)
    static let gatewayStopMax = Duration.seconds(10)
    static let serviceStopMax = Duration.seconds(18)
    /// Gateway ports tried from the wished one on, before giving up.
    static let gatewayPortsTried = 200

    private let folder: DataFolder
    private let options: Options
    private let progress: Progress

    private var database: SupervisedProcess?
    /// In the order they were started.
    private var services: [SupervisedProcess] = []

    private var processesChanged = false
    private var willNoteAgain = false
    private var isNotingProcesses = false
    private var hasStopped = false

    /// - Precondition: the caller holds the folder's lock.
    package init(folder: DataFolder, options: Options, progress: Progress) {
        self.folder = folder
        self.options = options
        self.progress = progress
    }

    /// - Throws: ``OperatorError``, or `CancellationError`. Either way ``stop()`` is still to be called.
    package func start() async throws -> SuiteReport {
        let programs = try Programs()
        try await endLeftOvers()
        let secrets = try Secrets.load(
            from: folder, roles: SuiteSchema.roles, demoEmails: options.makesDemo ? DemoCompany.users.map(\.email) : [])
        let keys = KeyFolder(folder.keys, isPrivate: true)
        _ = try keys.prepare(SuiteService.all.map(\.name))
        var ports = try PrivateFile.read(folder.ports).map { try JSON.decode(PortPlan.self, from: $0) } ?? PortPlan()
        let administrator = try await startDatabase(secrets: secrets, ports: &ports)
        let applied = try await SuiteSchema.prepare(administrator, secrets: secrets, programs: programs)
        progress.step(applied.isEmpty ? "Schemas are up to date" : "\(applied.count) migrations applied")

        let endpoints = try planEndpoints(&ports)
        let gatewayPorts = try planGateways()
        try PrivateFile.replace(folder.ports, with: try JSON.encode(ports))
        try PrivateFile.replace(folder.endpoints, with: try JSON.encode(endpoints))

        let addresses = gatewayPorts.map { PublicAddress(host: options.gatewayHost, port: $0) }
        try noteAddress(addresses[0])
        var demo: DemoCompany?
        if options.makesDemo {
            let origins = addresses.flatMap(\.origins)
            demo = try await AccountsAdministration.with(administrator, secrets) {
                try await DemoCompany.ensure(with: $0, origins: origins, secrets: secrets)
            }
            progress.step("Demo company \(DemoCompany.slug) with \(DemoCompany.users.count) users and a website")
        }
        try Task.checkCancellation()
        try await startServices(
            programs, endpoints: endpoints, addresses: addresses, keys: keys, administrator: administrator, secrets: secrets, demo: demo)
        if let warning = addresses[0].warning { progress.warning(warning) }
        return await report(addresses: addresses, database: try SuiteSchema.verifyAddress(administrator, secrets), demo: demo)
    }

    /// Only the database, for a command that needs nothing else.
    package func startDatabaseOnly(roles: [String]) async throws -> (String, Secrets) {
        let secrets = try Secrets.load(from: folder, roles: roles)
        var ports = try PrivateFile.read(folder.ports).map { try JSON.decode(PortPlan.self, from: $0) } ?? PortPlan()
        let administrator = try await startDatabase(secrets: secrets, ports: &ports)
        try PrivateFile.replace(folder.ports, with: try JSON.encode(ports))
        return (administrator, secrets)
    }

    /// In reverse order: gateways, services, PostgreSQL.
    package func stop() async {
        let began = ContinuousClock.now
        for service in SuiteService.all.reversed() {
            let replicas = services.filter { $0.plan.service == service.name.rawValue }
            let deadline = began + (service.isEdge ? Self.gatewayStopMax : Self.serviceStopMax)
            await withTaskGroup { group in
                for replica in replicas { group.addTask { await replica.stop(by: deadline) } }
            }
        }
        await database?.stop(by: began + Self.stopMax)
        hasStopped = true
        unlink(folder.processes)
        unlink(folder.endpoints)
    }

    /// Without waiting. PostgreSQL recovers at the next start.
    package func kill() async {
        for process in services { await process.kill() }
        await database?.kill()
    }

    // MARK: PostgreSQL

    private func startDatabase(secrets: Secrets, ports: inout PortPlan) async throws -> String {
        if let url = options.databaseURL {
            try SuiteSettings(databaseURL: url, privateCluster: false, fsync: true).save(to: folder)
            progress.step("Using the database server of \(SuiteSettings.databaseKey)")
            return url
        }
        var cluster = try PrivateCluster(
            folder: folder, password: secrets.administratorPassword, fsync: options.fsync, user: try PrivateCluster.userToRunAs())
        if try await cluster.stopLeftOver() { progress.warning("An old PostgreSQL of this folder was still running and was stopped") }
        cluster.port = try ports.port(for: "postgres-1", from: PortPlan.start(for: folder), isFree: PortPlan.isFree)
        if !cluster.exists {
            progress.note("Making a database cluster in \(cluster.folder)")
            try await cluster.create()
        }
        try SuiteSettings(databaseURL: cluster.url, privateCluster: true, fsync: options.fsync).save(to: folder)
        let process = try supervised(cluster.plan)
        database = process
        await process.start()
        try await process.awaitReady(within: PrivateCluster.startMax)
        try await cluster.createDatabase()
        progress.step("PostgreSQL listens on port \(cluster.port)")
        if !options.fsync { progress.warning("fsync is off: a power cut loses data") }
        return cluster.url
    }

    // MARK: services

    private func planEndpoints(_ ports: inout PortPlan) throws -> [String: [Endpoint]] {
        let start = PortPlan.start(for: folder)
        var endpoints: [String: [Endpoint]] = [:]
        for service in SuiteService.all {
            for replica in 1...(options.replicas[service.name] ?? 1) {
                let numbers = try ["events", "requests", "health"].map { use in
                    try ports.port(for: "\(service.name)-\(replica).\(use)", from: start, isFree: PortPlan.isFree)
                }
                endpoints[service.name.rawValue, default: []].append(
                    Endpoint(
                        replica: replica, events: "tcp://127.0.0.1:\(numbers[0])", requests: "tcp://127.0.0.1:\(numbers[1])",
                        health: "http://127.0.0.1:\(numbers[2])"))
            }
        }
        return endpoints
    }

    /// The wished port and those behind it, or the next free ones.
    private func planGateways() throws -> [Int] {
        var chosen: [Int] = []
        var next = options.gatewayPort
        for _ in 1...(options.replicas[.gateway] ?? 1) {
            guard let port = (next..<min(next + Self.gatewayPortsTried, 65_536)).first(where: PortPlan.isFree) else {
                throw OperatorError("No port from \(next) on is free for a gateway. Choose another with --port.")
            }
            if port != next { progress.note("Port \(next) is taken; this gateway listens on \(port)") }
            chosen.append(port)
            next = port + 1
        }
        return chosen
    }

    /// For commands that print links.
    private func noteAddress(_ address: PublicAddress) throws {
        guard var settings = try SuiteSettings.load(from: folder) else { return }
        settings.publicURL = address.url
        try settings.save(to: folder)
    }

    private func startServices(
        _ programs: Programs, endpoints: [String: [Endpoint]], addresses: [PublicAddress], keys: KeyFolder, administrator: String,
        secrets: Secrets, demo: DemoCompany?
    ) async throws {
        let common = inheritedEnvironment()
        for service in SuiteService.all {
            for endpoint in endpoints[service.name.rawValue] ?? [] {
                var environment = common
                environment["SWITCHBOARD_ENDPOINTS_FILE"] = folder.endpoints
                environment["SWITCHBOARD_CONVENTIONS"] = "false"
                environment["SWITCHBOARD_REPLICA"] = "\(endpoint.replica)"
                environment["\(service.prefix)_BUS_EVENTS"] = endpoint.events
                environment["\(service.prefix)_BUS_REQUESTS"] = endpoint.requests
                environment["\(service.prefix)_CURVE_SECRET_KEY_FILE"] = keys.secretFile(of: service.name)
                environment["\(service.prefix)_CURVE_PUBLIC_KEYS_FILE"] = keys.publicKeysFile
                environment["\(service.prefix)_HEALTH_PORT"] = "\(try endpoint.healthPort)"
                if service.hasSchema {
                    environment["\(service.prefix)_DATABASE_URL"] = try SuiteSchema.address(of: service.name, administrator, secrets)
                }
                for secret in service.secrets { environment[secret.variable(of: service)] = folder.file(of: secret) }
                if service.isEdge {
                    environment["GATEWAY_HOST"] = addresses[endpoint.replica - 1].host
                    environment["GATEWAY_PORT"] = "\(addresses[endpoint.replica - 1].port)"
                    if environment["GATEWAY_WEB_DIRECTORY"] == nil { environment["GATEWAY_WEB_DIRECTORY"] = programs.pages }
                    environment["GATEWAY_DEMO_SITE"] = demo?.siteKey
                    if environment["GATEWAY_PASS_THROUGH"] == nil { environment["GATEWAY_PASS_THROUGH"] = passThrough(endpoints) }
                }
                let probe = ReadinessProbe(port: try endpoint.healthPort)
                services.append(
                    try supervised(
                        SupervisedProcess.Plan(
                            service: service.name.rawValue, replica: endpoint.replica, health: endpoint.health,
                            launch: ChildProcess.Launch(programs.path(of: service.name), environment: environment),
                            isReady: { _ in await probe.isReady() })))
            }
        }
        for process in services { await process.start() }
        for process in services {
            try await process.awaitReady(within: Self.serviceReadyMax)
            progress.step("\(process.plan.name) is ready")
        }
    }

    /// The public parts of services, and where their replicas are. None: an empty text, which counts as not given.
    private func passThrough(_ endpoints: [String: [Endpoint]]) -> String {
        SuiteService.all.flatMap { service in
            let replicas = (endpoints[service.name.rawValue] ?? []).map(\.health).joined(separator: "|")
            return service.publicParts.map { "\($0.prefix)=\(replicas)" + ($0.bodyBytesMax.map { ";body=\($0)" } ?? "") }
        }.joined(separator: ",")
    }

    /// What the operator set for the services goes through; what only the administrator may know does not.
    private func inheritedEnvironment() -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment[SuiteSettings.databaseKey] = nil
        return environment
    }

    private func supervised(_ plan: SupervisedProcess.Plan) throws -> SupervisedProcess {
        let log = try RotatingLog(path: "\(folder.logs)/\(plan.name).log")
        var echo: (@Sendable (String) -> Void)?
        if options.verbose { echo = { [progress] line in progress.raw(line) } }
        return SupervisedProcess(plan, log: log, echo: echo, progress: progress) { [weak self] in await self?.noteProcesses() }
    }

    // MARK: what others see

    /// Processes that outlived a supervisor that was killed; the kernel should have ended them.
    private func endLeftOvers() async throws {
        guard let bytes = try PrivateFile.read(folder.processes) else { return }
        for entry in try JSON.decode(RunningSuite.self, from: bytes).processes
        where entry.pid > 1 && ProcessTable.startTime(of: entry.pid) == entry.startTime {
            progress.warning("An old \(entry.service)-\(entry.replica) of this folder was still running and was ended")
            Glibc.kill(entry.pid, SIGKILL)
        }
    }

    /// Before processes that could not be noted are noted once more: long enough that a full disk does not fill the log too.
    private static let noteAgainPause = Duration.seconds(1)

    /// One at a time, and once more if something changed meanwhile: the last one written is the newest.
    private func noteProcesses() async {
        processesChanged = true
        guard !isNotingProcesses else { return }
        isNotingProcesses = true
        defer { isNotingProcesses = false }
        while processesChanged {
            processesChanged = false
            var entries: [RunningSuite.Entry] = []
            for process in services { entries.append(await entry(of: process)) }
            var server: RunningSuite.Entry?
            if let database { server = await entry(of: database) }
            guard !hasStopped else { return }
            do {
                let running = RunningSuite(supervisor: getpid(), database: server, processes: entries)
                try PrivateFile.replace(folder.processes, with: try JSON.encode(running))
            } catch {
                progress.warning("\(folder.processes) could not be written: \(error)")
                noteProcessesAgain()
            }
        }
    }

    /// On a full disk, say, what stands there would be believed for ever. In a task of its own: whoever says that something changed
    /// supervises a process, and does not wait for room.
    private func noteProcessesAgain() {
        guard !willNoteAgain else { return }
        willNoteAgain = true
        Task { [weak self] in
            try await Task.sleep(for: Self.noteAgainPause)
            await self?.noteProcessesNow()
        }
    }

    private func noteProcessesNow() async {
        willNoteAgain = false
        await noteProcesses()
    }

    private func entry(of process: SupervisedProcess) async -> RunningSuite.Entry {
        let facts = await process.facts
        return RunningSuite.Entry(
            service: process.plan.service, replica: process.plan.replica, pid: facts.pid,
            startTime: ProcessTable.startTime(of: facts.pid) ?? "",
            health: process.plan.health, ready: facts.ready, restarts: facts.restarts)
    }

    private func report(addresses: [PublicAddress], database: String, demo: DemoCompany?) async -> SuiteReport {
        var processes: [SuiteReport.RunningProcess] = []
        for process in services {
            processes.append(
                SuiteReport.RunningProcess(
                    service: process.plan.service, replica: process.plan.replica, pid: await process.facts.pid,
                    health: process.plan.health ?? ""))
        }
        let gateways = addresses.map(\.url)
        return SuiteReport(
            gateways: gateways, inbox: gateways[0] + "/inbox", demoPage: gateways[0] + "/demo", site: demo?.siteKey,
            tenant: demo.map { SuiteReport.Company(clientID: $0.clientID, slug: DemoCompany.slug) }, users: demo?.signIns ?? [],
            databaseURL: database, data: folder.real, processes: processes)
    }
}
