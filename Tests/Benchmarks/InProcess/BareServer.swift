import Foundation
import Hummingbird
import Logging

/// Hummingbird with one route that answers a constant, as long as the session that the gateway reads: the limit of HTTP here.
struct BareServer {
    private static let body = String(repeating: "x", count: 700)

    func run() async throws {
        let router = Router()
        router.get("/") { _, _ in Self.body }
        var logger = Logger(label: "bench")
        logger.logLevel = .error
        let application = Application(
            router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
            // Not by print, which keeps it back from a pipe.
            onServerRunning: { channel in
                FileHandle.standardOutput.write(Data("\(channel.localAddress?.port ?? 0)\n".utf8))
            }, logger: logger)
        try await application.runService()
    }
}
