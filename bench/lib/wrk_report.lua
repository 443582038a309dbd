-- With an argument each connection pauses after an answer, 0 to twice as many milliseconds, so that the load does not depend on the proxy.
function init(args)
  local mean = tonumber(args[1])
  if mean then
    function delay() return math.random(0, 2 * mean) end
  end
end

-- Prints the totals of a run as one JSON object, since wrk's own text rounds them.
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    'REPORT {"requests": %d, "duration_us": %d, "failed": %d, "p50_us": %.1f, "p99_us": %.1f}\n',
    summary.requests, summary.duration, errors.connect + errors.read + errors.write + errors.status + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
