using Microsoft.Extensions.Logging;

namespace Appliance.Proxy;

/// <summary>Events of the data plane, ids 3000-3999. Never on the success path of a request.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(3000, LogLevel.Error, "a connection's handler failed; the connection was closed")]
    internal static partial void HandlerFailed(ILogger log, Exception error);

    [LoggerMessage(3001, LogLevel.Information, "listener {Listener}: listening on {Address} ({Protocol})")]
    internal static partial void Listening(ILogger log, string listener, string address, string protocol);

    [LoggerMessage(3002, LogLevel.Information, "listener {Listener}: closed")]
    internal static partial void ListenerClosed(ILogger log, string listener);

    [LoggerMessage(3003, LogLevel.Warning, "listener {Listener}: accepting paused for 100 ms: {Reason}")]
    internal static partial void AcceptPaused(ILogger log, string listener, string reason);

    [LoggerMessage(3004, LogLevel.Warning, "upstream {Upstream}: server {Server} cannot be reached: {Reason}; others are tried for {HoldOffMs} ms")]
    internal static partial void ServerDown(ILogger log, string upstream, string server, string reason, int holdOffMs);

    [LoggerMessage(3005, LogLevel.Information, "upstream {Upstream}: server {Server} answers again")]
    internal static partial void ServerUp(ILogger log, string upstream, string server);

    [LoggerMessage(3006, LogLevel.Error, "local listener {Listener}: the handler failed; answered with 500")]
    internal static partial void LocalHandlerFailed(ILogger log, string listener, Exception error);

    [LoggerMessage(3020, LogLevel.Warning, "upstream {Upstream}: server {Server} is down: {Reason}")]
    internal static partial void HealthDown(ILogger log, string upstream, string server, string reason);

    [LoggerMessage(3021, LogLevel.Information, "upstream {Upstream}: server {Server} is up: {Checks} checks passed in a row")]
    internal static partial void HealthUp(ILogger log, string upstream, string server, int checks);

    [LoggerMessage(3022, LogLevel.Warning, "upstream {Upstream}: server {Server} ejected for {Duration} after {Failures} failures in a row")]
    internal static partial void ServerEjected(ILogger log, string upstream, string server, int failures, TimeSpan duration);

    [LoggerMessage(3023, LogLevel.Warning, "upstream {Upstream}: server {Server}: circuit breaker open for {Duration}")]
    internal static partial void BreakerOpened(ILogger log, string upstream, string server, TimeSpan duration);

    [LoggerMessage(3024, LogLevel.Information, "upstream {Upstream}: server {Server}: circuit breaker half open, probing")]
    internal static partial void BreakerHalfOpen(ILogger log, string upstream, string server);

    [LoggerMessage(3025, LogLevel.Information, "upstream {Upstream}: server {Server}: circuit breaker closed")]
    internal static partial void BreakerClosed(ILogger log, string upstream, string server);

    [LoggerMessage(3026, LogLevel.Information, "upstream {Upstream}: server {Server} is {State}")]
    internal static partial void ServerDrain(ILogger log, string upstream, string server, string state);

    [LoggerMessage(3027, LogLevel.Information, "upstream {Upstream}: {Server} resolves to {Addresses}")]
    internal static partial void NameResolved(ILogger log, string upstream, string server, string addresses);

    [LoggerMessage(3028, LogLevel.Warning, "upstream {Upstream}: {Server} cannot be resolved: {Reason}; {Known} addresses stay in use")]
    internal static partial void NameFailed(ILogger log, string upstream, string server, string reason, int known);

    [LoggerMessage(3029, LogLevel.Information, "upstream {Upstream}: {Server} resolves again")]
    internal static partial void NameAnswered(ILogger log, string upstream, string server);

    [LoggerMessage(3070, LogLevel.Debug, "listener {Listener}: a TLS handshake failed: {Reason}")]
    internal static partial void HandshakeFailed(ILogger log, string listener, string reason);

    [LoggerMessage(3071, LogLevel.Warning, "upstream {Upstream}: TLS to server {Server} failed: {Reason}")]
    internal static partial void ServerTlsFailed(ILogger log, string upstream, string server, string reason);

    [LoggerMessage(3072, LogLevel.Warning, "tls: {File}: the certificate expired on {Expiry:u}; it is used all the same")]
    internal static partial void CertificateExpired(ILogger log, string file, DateTimeOffset expiry);

    [LoggerMessage(3060, LogLevel.Warning, "admission: offenders cannot be given to the kernel: {Reason}; they are refused one by one")]
    internal static partial void OffloadUnavailable(ILogger log, string reason);

    [LoggerMessage(3061, LogLevel.Warning, "admission: {Count} offenders could not be given to the kernel: {Reason}")]
    internal static partial void OffloadFailed(ILogger log, int count, string reason);
}
