import Bus
import Contracts
import GatewayService
import ServiceKit

@main
struct Gateway {
    static func main() async {
        await ServiceProcess.main(.gateway, keys: GatewayConfiguration.keys) { process in
            let configuration = try GatewayConfiguration(process.settings, replica: process.replica)
            let bus = ZeroMQBus(
                ZeroMQBusConfiguration(service: .gateway, replica: process.replica, endpointsFile: configuration.endpointsFile),
                logger: process.logger)
            return try GatewayService(configuration: configuration, bus: bus, process: process).parts()
        }
    }
}
