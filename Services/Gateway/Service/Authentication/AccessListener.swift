import Bus
import Contracts
import EventLog
import Foundation
import Logging
import ServiceLifecycle

/// Follows accounts' log, so that whoever was disabled, signed out or revoked is refused here at once, sockets included.
struct AccessListener: Service {
    private let follower: LiveFollower
    private let beginAnew: @Sendable () -> Void

    init(bus: any Bus, endings: AccessEndings, authenticator: Authenticator, hub: SocketHub, logger: Logger) {
        // Endings may have been missed: whatever was believed is asked of accounts.
        let beginAnew: @Sendable () -> Void = {
            endings.listen()
            authenticator.forget()
            hub.confirmAll { await authenticator.goesOn($0) }
        }
        self.beginAnew = beginAnew
        follower = LiveFollower(
            stream: .accounts, bus: bus, logger: logger,
            handler: { delivery in
                guard case .event(let event) = delivery, event.header.subject == AccessEnded.subject else { return }
                do {
                    guard let ended = try event.decode(AccessEnded.self), let clientID = event.header.clientID else { return }
                    endings.hear(ended, of: clientID)
                    hub.end(ended, of: clientID)
                } catch {  // of a newer accounts, perhaps: whoever it was is found out by asking
                    logger.error("an ending could not be read", metadata: ["event_id": "\(event.header.eventID)"])
                    beginAnew()
                }
            },
            reset: beginAnew)
    }

    func run() async throws {
        async let following: Void = follower.run()
        await follower.waitUntilLive()
        if follower.isLive { beginAnew() }
        try await following
    }
}
