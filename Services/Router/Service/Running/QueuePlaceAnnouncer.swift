import Bus
import Contracts
import Foundation
import Logging
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Tells waiting customers where they stand, at most once a second per tenant. Says nothing twice and promises nothing.
package final class QueuePlaceAnnouncer: Service {
    /// Places told per tenant; who stands further behind asks when it looks.
    static let placesMax = 100
    /// Tenants of which it is remembered what was told last; beyond it all is told again.
    static let tenantsMax = 1000
    static let period = Duration.seconds(1)

    private let reader: RoutingReader
    private let bus: any Bus
    private let signal: TenantSignal
    private let metrics: RouterMetrics
    private let setAside: SetAside
    private let logger: Logger
    private let told = Mutex<[TenantID: [ConversationID: Int]]>([:])

    init(reader: RoutingReader, bus: any Bus, signal: TenantSignal, metrics: RouterMetrics, setAside: SetAside, logger: Logger) {
        self.reader = reader
        self.bus = bus
        self.signal = signal
        self.metrics = metrics
        self.setAside = setAside
        self.logger = logger
    }

    package func run() async throws {
        for await _ in signal.wakes.cancelOnGracefulShutdown() {
            await announce()
            await Pause.of(Self.period)
        }
    }

    package func announce() async {
        for tenant in signal.take() {
            do {
                _ = try await setAside.attempt(["client_id": "\(tenant)"]) { try await announce(tenant) }
            } catch {
                logger.debug("queue places could not be told", metadata: ["client_id": "\(tenant)", "error": "\(error)"])
            }
        }
    }

    private func announce(_ tenant: TenantID) async throws {
        let places = try await reader.places(of: tenant, max: Self.placesMax)
        let before = told.withLock { told in
            if told.count >= Self.tenantsMax { told = [:] }
            return told.updateValue(
                Dictionary(uniqueKeysWithValues: places.map { ($0.conversation, $0.place.position) }), forKey: tenant)
        }
        for (conversation, place) in places where before?[conversation] != place.position {
            let event = QueuePlaceChanged(
                sessionID: conversation, position: place.position, estimatedWaitSeconds: place.estimatedWaitSeconds)
            bus.publish(
                .ephemeral(
                    EphemeralFrame(
                        stream: .router, subject: QueuePlaceChanged.subject, audience: QueuePlaceChanged.audience, clientID: tenant,
                        key: conversation.uuid, payload: try JSON.encode(event))))
            metrics.queuePlaces.add()
        }
    }
}
