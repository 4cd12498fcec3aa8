import RouterService
import ServiceKit

@main
struct Router {
    static func main() async {
        await ServiceProcess.main(.router, keys: RouterService.keys) { process in
            RouterService(backbone: try ServiceBackbone(process)).parts
        }
    }
}
