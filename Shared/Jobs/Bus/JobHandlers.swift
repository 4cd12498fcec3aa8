import Bus
import Contracts
import Logging
import ServiceKit

/// What a service with jobs answers about them.
package struct JobHandlers: Sendable {
    private let store: JobStore
    private let logger: Logger

    package init(store: JobStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    package func register(on requests: RequestRouter) {
        requests.register(ListJobsHandler(store: store))
        requests.register(RetryJobHandler(store: store, logger: logger))
        requests.register(GiveUpJobHandler(store: store, logger: logger))
    }
}
