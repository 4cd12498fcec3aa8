import Bus
import Contracts

/// How a process reaches the others, from its settings.
package enum BusSettings {
    /// Where services publish and answer if nothing else is said.
    package static let eventsPort: UInt16 = 7101
    static let requestsPort: UInt16 = 7102

    package static func eventsKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).bus.events",
            "Where this process publishes, tcp://address:port; if others find it by its name and nothing is said, port \(eventsPort).")
    }

    static func requestsKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).bus.requests",
            "Where this process answers, tcp://address:port; if others find it by its name and nothing is said, port \(requestsPort).")
    }

    static func peersKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).peers",
            "Where the services are, by names with any number of addresses, instead of the endpoint file: service=name:events port:requests port, separated by commas. Without both each is looked for by its own name, at the ports \(eventsPort) and \(requestsPort)."
        )
    }

    static func curveSecretKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).curve.secret.key.file",
            "File with this process's secret CURVE key, made by `switchboard keys`; mode 0600 or 0400.", secretFile: "\(service).secret")
    }

    static func curvePublicKeysKey(_ service: ServiceName) -> SettingKey {
        SettingKey(
            "\(service).curve.public.keys.file",
            "JSON file with the public CURVE keys of all services, made by `switchboard keys`; read again when it changes.",
            secretFile: "public-keys.json")
    }

    static let highWaterKey = SettingKey(
        "switchboard.bus.high.water",
        "Messages that ZeroMQ holds for one subscriber that reads too slowly, on either side. What it drops is read from the log.",
        standard: "10000")

    package static func keys(_ service: ServiceName) -> [SettingKey] {
        [eventsKey(service), requestsKey(service), peersKey(service), curveSecretKey(service), curvePublicKeysKey(service), highWaterKey]
    }

    package static func bus(for process: ServiceProcess) throws -> ZeroMQBus {
        let settings = process.settings
        let peers = try peers(for: process.name, settings)
        var configuration = ZeroMQBusConfiguration(
            service: process.name, replica: process.replica,
            eventsEndpoint: endpoint(eventsKey(process.name), port: eventsPort, of: process.name, settings),
            requestsEndpoint: endpoint(requestsKey(process.name), port: requestsPort, of: process.name, settings),
            endpointsFile: peers.isEmpty ? try settings.text(ServiceProcess.endpointsFileKey) : nil)
        // 0 would be no limit to ZeroMQ.
        let highWater = Int32(try settings.integer(highWaterKey, in: 1...1_000_000))
        configuration.publishHighWater = highWater
        configuration.subscribeHighWater = highWater
        configuration.curve = try curve(for: process.name, settings)
        let bus = ZeroMQBus(
            configuration, directory: peers.isEmpty ? nil : NamedEndpointDirectory(peers, logger: process.logger), logger: process.logger)
        process.health.whenLeaving { [weak bus] in bus?.leave() }
        observe(bus, in: process.metrics)
        return bus
    }

    /// Where the service listens. Whom the others look for by its name listens where they look: a service that nobody can ask would be ready
    /// and useless.
    /// - Returns: nil for the edge, which nobody asks; and if nothing is given beside an endpoint file.
    package static func endpoint(_ key: SettingKey, port: UInt16, of service: ServiceName, _ settings: Settings) -> String? {
        if let given = settings.optionalText(key) { return given }
        let isFound = settings.hasConventions && settings.optionalText(ServiceProcess.endpointsFileKey) == nil
        return isFound && SuiteService.all.contains { $0.name == service && !$0.isEdge } ? "tcp://0.0.0.0:\(port)" : nil
    }

    /// - Returns: none if the endpoint file is to be read. By convention, if nothing is given, all that answer, by their names.
    package static func peers(for service: ServiceName, _ settings: Settings) throws(SettingError) -> [NamedPeer] {
        let key = peersKey(service)
        var peers: [NamedPeer] = []
        for text in settings.list(key) {
            guard let peer = NamedPeer(text) else {
                throw .invalid(key, "is not a list of service=name:events port:requests port, such as chat=chat:7101:7102")
            }
            guard !peers.contains(where: { $0.service == peer.service }) else { throw .invalid(key, "names \(peer.service) twice") }
            peers.append(peer)
        }
        if !peers.isEmpty, settings.optionalText(ServiceProcess.endpointsFileKey) != nil {
            throw .invalid(
                key, "is given and so is \(ServiceProcess.endpointsFileKey.variable): only one of them can say where services are")
        }
        guard peers.isEmpty, settings.hasConventions, settings.optionalText(ServiceProcess.endpointsFileKey) == nil else { return peers }
        return SuiteService.all.filter { !$0.isEdge }.map {
            NamedPeer(service: $0.name, host: $0.name.rawValue, eventsPort: eventsPort, requestsPort: requestsPort)
        }
    }

    /// - Throws: if a file is not named, or wrong. Without keys whoever reaches the ports would be believed, on one machine too.
    package static func curve(for service: ServiceName, _ settings: Settings) throws(SettingError) -> CurveSecurity {
        let (secretKey, publicKey) = (curveSecretKey(service), curvePublicKeysKey(service))
        switch (settings.optionalText(secretKey), settings.optionalText(publicKey)) {
        case (_?, nil): throw .missing(publicKey)
        case (nil, _): throw .missing(secretKey)
        case (let secretFile?, let publicFile?):
            let own: CurveKeyPair
            do throws(CurveTrouble) { own = try CurveSecurity.ownKeys(file: secretFile) } catch {
                throw .invalid(secretKey, error.description)
            }
            do throws(CurveTrouble) {
                let keys = try CurveSecurity.publicKeys(file: publicFile, of: service, own: own)
                return CurveSecurity(own: own, publicKeys: keys, publicKeysFile: publicFile)
            } catch {
                throw .invalid(publicKey, error.description)
            }
        }
    }

    private static func observe(_ bus: ZeroMQBus, in metrics: MetricsRegistry) {
        metrics.collect {
            let counts = bus.metrics
            let counters: [(String, String, Int)] = [
                ("switchboard_bus_published_total", "Frames handed to the sockets.", counts.published),
                ("switchboard_bus_publishes_dropped_total", "Frames that a full queue in this process dropped.", counts.publishesDropped),
                ("switchboard_bus_deliveries_received_total", "Frames heard.", counts.deliveriesReceived),
                ("switchboard_bus_malformed_frames_total", "Bytes that were not a frame.", counts.malformedFrames),
                ("switchboard_bus_requests_sent_total", "Attempts at requests.", counts.requestsSent),
                ("switchboard_bus_requests_retried_total", "Attempts after the first.", counts.requestsRetried),
                ("switchboard_bus_requests_shed_total", "Requests refused on the asking side.", counts.requestsShed),
                (
                    "switchboard_bus_requests_suspected_total", "Times that a replica was lost while it held a request.",
                    counts.requestsSuspected
                ),
                (
                    "switchboard_bus_requests_abandoned_total", "Requests that ended because two replicas were lost with them.",
                    counts.requestsAbandoned
                ),
                ("switchboard_bus_requests_received_total", "Requests heard.", counts.requestsReceived),
                ("switchboard_bus_requests_refused_total", "Requests refused here: too many at once.", counts.requestsRefused),
                ("switchboard_bus_requests_expired_total", "Requests dropped here: their budget was gone.", counts.requestsExpired),
                ("switchboard_bus_links_reopened_total", "Links opened again after silence or a wrong peer.", counts.linksReopened),
            ]
            let gauges: [(String, String, Int)] = [
                ("switchboard_bus_endpoints_ready", "Replicas that would take a request now.", counts.endpointsReady),
                ("switchboard_bus_requests_pending", "Requests that wait for their answer.", counts.requestsPending),
            ]
            return counters.map { MetricSample($0.0, $0.1, .counter, Double($0.2)) }
                + gauges.map { MetricSample($0.0, $0.1, .gauge, Double($0.2)) }
        }
    }
}
