import Contracts
import Logging
import ServiceKit
import ServiceLifecycle

/// Goes on where a transaction stopped at its limit, one transaction after the other.
struct QueueDrainer: Service {
    let desk: RoutingDesk
    let signal: TenantSignal
    let setAside: SetAside
    let logger: Logger

    func run() async throws {
        for await _ in signal.wakes.cancelOnGracefulShutdown() {
            for tenant in signal.take() { await drain(tenant) }
        }
    }

    private func drain(_ tenant: TenantID) async {
        do {
            _ = try await setAside.attempt(["client_id": "\(tenant)"]) {
                try await desk.turn(QueueTurn.Needs(tenant: tenant)) { _ in Done() }
            }
        } catch {
            // The sweep comes by.
            logger.warning("a queue could not be drained further", metadata: ["client_id": "\(tenant)", "error": "\(error)"])
        }
    }
}
