import Bus

extension BusMetrics {
    /// For `/metrics`; the same names in every service.
    package var samples: [MetricSample] {
        func counter(_ name: String, _ help: String, _ value: Int) -> MetricSample {
            MetricSample("bus_\(name)_total", help, .counter, Double(value))
        }
        func gauge(_ name: String, _ help: String, _ value: Int) -> MetricSample { MetricSample("bus_\(name)", help, .gauge, Double(value)) }
        return [
            counter("published", "Frames handed to the sockets.", published),
            counter("publishes_dropped", "Frames dropped because too many were waiting.", publishesDropped),
            counter("deliveries_received", "Frames heard.", deliveriesReceived),
            counter("malformed_frames", "Bytes that were no frame.", malformedFrames),
            counter("requests_begun", "Requests asked.", requestsBegun),
            counter("requests_sent", "Requests sent, repeats included.", requestsSent),
            counter("requests_retried", "Requests sent again.", requestsRetried),
            counter("requests_shed", "Requests refused before sending.", requestsShed),
            counter("late_replies", "Replies nobody waited for any more.", lateReplies),
            counter("requests_received", "Requests heard.", requestsReceived),
            counter("requests_refused", "Requests refused because too many were running.", requestsRefused),
            counter("requests_expired", "Requests dropped because their time was over.", requestsExpired),
            counter("replies_sent", "Replies sent.", repliesSent),
            counter("replies_dropped", "Replies the asker did not take.", repliesDropped),
            counter("links_reopened", "Connections opened again because nothing was heard.", linksReopened),
            gauge("endpoints_ready", "Replicas that take requests now.", endpointsReady),
            gauge("requests_pending", "Requests that wait for an answer now.", requestsPending),
            gauge("requests_running", "Requests being answered now.", requestsRunning),
        ]
    }
}
