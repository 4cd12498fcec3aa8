import ServiceKit

extension ServiceBackbone {
    /// What a service with side effects outside has: a worker, to be appended to its parts, and answers to what administrators ask.
    /// - Precondition: the service is one of ``SuiteService/withJobs``. Called once, before the parts run.
    package func jobs(_ effects: [JobEffect], limits: JobWorkerLimits = JobWorkerLimits()) -> JobWorker {
        let store = JobStore(service: service, database: database)
        JobHandlers(store: store, logger: logger).register(on: requests)
        return JobWorker(store: store, effects: effects, limits: limits, metrics: metrics, logger: logger)
    }
}
