import GatewayService
import ServiceKit

@main
struct Gateway {
    static func main() async {
        await ServiceProcess.main(.gateway, keys: GatewayConfiguration.keys) { process in
            let configuration = try GatewayConfiguration(process.settings, replica: process.replica)
            return try GatewayService(configuration: configuration, bus: BusSettings.bus(for: process), process: process).parts()
        }
    }
}
