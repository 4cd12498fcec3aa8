@main struct MainGateway { static func main() {} }
