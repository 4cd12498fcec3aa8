import Bus
import Contracts

/// How a process reaches the others, from its settings.
package enum BusSettings {
    static func eventsKey(_ service: ServiceName) -> SettingKey {
        SettingKey("\(service).bus.events", "Where this process publishes, tcp://address:port.")
    }

    static func requestsKey(_ service: ServiceName) -> SettingKey {
        SettingKey("\(service).bus.requests", "Where this process answers, tcp://address:port.")
    }

    static let highWaterKey = SettingKey(
        "switchboard.bus.high.water",
        "Messages that ZeroMQ holds for one subscriber that reads too slowly, on either side. What it drops is read from the log.",
        standard: "10000")

    package static func keys(_ service: ServiceName) -> [SettingKey] { [eventsKey(service), requestsKey(service), highWaterKey] }

    package static func bus(for process: ServiceProcess) throws -> ZeroMQBus {
        let settings = process.settings
        var configuration = ZeroMQBusConfiguration(
            service: process.name, replica: process.replica, eventsEndpoint: settings.optionalText(eventsKey(process.name)),
            requestsEndpoint: settings.optionalText(requestsKey(process.name)),
            endpointsFile: try settings.text(ServiceProcess.endpointsFileKey))
        // 0 would be no limit to ZeroMQ.
        let highWater = Int32(try settings.integer(highWaterKey, in: 1...1_000_000))
        configuration.publishHighWater = highWater
        configuration.subscribeHighWater = highWater
        let bus = ZeroMQBus(configuration, logger: process.logger)
        observe(bus, in: process.metrics)
        return bus
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
