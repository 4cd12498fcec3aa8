import ArgumentParser
import Contracts

/// `router=2`
struct Scale: ExpressibleByArgument, Equatable {
    let service: ServiceName
    let replicas: Int

    init?(argument: String) {
        let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
        guard parts.count == 2, let replicas = Int(parts[1]), (1...SuiteRunner.replicasMax).contains(replicas),
            let service = SuiteService.all.first(where: { $0.name.rawValue == parts[0] })
        else { return nil }
        self.service = service.name
        self.replicas = replicas
    }
}
