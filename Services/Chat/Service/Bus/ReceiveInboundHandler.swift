import Bus
import Contracts

struct ReceiveInboundHandler: RequestHandler {
    let reception: InboundReception

    func answer(_ request: ReceiveInbound, context: RequestContext) async throws -> ReceivedInbound {
        try InboundLimits.validate(request)
        let sender = try CustomerIdentity(request.contact, channel: request.channel)
        return try await reception.receive(request, from: sender, traceparent: context.traceparent)
    }
}
