import AccountsService
import Bus
import Contracts
import ServiceKit

@main
struct Accounts {
    static func main() async {
        await ServiceProcess.main(.accounts, keys: AccountsService.keys) { process in
            try await AccountsService(
                configuration: AccountsConfiguration(process.settings), backbone: ServiceBackbone(process)
            ).parts
        }
    }
}
