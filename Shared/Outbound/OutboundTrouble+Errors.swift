import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

extension OutboundTrouble {
    /// What a library's error means. Its own words are not kept: they may repeat what was sent.
    init(_ error: any Error, isSent: Bool) {
        self =
            switch error {
            case let trouble as OutboundTrouble: trouble
            case is CancellationError: .cancelled
            case let error as HTTPClientError: Self.meaning(of: error, isSent: isSent)
            case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: isSent ? .connectionLost : .tlsFailed
            case HTTPParserError.invalidEOFState: .connectionLost
            case is HTTPParserError: .malformedAnswer
            case ChannelError.connectTimeout: .connectTimedOut
            default: isSent ? .connectionLost : .connectFailed
            }
    }

    private static func meaning(of error: HTTPClientError, isSent: Bool) -> OutboundTrouble {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: .connectTimedOut
        case .deadlineExceeded, .readTimeout, .writeTimeout: .timedOut
        case .cancelled, .requestStreamCancelled: .cancelled
        case .alreadyShutdown: .closed
        default: isSent ? .connectionLost : .connectFailed
        }
    }
}
