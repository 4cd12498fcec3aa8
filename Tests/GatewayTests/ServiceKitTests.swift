import Contracts
import Foundation
import Logging
import ServiceKit
import Synchronization
import Testing

@Suite struct `A trace context` {
    @Test func `is read, continued and written`() throws {
        let context = try #require(TraceContext(header: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"))
        let child = context.child()
        #expect(child.traceID == context.traceID)
        #expect(child.spanID != context.spanID)
        #expect(TraceContext(header: child.description) == child)
        #expect(TraceContext(header: TraceContext.generate().description) != nil)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    ])
    func `that is malformed is none`(header: String) {
        #expect(TraceContext(header: header) == nil)
    }
}

@Suite struct `A log line` {
    @Test func `is one JSON object with its keys in a fixed order`() throws {
        let lines = Mutex<[[UInt8]]>([])
        var handler = JSONLogHandler(
            label: "chat", service: .chat, replica: 2, level: .info, sink: LogSink { line in lines.withLock { $0.append(line) } })
        handler[metadataKey: "zone"] = "eu"
        let prepared = handler
        let logger = Logger(label: "chat") { _ in prepared }
        logger.info("it \"works\"\n", metadata: ["attempt": "1"])
        logger.debug("too fine")
        let written = lines.withLock { $0 }
        try #require(written.count == 1)
        let text = String(decoding: written[0], as: UTF8.self)
        #expect(text.hasSuffix("}\n"))
        #expect(text.filter { $0 == "\n" }.count == 1)
        let names = ["time", "level", "service", "replica", "logger", "message", "attempt", "zone", "source"]
        let places = names.compactMap { text.range(of: "\"\($0)\":")?.lowerBound }
        #expect(places.count == names.count)
        #expect(places == places.sorted())
        #expect(try JSON.decode(JSONValue.self, from: written[0])["message"]?.string == "it \"works\"\n")
    }
}

@Suite struct `Metrics` {
    @Test func `are written as Prometheus reads them`() {
        let metrics = MetricsRegistry()
        metrics.counter("requests_total", "Requests.", labels: ["route": "a\"b"]).add(2)
        metrics.counter("requests_total", "Requests.", labels: ["route": "a\"b"]).add()
        metrics.gauge("open", "Open.").set(-1)
        let times = metrics.histogram("time_seconds", "Time.", bounds: [0.1, 1])
        times.record(0.1)
        times.record(0.5)
        times.record(7)
        metrics.collect { [MetricSample("lag", "Lag.", .gauge, labels: ["stream": "chat"], 4)] }
        let text = metrics.exposition()
        for line in [
            "# TYPE requests_total counter", "requests_total{route=\"a\\\"b\"} 3", "open -1", "time_seconds_bucket{le=\"0.1\"} 1",
            "time_seconds_bucket{le=\"1\"} 2", "time_seconds_bucket{le=\"+Inf\"} 3", "time_seconds_sum 7.6", "time_seconds_count 3",
            "lag{stream=\"chat\"} 4",
        ] {
            #expect(text.contains(line + "\n"), "\(line)")
        }
    }
}

@Suite struct `What a service is told` {
    private let port = SettingKey("gateway.port", "The port.", standard: "8080")

    @Test func `takes the command line over the environment over the default`() throws {
        let byDefault = try Settings(arguments: ["x"], environment: [:]).integer(port)
        let byEnvironment = try Settings(arguments: ["x"], environment: ["GATEWAY_PORT": "1"]).integer(port)
        let byCommandLine = try Settings(arguments: ["x", "--gateway-port", "2"], environment: ["GATEWAY_PORT": "1"]).integer(port)
        #expect(byDefault == 8080)
        #expect(byEnvironment == 1)
        #expect(byCommandLine == 2)
    }

    @Test func `have a hyphen in their service's name on the command line, and an underscore in the environment`() throws {
        let pool = ServiceBackbone.databasePoolKey(ServiceName(rawValue: "channel-sms"))
        #expect(pool.flag == "--channel-sms-database-pool" && pool.variable == "CHANNEL_SMS_DATABASE_POOL")
        #expect(try Settings(arguments: ["x"], environment: [pool.variable: "7"]).integer(pool) == 7)
        #expect(try Settings(arguments: ["x", pool.flag, "8"], environment: [pool.variable: "7"]).integer(pool) == 8)
    }

    @Test func `may lack the service's name in the environment, and the name wins`() throws {
        func read(_ environment: [String: String], _ arguments: [String] = [], of service: ServiceName? = .gateway) throws -> Int {
            try Settings(arguments: ["x"] + arguments, environment: environment, service: service).integer(port)
        }
        #expect(try read(["PORT": "1"]) == 1)
        #expect(try read(["PORT": "1", "GATEWAY_PORT": "2"]) == 2)
        #expect(try read(["PORT": "1"], ["--gateway-port", "3"]) == 3)
        #expect(try read(["PORT": "1"], of: .chat) == 8080, "it is not chat's port")
        #expect(try read(["PORT": "1"], of: nil) == 8080)
        #expect(try read(["PORT": "1", "SWITCHBOARD_CONVENTIONS": "false"]) == 8080, "as switchboard up says it")
        let pool = ServiceBackbone.databasePoolKey(ServiceName(rawValue: "channel-sms"))
        #expect(
            try Settings(arguments: ["x"], environment: ["DATABASE_POOL": "7"], service: ServiceName(rawValue: "channel-sms")).integer(pool)
                == 7)
        let empty = Settings(arguments: ["x"], environment: ["PORT": "1", "GATEWAY_PORT": ""], service: .gateway)
        #expect(empty.optionalText(port) == nil, "an empty text takes it away")
    }

    @Test func `is a secret's file if it is there and nothing else was said`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { do { try FileManager.default.removeItem(atPath: folder) } catch { Issue.record(error) } }
        let key = SettingKey("chat.key.file", "A file.", secretFile: "chat.secret")
        func read(_ environment: [String: String]) -> Settings {
            Settings(arguments: ["x"], environment: environment, service: .chat, secretsFolder: folder)
        }
        #expect(read([:]).optionalText(key) == nil, "no file is there")
        #expect(FileManager.default.createFile(atPath: folder + "/chat.secret", contents: nil))
        #expect(read([:]).optionalText(key) == folder + "/chat.secret" && !read([:]).isGiven(key))
        #expect(read(["CHAT_KEY_FILE": "other"]).optionalText(key) == "other" && read(["CHAT_KEY_FILE": "other"]).isGiven(key))
        #expect(read(["KEY_FILE": "other"]).optionalText(key) == "other")
        #expect(read(["SWITCHBOARD_CONVENTIONS": "false"]).optionalText(key) == nil)
    }

    @Test func `says what is wrong without repeating the value`() {
        let settings = Settings(arguments: ["x"], environment: ["GATEWAY_PORT": "secret"])
        let error = #expect(throws: SettingError.self) { _ = try settings.integer(port) }
        let text = error?.description ?? ""
        #expect(text.contains("GATEWAY_PORT"))
        #expect(!text.contains("secret"))
    }
}
