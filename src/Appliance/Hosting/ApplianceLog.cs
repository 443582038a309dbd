using Microsoft.Extensions.Logging;

namespace Appliance.Hosting;

/// <summary>The daemon's own events, ids 4000 to 4999. A person reads them: each says what happened and, where it is not well, the mend.</summary>
internal static partial class ApplianceLog
{
    [LoggerMessage(4000, LogLevel.Information, "appliance {Version} starting as {Node}, config {File}")]
    public static partial void Starting(ILogger log, string version, string node, string file);

    [LoggerMessage(4001, LogLevel.Information, "ready after {ElapsedMs} ms: {Listeners} listeners on {Loops} event loops")]
    public static partial void Ready(ILogger log, long elapsedMs, int listeners, int loops);

    [LoggerMessage(4002, LogLevel.Warning,
        "state directory {Directory} cannot be written ({Reason}): a random hash seed serves until the next restart; give the directory to the daemon's user")]
    public static partial void StateNotWritable(ILogger log, string directory, string reason);

    [LoggerMessage(4003, LogLevel.Information, "{Signal} received: stopping")]
    public static partial void Stopping(ILogger log, string signal);

    [LoggerMessage(4004, LogLevel.Information, "stopped; {Cut} connections were cut at the drain limit")]
    public static partial void Stopped(ILogger log, int cut);

    [LoggerMessage(4005, LogLevel.Warning, "{Signal} received again: stopping at once")]
    public static partial void StoppingAtOnce(ILogger log, string signal);

    [LoggerMessage(4006, LogLevel.Information,
        "no cluster secret ({Reason}): session tickets and sticky cookies are signed with a random one and end with this process")]
    public static partial void NoClusterSecret(ILogger log, string reason);

    [LoggerMessage(4007, LogLevel.Warning, "the cluster secret cannot be read any more ({Reason}): the keys read before stay in force")]
    public static partial void ClusterSecretKept(ILogger log, string reason);

    [LoggerMessage(4010, LogLevel.Information, "config {File} reloaded: {Changes}")]
    public static partial void Reloaded(ILogger log, string file, string changes);

    [LoggerMessage(4011, LogLevel.Error, "config {File} not reloaded, the old one stays: {Reason}")]
    public static partial void ReloadRefused(ILogger log, string file, string reason);

    [LoggerMessage(4020, LogLevel.Information, "policy bundle version {Version} applied from {File}, sha256 {Hash}")]
    public static partial void BundleApplied(ILogger log, string version, string file, string hash);

    [LoggerMessage(4021, LogLevel.Error, "policy bundle refused: {Mistake}")]
    public static partial void BundleRefused(ILogger log, string mistake);

    [LoggerMessage(4022, LogLevel.Warning, "policy bundle {File} is not usable: the last good one, version {Version}, is enforced until the file is mended")]
    public static partial void BundleFromArchive(ILogger log, string file, string version);

    [LoggerMessage(4023, LogLevel.Error,
        "no usable policy bundle: not ready, decisions are answered 503, listeners follow on_policy_failure; mend {File}, it is read again at once")]
    public static partial void NoBundle(ILogger log, string file);

    [LoggerMessage(4024, LogLevel.Warning, "policy bundle: {Lint}")]
    public static partial void BundleLint(ILogger log, string lint);

    [LoggerMessage(4026, LogLevel.Warning,
        "policies look at claims of tokens that nobody verifies: anybody can claim anything; name keys in policies.jwt, unless a gateway in front verifies")]
    public static partial void ClaimsUnverified(ILogger log);

    [LoggerMessage(4025, LogLevel.Warning, "the policy bundle could not be kept in {Directory} ({Reason}): a restart with a broken file would find no good one")]
    public static partial void BundleNotKept(ILogger log, string directory, string reason);

    [LoggerMessage(4030, LogLevel.Debug, "role {From} -> {To}: {Reason}")]
    public static partial void RoleChanged(ILogger log, string from, string to, string reason);

    [LoggerMessage(4031, LogLevel.Information, "handover to the peer begins: {Reason}")]
    public static partial void HandoverBegins(ILogger log, string reason);

    [LoggerMessage(4032, LogLevel.Information, "handover done: the peer is active")]
    public static partial void HandoverDone(ILogger log);

    [LoggerMessage(4033, LogLevel.Warning, "handover not done: {Reason}")]
    public static partial void HandoverRefused(ILogger log, string reason);

    [LoggerMessage(4034, LogLevel.Information, "operator: standby {State}")]
    public static partial void Standby(ILogger log, string state);

    [LoggerMessage(4035, LogLevel.Information, "operator: server {Server} is {State}")]
    public static partial void ServerOrdered(ILogger log, string server, string state);

    [LoggerMessage(4040, LogLevel.Error, "event loop {Loop} stands still: this node is unfit until it moves")]
    public static partial void LoopStalled(ILogger log, int loop);

    [LoggerMessage(4041, LogLevel.Information, "event loops move again")]
    public static partial void LoopsMove(ILogger log);

    [LoggerMessage(4042, LogLevel.Error, "the heartbeat thread stands still: the watchdog is no longer served")]
    public static partial void HeartbeatStalled(ILogger log);

    [LoggerMessage(4043, LogLevel.Warning, "the last run ended while this node was active, without leaving: that counts as a flap")]
    public static partial void DiedActive(ILogger log);

    [LoggerMessage(4044, LogLevel.Warning, "{File} cannot be written ({Reason}): a restart would forget flaps; give the state directory to the daemon's user")]
    public static partial void FlapsNotKept(ILogger log, string file, string reason);

    [LoggerMessage(4045, LogLevel.Warning, "flaps of earlier runs in {File} are not understood ({Reason}): they are forgotten")]
    public static partial void FlapsNotRead(ILogger log, string file, string reason);

    [LoggerMessage(4046, LogLevel.Warning, "operator: ha reset; out of bypass, flaps forgotten")]
    public static partial void HaReset(ILogger log);

    [LoggerMessage(4047, LogLevel.Warning, "{Warning}")]
    public static partial void HaWarning(ILogger log, string warning);

    [LoggerMessage(4048, LogLevel.Warning, "bypass: {What}")]
    public static partial void BypassDone(ILogger log, string what);

    [LoggerMessage(4049, LogLevel.Error, "bypass failed: {Why}")]
    public static partial void BypassFailed(ILogger log, string why);

    [LoggerMessage(4051, LogLevel.Information, "on_transition {File} {Role}: {Outcome}")]
    public static partial void HookRan(ILogger log, string file, string role, string outcome);

    [LoggerMessage(4052, LogLevel.Error, "on_transition {File} {Role} failed: {Outcome}")]
    public static partial void HookFailed(ILogger log, string file, string role, string outcome);

    [LoggerMessage(4050, LogLevel.Error, "internal error in {Place}")]
    public static partial void InternalError(ILogger log, string place, Exception error);

    [LoggerMessage(4060, LogLevel.Warning,
        "operator: policy bundle rolled back from version {From} to {To}, sha256 {Hash}; {File} stays out until it changes or `appliance reload`")]
    public static partial void RolledBack(ILogger log, string from, string to, string hash, string file);

    [LoggerMessage(4061, LogLevel.Warning,
        "policy bundle {File} stays out, an operator rolled back from it: version {Version} is enforced; change the file, or order `appliance reload`")]
    public static partial void RollbackHolds(ILogger log, string file, string version);

    [LoggerMessage(4062, LogLevel.Warning, "the rollback is not kept in {Place} ({Reason}): a restart would load the bundle file again")]
    public static partial void RollbackNotKept(ILogger log, string place, string reason);

    [LoggerMessage(4063, LogLevel.Warning, "operator: {Override} on until {ExpiresAt}: {Reason}")]
    public static partial void OverrideOn(ILogger log, string @override, string expiresAt, string reason);

    [LoggerMessage(4064, LogLevel.Warning, "operator: {Override} off")]
    public static partial void OverrideOff(ILogger log, string @override);

    [LoggerMessage(4065, LogLevel.Warning, "{Override} is over, its time has come: {Reason}")]
    public static partial void OverrideOver(ILogger log, string @override, string reason);

    [LoggerMessage(4066, LogLevel.Warning, "overrides are not kept in {File} ({Reason}): a restart would forget them")]
    public static partial void OverridesNotKept(ILogger log, string file, string reason);

    [LoggerMessage(4067, LogLevel.Error, "overrides that an earlier run kept in {File} are not understood ({Reason}): none is in force; order them again")]
    public static partial void OverridesNotRead(ILogger log, string file, string reason);

    [LoggerMessage(4068, LogLevel.Warning,
        "the limiter's table is full: {Count} requests of policy {Policy}, rule {Rule} found no room in the last minute; raise policies.table.memory")]
    public static partial void TableFull(ILogger log, long count, string policy, string rule);

    [LoggerMessage(4069, LogLevel.Information, "{Count} requests of policy {Policy} ({Path}) lacked {Key} in the last minute")]
    public static partial void DescriptorMissing(ILogger log, long count, string policy, string path, string key);
}
