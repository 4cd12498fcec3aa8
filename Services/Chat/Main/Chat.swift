import ChatService
import ServiceKit

@main
struct Chat {
    static func main() async {
        await ServiceProcess.main(.chat, keys: ChatService.keys) { process in
            try ChatService(configuration: ChatConfiguration(process.settings), backbone: ServiceBackbone(process)).parts
        }
    }
}
