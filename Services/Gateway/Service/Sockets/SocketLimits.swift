import NIOCore

/// Limits of one socket.
package struct SocketLimits: Sendable {
    /// Frames a reader may be behind; beyond it the socket closes with 4008 and the client resumes by sequence (api: Sockets).
    package var framesBehindMax = 1000
    /// Bytes a reader may be behind.
    package var bytesBehindMax = 4 * 1024 * 1024
    /// Bytes of a client's frame, all its fragments together.
    package var clientFrameBytesMax = 256 * 1024
    /// Fragments of a client's frame.
    package var fragmentsMax = 64
    /// Pings keep proxies from closing and find dead peers.
    package var pingInterval = TimeAmount.seconds(15)
    /// A peer that answered none of three pings is gone.
    package var silenceMax = TimeAmount.seconds(50)
    /// Conversations followed on one socket: far more than anybody has open.
    package var subscriptionsMax = 200
    /// Messages of one socket that wait to be stored. They are stored one after the other, in the order in which they were sent.
    package var sendsWaitingMax = 64
    /// Frames held for a conversation whose history is being read; beyond it the reading goes on from where it is.
    package var heldFramesMax = 1000
    /// Entries asked of chat at once when history is read.
    package var historyPage = 200
    /// How long a socket waits for a stream whose service is away, before it goes on and says so: as long as one of its requests.
    package var followingPatience = Duration.seconds(5)
    /// Receipts of one conversation are passed on at most this often (contracts §3).
    package var receiptInterval = TimeAmount.seconds(1)
    /// Frames of every kind that a client sends: per second, and at once.
    package var framesPolicy = BucketPolicy("socket", rate: 50, burst: 500)
    /// Sockets of one visitor at once: browser tabs, and those that a moving phone has left behind and we have not missed yet.
    package var visitorMax = 20
    /// Sockets of one of the company's people, or of a key.
    package var personMax = 50
    /// Sockets from one address. Offices and mobile networks put hundreds of people behind one.
    package var addressMax = 1000
    /// Sockets of a company's visitors, and as many of its people: half of what a replica can hold, so that two can be busy at once.
    package var companyMax = 8000
    /// What a closing client may take to read what is left.
    package var closePatience = TimeAmount.seconds(5)

    package init() {}
}
