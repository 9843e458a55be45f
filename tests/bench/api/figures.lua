-- One line with what a measurement gave, for run.sh.
function done(summary, latency, requests)
    local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
    io.write(string.format("figures %8.0f/s   p50 %6.2f ms   p99 %6.2f ms   max %7.2f ms   not 2xx: %d   broken: %d\n",
        summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
        latency.max / 1000, summary.errors.status, errors))
end
